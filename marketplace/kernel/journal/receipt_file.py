"""Receipts as strangers bring them: a JSON file, or a PDF with that file attached. All input is hostile."""

import io
import json
import zlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, NoReturn

from marketplace.config import PDF_ATTACHMENTS_MAX, PDF_BYTES_MAX, PDF_STREAM_BYTES_MAX, RECEIPT_BYTES_MAX

if TYPE_CHECKING:
    import pikepdf

ATTACHMENT_NAME = "receipt.json"


class BadReceiptFile(ValueError):
    """A file that holds no receipt one could check: too large, malformed, ambiguous or without one."""


def receipt_from_json(data: bytes) -> dict[str, object]:
    """Read a receipt file.

    Refuses more than `RECEIPT_BYTES_MAX`, what is not UTF-8, not JSON or not an object, and an object that
    names a key twice: two programs would read two different receipts in it.
    """
    if len(data) > RECEIPT_BYTES_MAX:
        raise BadReceiptFile(f"a receipt has at most {RECEIPT_BYTES_MAX} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadReceiptFile("a receipt is written in UTF-8") from error
    return json_object(text)


def json_object(text: str) -> dict[str, object]:
    """Read a JSON object; refuses all else, keys named twice, NaN, halves of characters, and hopeless nesting."""
    try:
        value = json.loads(text, object_pairs_hook=_unambiguous, parse_constant=_refuse_constant)
    except BadReceiptFile:
        raise
    except (ValueError, RecursionError) as error:
        raise BadReceiptFile("the file is not JSON") from error
    if not isinstance(value, dict):
        raise BadReceiptFile("the file is JSON but not an object")
    if "\\u" in text:
        _refuse_half_characters(value)
    return value


def _refuse_half_characters(value: dict[str, object]) -> None:
    """JSON can write half of a pair of UTF-16; no page and no hash can."""
    try:
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise BadReceiptFile("a text in the file cannot be written") from error


def receipt_from_pdf(data: bytes) -> dict[str, object]:
    """Read the receipt attached to a PDF under the name `receipt.json`.

    Refuses more than `PDF_BYTES_MAX`, an encrypted or broken file, and none or several such attachments.
    """
    if len(data) > PDF_BYTES_MAX:
        raise BadReceiptFile(f"a receipt's PDF has at most {PDF_BYTES_MAX} bytes")
    try:
        attached = _attachment(data)
    except BadReceiptFile:
        raise
    except Exception as error:
        # A crafted file can make the PDF library fail in any way it knows; all of them mean the same here.
        raise BadReceiptFile("the file is not a PDF that can be read") from error
    return receipt_from_json(attached)


def _attachment(data: bytes) -> bytes:
    import pikepdf  # only who checks a PDF waits for it

    # Process-wide and harmless to repeat: no stream of a receipt unpacks to more than this.
    pikepdf.settings.set_qpdf_limits(flate_max_memory=PDF_STREAM_BYTES_MAX)
    with pikepdf.open(io.BytesIO(data)) as pdf:
        if pdf.is_encrypted:
            raise BadReceiptFile("the PDF is encrypted")
        streams = list(_streams(pdf))
        if len(streams) != 1:
            raise BadReceiptFile(f"the PDF has {len(streams)} attachments named {ATTACHMENT_NAME}, not one")
        return _unpacked(streams[0])


def _streams(pdf: "pikepdf.Pdf") -> "Iterator[pikepdf.Object]":
    for number, (_, spec) in enumerate(pdf.attachments.items()):
        if number >= PDF_ATTACHMENTS_MAX:
            raise BadReceiptFile(f"the PDF has more than {PDF_ATTACHMENTS_MAX} attachments")
        if spec.filename == ATTACHMENT_NAME:
            files = spec.obj["/EF"]
            yield files["/UF"] if "/UF" in files else files["/F"]


def _unpacked(stream: "pikepdf.Object") -> bytes:
    """Unpack a stream no further than a receipt may reach; a few packed bytes can stand for gigabytes."""
    import pikepdf

    raw = stream.read_raw_bytes()
    packing = stream.get("/Filter")
    if isinstance(packing, pikepdf.Array) and len(packing) == 1:
        packing = packing[0]
    if packing is None:
        return raw
    if packing != pikepdf.Name.FlateDecode or "/DecodeParms" in stream:
        raise BadReceiptFile("the attachment is packed in an unusual way")
    return zlib.decompressobj().decompress(raw, RECEIPT_BYTES_MAX + 1)


def _unambiguous(pairs: list[tuple[str, object]]) -> dict[str, object]:
    read = dict(pairs)
    if len(read) != len(pairs):
        raise BadReceiptFile("the file names one key twice")
    return read


def _refuse_constant(name: str) -> NoReturn:
    raise BadReceiptFile(f"{name} is not a JSON number")
