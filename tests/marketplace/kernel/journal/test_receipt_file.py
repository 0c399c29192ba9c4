import io
import json
import resource
import struct
import tracemalloc
import zlib

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st
from weasyprint import HTML, Attachment

from marketplace.config import PDF_ATTACHMENTS_MAX, PDF_BYTES_MAX, PDF_STREAM_BYTES_MAX, RECEIPT_BYTES_MAX
from marketplace.kernel.journal.receipt_file import BadReceiptFile, receipt_from_json, receipt_from_pdf
from marketplace.kernel.journal.receipt_proof import all_hold, verify_receipt

Receipt = dict[str, object]


def pdf_with(*attachments: tuple[str, bytes], password: str = "") -> bytes:
    pdf = pikepdf.new()
    pdf.add_blank_page()
    for number, (name, data) in enumerate(attachments):
        pdf.attachments[f"attachment{number}"] = pikepdf.AttachedFileSpec(pdf, data, filename=name)
    out = io.BytesIO()
    if password:
        pdf.save(out, encryption=pikepdf.Encryption(owner=password, user=""))
    else:
        pdf.save(out)
    return out.getvalue()


def pdf_with_packed(packed: bytes, **settings: object) -> bytes:
    """A PDF whose receipt is packed as given, not as a library would pack it."""
    pdf = pikepdf.new()
    pdf.add_blank_page()
    spec = pikepdf.AttachedFileSpec(pdf, b"", filename="receipt.json")
    pdf.attachments["a"] = spec
    settings = {"Filter": pikepdf.Name.FlateDecode} | settings
    spec.obj.EF.F.write(packed, filter=settings["Filter"], decode_parms=settings.get("DecodeParms"))
    spec.obj.EF.UF = spec.obj.EF.F
    out = io.BytesIO()
    pdf.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


def test_a_receipt_travels_in_a_file_and_in_a_printed_pdf(receipt: Receipt, vkey: str) -> None:
    data = json.dumps(receipt).encode()
    printed = HTML(string="<title>Nota</title><h1>Nota</h1>").write_pdf(
        attachments=[
            Attachment(string="other", name="notes.txt"),
            Attachment(string=data, name="receipt.json"),
        ]
    )

    assert receipt_from_json(data) == receipt_from_json(b"\xef\xbb\xbf" + data) == receipt
    assert receipt_from_pdf(pdf_with(("receipt.json", data))) == receipt
    assert receipt_from_pdf(printed) == receipt
    assert all_hold(verify_receipt(receipt_from_pdf(printed), vkey))


@pytest.mark.parametrize(
    "data",
    [b"", b"nonsense", b"[]", b"7", b"null",
     b'{"a":NaN}', b'{"a":-Infinity}', b'{"a":1,"a":2}', b'{"b":{"a":1,"a":1}}',
     b"\xff\xfe{}", b'{"a":"\xff"}', "{}".encode("utf-16"), b'{"a":' * 100_000, b"[" * 1_000_000,
     b'{"a":' + b"9" * 5_000 + b"}", b" " * RECEIPT_BYTES_MAX + b"{}"],
    ids=range(16),
)  # fmt: skip
def test_what_is_no_receipt_file_is_refused(data: bytes) -> None:
    with pytest.raises(BadReceiptFile):
        receipt_from_json(data)
    with pytest.raises(BadReceiptFile):
        receipt_from_pdf(pdf_with(("receipt.json", data)))


@pytest.mark.parametrize(
    "pdf",
    [b"", b"%PDF-1.7\n", b"{}", b"%" * (PDF_BYTES_MAX + 1), pdf_with(), pdf_with(("other.json", b"{}")),
     pdf_with(("receipt.json", b"{}"), ("receipt.json", b'{"a":1}')),
     pdf_with(("receipt.json", b"{}"), password="secret"),
     pdf_with(*[(f"{number}.json", b"{}") for number in range(PDF_ATTACHMENTS_MAX)], ("receipt.json", b"{}")),
     pdf_with_packed(b"not packed at all"),
     pdf_with_packed(zlib.compress(b"{}")[:-6]),
     pdf_with_packed(b"7b7d>", Filter=pikepdf.Name.ASCIIHexDecode)],
    ids=range(12),
)  # fmt: skip
def test_a_pdf_without_one_plain_receipt_is_refused(pdf: bytes) -> None:
    with pytest.raises(BadReceiptFile):
        receipt_from_pdf(pdf)


def test_a_receipt_that_unpacks_to_gigabytes_is_refused_before_it_does() -> None:
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(bytes(2**24)) for _ in range(64)) + packer.flush()
    pdf = pdf_with_packed(bomb)
    tracemalloc.start()

    with pytest.raises(BadReceiptFile):
        receipt_from_pdf(pdf)

    assert tracemalloc.get_traced_memory()[1] < 8 * RECEIPT_BYTES_MAX
    tracemalloc.stop()


GOOD = pdf_with(("receipt.json", b'{"number":"PF-1"}'))


@given(st.integers(0, len(GOOD) - 1), st.binary(max_size=12), st.integers(0, 40))
def test_a_damaged_pdf_gives_a_receipt_or_the_one_error(at: int, junk: bytes, cut: int) -> None:
    damaged = GOOD[:at] + junk + GOOD[at + cut :]

    try:
        receipt = receipt_from_pdf(damaged)
    except BadReceiptFile:
        return
    assert isinstance(receipt, dict)


@given(st.binary())
def test_any_bytes_are_refused_by_name(data: bytes) -> None:
    for read in (receipt_from_json, receipt_from_pdf):
        with pytest.raises(BadReceiptFile):
            read(data)


def test_the_pdf_library_is_told_its_bound() -> None:
    receipt_from_pdf(GOOD)

    limits = pikepdf.settings.get_qpdf_limits()
    assert limits["flate_max_memory"] == PDF_STREAM_BYTES_MAX


def test_a_pdf_whose_own_structure_unpacks_to_a_gigabyte_is_refused() -> None:
    packer = zlib.compressobj(9)
    bomb = b"".join(packer.compress(b" " * 2**24) for _ in range(64)) + packer.flush()
    head = b"%PDF-1.5\n"
    objects = b"5 0 obj\n<< /Type /ObjStm /N 3 /First 20 /Filter /FlateDecode /Length %d >>\nstream\n" % len(bomb)
    objects += bomb + b"\nendstream\nendobj\n"
    table_at = len(head + objects)
    places = [(0, 0, 65535), (2, 5, 0), (2, 5, 1), (2, 5, 2), (0, 0, 0), (1, len(head), 0), (1, table_at, 0)]
    table = b"".join(struct.pack(">BIH", *place) for place in places)
    tail = b"6 0 obj\n<< /Type /XRef /Size 7 /W [1 4 2] /Root 1 0 R /Length %d >>\nstream\n" % len(table)
    tail += table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % table_at
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(BadReceiptFile):
        receipt_from_pdf(head + objects + tail)

    grown_kib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown_kib < 4 * PDF_STREAM_BYTES_MAX // 1024
