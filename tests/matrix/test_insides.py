"""The canaries' walk hears what stands inside files: proven on files that hold a word and show it to nobody raw."""

import io
import zipfile
from datetime import UTC, datetime
from email.message import EmailMessage

import pikepdf
import pytest

from marketplace.kernel import pdf
from tests.matrix import insides
from tests.matrix.insides import letter, texts

WORD = "kanari00042x"


def archive(name: str, data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(name, data)
    return packed.getvalue()


def heard(data: bytes) -> bool:
    return any(WORD in text for text in texts(data))


def paper(body: str, *attachments: pdf.Attachment) -> bytes:
    page = f'<!doctype html><html lang="en"><head><title>Slip</title></head><body>{body}</body></html>'
    created = datetime(2026, 3, 12, tzinfo=UTC)
    return pdf.render_pdf(page, css=[], identifier="slip", created=created, lang="en", attachments=attachments)


def test_what_a_pdf_draws_and_holds_is_read():
    drawn = paper(f"<h1>Slip</h1><p style='width:2em;overflow-wrap:anywhere'>{WORD}</p>")
    holding = paper("<h1>Slip</h1>", pdf.Attachment("receipt.json", "application/json", archive("a", WORD.encode())))

    for made in (drawn, holding):
        assert WORD.encode() not in made
        assert heard(made)
        assert heard(archive("pack/slip.pdf", made))
    with pikepdf.open(io.BytesIO(drawn)) as opened:
        assert [WORD in text for text in insides.drawn(opened)] == [True]


def test_archives_and_tables_are_unpacked():
    sheet = archive("xl/sharedStrings.xml", f"<sst><si><t>{WORD}</t></si></sst>".encode())

    assert WORD.encode() not in sheet
    assert heard(sheet)
    assert heard(archive(f"{WORD}.txt", b""))


@pytest.mark.parametrize("encoding", ["base64", "quoted-printable"])
def test_letters_are_decoded(encoding: str):
    written = EmailMessage()
    written["Subject"] = f"Pembayaran – {WORD}"
    written.set_content(f"Halo – {WORD[:6]}={WORD}", cte=encoding)

    assert bytes(written).count(WORD.encode()) < 3
    assert letter(bytes(written)).count(WORD) == 3
