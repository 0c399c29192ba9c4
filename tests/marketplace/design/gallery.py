"""The components with sample data, without a database: pages for the tests and for the eye.

`python -m tests.marketplace.design.gallery FOLDER` writes every page and its pictures at 360 and 1280 px.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from types import SimpleNamespace

from babel.messages.pofile import read_po
from jinja2 import ChoiceLoader, Environment, FileSystemLoader

from marketplace.catalogue.graph_layout import Auxiliary, LotFlow, LotGraph, LotLoss, LotNode, lay_out
from marketplace.catalogue.split_view import split_view
from marketplace.kernel.money_format import format_money
from marketplace.storefront.weave import woven

CHECKOUT = Path(__file__).parents[3]
PAGES = Path(__file__).parent / "pages"
WIDTHS = {"phone": (360, 4200), "desktop": (1280, 2400)}


def environment(language: str) -> Environment:
    """Our templates as the app serves them, in one language, with static files beside the pages."""
    env = Environment(
        loader=ChoiceLoader([FileSystemLoader(CHECKOUT / "templates"), FileSystemLoader(PAGES)]),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    words = _words() if language == "id" else {}
    env.install_gettext_callables(
        lambda text: words.get(text, text),
        lambda one, many, n: words.get(one, one if n == 1 else many),
        newstyle=True,
    )
    env.globals.update(
        language=lambda: language,
        g=SimpleNamespace(second_factor_by=None),
        url_for_language=lambda code: f"?lang={code}",
        url_for=lambda _endpoint, filename: f"static/{filename}",
        csrf_token=lambda: "token",
        get_flashed_messages=lambda with_categories: [],
        split_view=split_view,
        woven=woven,
        cotton=_cotton(),
        pages_url=lambda page: f"?page={page}",
        **SHELL,
    )
    env.filters["short_day"] = lambda iso: iso
    env.filters["money"] = lambda minor, currency: format_money(minor, currency, language)
    return env


def _words() -> dict[str, str]:
    with (CHECKOUT / "translations/id/parts/design.po").open("rb") as file:
        return {message.id: message.string for message in read_po(file, locale="id") if message.id}


def _cotton() -> LotGraph:
    return lay_out(
        [
            LotNode("KPS-031", "KPS-031 Kapas", "24,0 kg diterima", 24_000, "2026-01-12"),
            LotNode("BNG-118", "BNG-118 Benang", "21,6 kg, hasil 90%", 21_600, "2026-01-18"),
            LotNode("BNG-124", "BNG-124 Benang nila", "21,2 kg, hasil 98%", 21_200, "2026-01-20", "dyed"),
            LotNode("SLK-0412", "SLK-0412 Selendang, 12 helai", "9,8 kg · 6 terjual", 9_800, "2026-02-28", "dyed"),
            LotNode("SRG-0413", "SRG-0413 Sarung, 7 helai", "8,9 kg · di gudang", 8_900, "2026-02-28", "dyed"),
            LotNode("Sisa", "Sisa BNG-124", "1,6 kg · di rumah tenun", 1_600, "2026-02-02", "dyed"),
        ],
        [
            LotFlow("KPS-031", "BNG-118", 21_600),
            LotFlow("BNG-118", "BNG-124", 21_200),
            LotFlow("BNG-124", "SLK-0412", 9_800),
            LotFlow("BNG-124", "SRG-0413", 8_900),
            LotFlow("BNG-124", "Sisa", 1_600),
        ],
        [
            LotLoss("KPS-031", 2_400, "− 2,4 kg biji dan debu"),
            LotLoss("BNG-118", 400, "− 0,4 kg hilang dicuci"),
            LotLoss("BNG-124", 900, "− 0,9 kg ujung benang"),
        ],
        [Auxiliary("BNG-124", "nila NIL-007, 6 kg larutan")],
        width=888,
    )


SHELL = {
    "nav_categories": [
        {"name": "Kain", "url": "/kain", "current": True},
        {"name": "Anyaman", "url": "/anyaman", "current": False},
        {"name": "Kopi", "url": "/kopi", "current": False},
    ],
    "cooperatives_url": "/cooperatives",
    "basket_url": "/basket",
    "basket_count": 2,
    "account_url": "/account",
    "user_name": "Bu Ratna",
    "cooperative_name": "Koperasi Tenun Lepo Waru",
    "cooperative_url": "/console",
    "cooperative_stripe": ["#172e52", "#8a4b16", "#f3ede3"],
    "console_nav": [
        {"name": name, "url": "#", "current": name == "Hari ini"}
        for name in ("Hari ini", "Kerja", "Bahan", "Nomor produksi", "Upah", "Pesanan", "Anggota")
    ],
}


def pages() -> list[str]:
    """The names of the gallery's pages."""
    return sorted(path.name for path in PAGES.glob("*.html"))


def render(name: str, language: str) -> str:
    """One page of the gallery."""
    return environment(language).get_template(name).render()


def write(folder: Path) -> list[Path]:
    """Every page in Indonesian, with the static files beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    link = folder / "static"
    if not link.exists():
        link.symlink_to(CHECKOUT / "static")
    written = [folder / name for name in pages()]
    for page in written:
        page.write_text(render(page.name, "id"), encoding="utf-8")
    return written


def draw(folder: Path, dark: bool = False) -> None:
    """Write every page and photograph it with Chromium."""
    for page in write(folder):
        for size, (width, height) in WIDTHS.items():
            _photograph(page, folder / f"{page.stem}-{size}{'-dark' * dark}.png", width, height, dark)


def _photograph(page: Path, picture: Path, width: int, height: int, dark: bool) -> None:
    with tempfile.TemporaryDirectory() as profile:
        subprocess.run(
            [
                "chromium",
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--hide-scrollbars",
                f"--user-data-dir={profile}",
                f"--window-size={width},{height}",
                f"--screenshot={picture}",
                *(["--blink-settings=preferredColorScheme=0"] if dark else []),
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=60,
        )


if __name__ == "__main__":
    draw(Path(sys.argv[1]), dark="--dark" in sys.argv)
