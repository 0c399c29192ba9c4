import io
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from marketplace.kernel import pdf, qr

ROOT = Path(__file__).parents[3]
ISSUED = datetime(2026, 3, 12, 4, 5, 6, tzinfo=UTC)
SLOW = "<table>" + "<tr><td>x<td>y<td>z" * 20_000 + "</table>"


@pytest.fixture(scope="module")
def renderer() -> Iterator[pdf.PdfRenderer]:
    renderer = pdf.PdfRenderer(start_s_max=120, render_s_max=60)
    yield renderer
    renderer.close()


def page(body: str) -> str:
    return f'<!doctype html><html lang="id"><head><title>Nota 17</title></head><body>{body}</body></html>'


def render(renderer: pdf.PdfRenderer, body: str = "<h1>Nota 17</h1>", **named: object) -> bytes:
    arguments: dict[str, object] = {
        "css": [],
        "identifier": "nota-17",
        "created": ISSUED,
        "lang": "id",
        **named,
    }
    return renderer.render(page(body), **arguments)  # type: ignore[arg-type]


def characters(document: bytes) -> set[str]:
    """Every character that can be copied out of the document, from its fonts' ToUnicode maps."""
    found: set[str] = set()
    with pikepdf.open(io.BytesIO(document)) as opened:
        for thing in opened.objects:
            if isinstance(thing, pikepdf.Dictionary) and "/ToUnicode" in thing:
                lines = thing.ToUnicode.read_bytes().decode()
                for code in re.findall(r"<[0-9a-fA-F]+>\s+<([0-9a-fA-F]+)>", lines):
                    found.update(bytes.fromhex(code).decode("utf-16-be"))
    return found


def test_our_paper_style_is_understood_to_the_last_rule(caplog: pytest.LogCaptureFixture) -> None:
    from weasyprint import CSS

    for sheet in pdf.house_css():
        CSS(string=sheet)

    assert [record.getMessage() for record in caplog.records if record.name == "weasyprint"] == []


def test_a_page_becomes_a_tagged_archive_document(renderer: pdf.PdfRenderer) -> None:
    document = render(renderer, "<h1>Nota 17</h1><p>Rp650.000")

    with pikepdf.open(io.BytesIO(document)) as opened:
        metadata = opened.Root.Metadata.read_raw_bytes()
        assert opened.Root.Lang == "id"
        assert opened.Root.MarkInfo.Marked
        assert b'pdfaid:part="3"' in metadata
        assert b'pdfaid:conformance="A"' in metadata
        assert b'pdfuaid:part="1"' in metadata
        assert str(opened.docinfo["/CreationDate"]) == "D:20260312040506Z"
        assert str(opened.docinfo["/Title"]) == "Nota 17"
    assert set("Nota17Rp650.000") <= characters(document)


def test_an_attachment_is_read_back(renderer: pdf.PdfRenderer) -> None:
    receipt = b'{"number":"17","paid_minor":65000000}'

    document = render(
        renderer,
        attachments=[pdf.Attachment("receipt.json", "application/json", receipt, "Nota 17", "Source")],
    )

    with pikepdf.open(io.BytesIO(document)) as opened:
        assert list(opened.attachments) == ["receipt.json"]
        attached = opened.attachments["receipt.json"]
        assert attached.get_file().read_bytes() == receipt
        assert attached.get_file().mime_type == "application/json"
        assert attached.description == "Nota 17"
        assert attached.relationship == "/Source"


def test_identical_input_gives_identical_bytes_also_from_a_new_child(renderer: pdf.PdfRenderer) -> None:
    attachments = [pdf.Attachment("receipt.json", "application/json", b"{}")]

    first = render(renderer, attachments=attachments, css=["h1 { color: #22406F }"])
    again = render(renderer, attachments=attachments, css=["h1 { color: #22406F }"])
    renderer.close()
    anew = render(renderer, attachments=attachments, css=["h1 { color: #22406F }"])

    assert first == again == anew
    assert first != render(renderer, attachments=attachments, css=["h1 { color: #8A4B16 }"])


def test_pictures_come_only_from_data_addresses(renderer: pdf.PdfRenderer, tmp_path: Path) -> None:
    hits: list[str] = []

    class Counter(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)
            self.send_response(200)
            self.end_headers()

    picture = tmp_path / "secret.png"
    Image.new("RGB", (9, 9), "red").save(picture)
    with ThreadingHTTPServer(("127.0.0.1", 0), Counter) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        there = f"http://127.0.0.1:{server.server_port}"
        document = render(
            renderer,
            f'<img src="{there}/a.png"><img src="file://{picture}"><img src="{picture}">'
            f'<link rel="attachment" href="file:///etc/passwd"><a rel="attachment" href="{there}/b">b</a>'
            f'<link rel="stylesheet" href="{there}/c.css"><style>@import url({there}/d.css);'
            f"@font-face {{ font-family: f; src: url({there}/e.woff2) }} p {{ font-family: f }}</style><p>x"
            f'<object data="file:///etc/passwd"></object><svg><image href="file://{picture}"/></svg>',
        )
        server.shutdown()

    with pikepdf.open(io.BytesIO(document)) as opened:
        assert hits == []
        assert b"root:" not in b"".join(
            thing.read_bytes() for thing in opened.objects if isinstance(thing, pikepdf.Stream)
        )
        assert len(opened.attachments) == 0
        assert [len(page.get_images()) for page in opened.pages] == [0]


def test_a_picture_in_a_data_address_is_drawn(renderer: pdf.PdfRenderer) -> None:
    out = io.BytesIO()
    Image.new("RGB", (9, 9), "red").save(out, "PNG")

    document = render(renderer, f'<img alt="merah" src="{pdf.data_url(out.getvalue(), "image/png")}">')

    with pikepdf.open(io.BytesIO(document)) as opened:
        (image,) = opened.pages[0].get_images().values()
        assert image.Width == 9
        assert not image.get("/Interpolate", False)


def test_a_slow_document_is_ended_and_the_next_one_succeeds() -> None:
    renderer = pdf.PdfRenderer(render_s_max=0.5)
    try:
        with pytest.raises(pdf.PdfTimeout):
            render(renderer, SLOW)

        assert renderer.child_pid is None
        renderer.render_s_max = 60
        assert render(renderer).startswith(b"%PDF-1.7")
    finally:
        renderer.close()


def test_a_child_that_died_between_documents_is_replaced(renderer: pdf.PdfRenderer) -> None:
    render(renderer)
    before = renderer.child_pid
    assert before is not None

    os.kill(before, signal.SIGKILL)
    os.waitid(os.P_PID, before, os.WEXITED | os.WNOWAIT)

    assert render(renderer).startswith(b"%PDF-1.7")
    assert renderer.child_pid != before


def test_a_child_that_dies_while_rendering_is_named_and_replaced(renderer: pdf.PdfRenderer) -> None:
    render(renderer)
    pid = renderer.child_pid
    assert pid is not None
    killer = threading.Timer(0.3, os.kill, (pid, signal.SIGKILL))

    killer.start()
    with pytest.raises(pdf.PdfCrashed):
        render(renderer, SLOW)

    killer.join()
    assert render(renderer).startswith(b"%PDF-1.7")


def test_memory_is_capped() -> None:
    renderer = pdf.PdfRenderer(memory_bytes_max=230 * 1024 * 1024, render_s_max=60)
    try:
        with pytest.raises(pdf.PdfCrashed):
            render(renderer, SLOW)

        assert render(renderer).startswith(b"%PDF-1.7")
    finally:
        renderer.close()


def test_the_child_is_replaced_after_its_share_of_documents() -> None:
    renderer = pdf.PdfRenderer(renders_max=2)
    try:
        pids = []
        for _ in range(3):
            render(renderer)
            pids.append(renderer.child_pid)
    finally:
        renderer.close()

    assert pids[0] == pids[1] != pids[2]


def test_many_threads_share_one_child(renderer: pdf.PdfRenderer) -> None:
    bodies = [f"<h1>Nota {number}</h1>" for number in range(6)] * 2

    with ThreadPoolExecutor(4) as pool:
        documents = list(pool.map(lambda body: render(renderer, body), bodies))

    assert documents[:6] == documents[6:]
    assert len(set(documents)) == 6


def test_waiting_for_a_turn_has_a_bound(renderer: pdf.PdfRenderer) -> None:
    render(renderer)
    renderer.queue_s_max, usual = 0.05, renderer.queue_s_max
    started = threading.Event()

    def occupy() -> None:
        started.set()
        render(renderer, SLOW[: len(SLOW) // 16])

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(occupy)
        started.wait()
        while not renderer.busy:
            time.sleep(0.001)
        with pytest.raises(pdf.PdfBusy):
            render(renderer)
        slow.result()
    renderer.queue_s_max = usual


def test_the_child_is_given_no_secret(renderer: pdf.PdfRenderer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "do-not-tell")
    renderer.close()

    render(renderer)

    assert b"do-not-tell" not in Path(f"/proc/{renderer.child_pid}/environ").read_bytes()


def test_a_forked_worker_starts_its_own_child() -> None:
    program = """
import os
from datetime import UTC, datetime
from marketplace.kernel import pdf

def make():
    return pdf.render_pdf("<p>x", css=[], identifier="x", created=datetime(2026, 3, 1, tzinfo=UTC), lang="id")

first = make()
parents_child = pdf._renderer.child_pid
worker = os.fork()
if worker == 0:
    same = make() == first and pdf._renderer.child_pid != parents_child
    pdf._renderer.close()
    os._exit(0 if same else 1)
_, status = os.waitpid(worker, 0)
assert os.waitstatus_to_exitcode(status) == 0
assert make() == first and pdf._renderer.child_pid == parents_child
print("ok", parents_child)
"""

    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program], capture_output=True, cwd=ROOT, check=True, text=True
    )

    word, child_pid = done.stdout.split()
    assert word == "ok"
    assert not Path(f"/proc/{child_pid}").exists(), "the child outlived its parent"


def test_a_date_without_zone_is_refused(renderer: pdf.PdfRenderer) -> None:
    with pytest.raises(ValueError, match="aware"):
        render(renderer, created=ISSUED.replace(tzinfo=None))


def test_house_fonts_carry_thai_khmer_and_currency_signs(renderer: pdf.PdfRenderer) -> None:
    document = render(renderer, "<p>Rp650.000 ผ้าฝ้าย ក្រមា ₱ ₹ ฿ ៛", css=pdf.house_css())

    with pikepdf.open(io.BytesIO(document)) as opened:
        fonts = {str(thing.FontName) for thing in opened.objects if _is(thing, "/FontDescriptor")}
    assert set("Rp650ผ้าฝยក្រមា₱₹฿៛") <= characters(document)
    assert fonts
    assert all("+Lumbung" in name for name in fonts), fonts


@pytest.mark.parametrize("profile", ["3a", "ua1"])
def test_a_document_passes_an_independent_validator(renderer: pdf.PdfRenderer, profile: str) -> None:
    validator = pytest.importorskip("page", reason="page-validation is not installed")
    body = (
        "<main><h1>Nota 17</h1><p>Rp650.000 ผ้าฝ้าย ក្រមា ₱ ₹ ฿ ៛</p><table><thead><tr><th>Barang</th><th>Harga</th>"
        '</tr></thead><tr><td>Selendang</td><td>Rp650.000</td></tr></table><img alt="Kode QR" '
        f'src="{qr.qr_png_data_url("https://lumbung.example")}"></main>'
    )
    receipt = pdf.Attachment("receipt.json", "application/json", b"{}", "Nota 17", "Source")

    document = render(renderer, body, css=pdf.house_css(), attachments=[receipt])

    report = validator.validate_pdf_bytes(document, profile=profile)
    assert [(failure.rule_id, failure.message) for failure in report.failures] == []


def test_every_glyph_maps_to_a_character(renderer: pdf.PdfRenderer) -> None:
    document = render(renderer, "<p>ក្រមា ស្រី", css=pdf.house_css())

    with pikepdf.open(io.BytesIO(document)) as opened:
        fonts = [thing for thing in opened.objects if _is(thing, "/Font") and "/ToUnicode" in thing]
        maps = [font.ToUnicode.read_bytes() for font in fonts]
    assert any(b"<2060>" in each for each in maps)
    assert not any(b"<>" in each for each in maps)


def test_a_style_sheet_carries_only_files_of_its_own_house(tmp_path: Path) -> None:
    root = tmp_path / "static"
    root.mkdir()
    (root / "f.woff2").write_bytes(b"font")
    (tmp_path / "secret.png").write_bytes(b"secret")
    (root / "secret.txt").write_bytes(b"secret")
    sheet = root / "a.css"

    sheet.write_text("a { b: url('f.woff2') } c { d: url(data:x) }")
    embedded = pdf.style_sheet(sheet, root=root)

    assert embedded == 'a { b: url("data:font/woff2;base64,Zm9udA==") } c { d: url(data:x) }'
    for address in ("../secret.png", "secret.txt", "https://example.org/a.png", "/etc/passwd"):
        sheet.write_text(f"a {{ b: url({address}) }}")
        with pytest.raises(ValueError, match="not embedded"):
            pdf.style_sheet(sheet, root=root)


def test_a_document_beyond_its_size_is_refused(renderer: pdf.PdfRenderer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "PDF_BYTES_MAX", 100)

    with pytest.raises(pdf.PdfFailed):
        render(renderer)


def _is(thing: pikepdf.Object, kind: str) -> bool:
    return isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == kind
