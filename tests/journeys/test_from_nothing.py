"""From an empty database to goods in the shop, in pages alone and without script; the books then verify.

The operator's two commands are those of docs/operator.md. Everything after them somebody does in a page.
"""

import io
import re
from datetime import date
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image

from marketplace.kernel import clock
from tests.after import deliver
from tests.client import PageClient
from tests.page import Form, Page

DAY = date(2026, 11, 23)
HOME, PHONE = "/k/tenun-waru", "/s/tenun-waru"
PASSWORD = "kapas nila soga"
PIN = "729416"
CHOSEN = ("in_place", "work_member")


@pytest.fixture(autouse=True)
def _on_that_day():
    with clock.at(DAY):
        yield


class Walk:
    """The people of the walk, each with a browser; what they do leaves its letters and events delivered."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.operator, self.manager, self.bookkeeper = (PageClient(app) for _ in range(3))

    def command(self, *arguments: str) -> str:
        done = self.app.test_cli_runner().invoke(args=list(arguments))
        assert done.exit_code == 0, done.output
        return done.output

    def deliver(self) -> None:
        """What `lumbung work` does of it."""
        with self.app.app_context():
            deliver()

    def letters(self) -> str:
        """All letters sent so far, as text."""
        self.deliver()
        folder = Path(self.app.config["MAIL_URL"].removeprefix("file://"))
        letters = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in folder.glob("*.eml")]
        bodies = [letter.get_body(("plain",)) for letter in letters]
        return "\n".join(body.get_content() for body in bodies if body)

    def stranger(self) -> PageClient:
        return PageClient(self.app)


def photo() -> tuple[io.BytesIO, str]:
    out = io.BytesIO()
    Image.new("RGB", (40, 50), "indigo").save(out, "PNG")
    return io.BytesIO(out.getvalue()), "photo.png"


def with_file(form: Form, name: str) -> Form:
    form.values[name] = photo()
    return form


def offered(page: Page, name: str, words: str) -> str:
    """The value of the entry in a list that is so worded."""
    for option in page.find("select", name=name).iter("option"):
        if words in (option.text or ""):
            return option.get("value", "")
    raise AssertionError(f"No “{words}” to choose for {name} at {page.address}")


def secret_in(text: str, path: str) -> str:
    """The address of a link with a secret that a page, a letter or a command shows."""
    found = re.search(rf"/{path}/[\w-]+", text)
    assert found, text[:600]
    return found[0]


def enter(visitor: PageClient, who: str, secret: str = PASSWORD) -> Page:
    return visitor.get("/sign-in").form().fill(who=who, password=secret).send()


# --- the stations -----------------------------------------------------------------------------------------------------


def open_the_house(walk: Walk) -> None:
    """The operator sets the platform up; a cooperative registers and is public only once she approves it."""
    link = walk.command("operator", "oki@example.org")
    walk.command("platform")
    walk.operator.get("/?lang=en")
    walk.operator.get(secret_in(link, "reset")).form().fill(password=PASSWORD).send()
    walk.manager.get("/register").form().fill(
        cooperative="Tenun Waru", country="ID", district="Sikka", currency="IDR", name="Mirna", email="m@example.org",
        password=PASSWORD,
    ).send()  # fmt: skip
    walk.stranger().get("/cooperatives/tenun-waru", status=404)
    walk.manager.get(secret_in(walk.letters(), "confirm")).form().send()
    walk.operator.get("/operator/cooperatives").form("Approve").send()
    walk.stranger().get("/cooperatives/tenun-waru")
    page = enter(walk.manager, "m@example.org")
    assert [step for step in ("Enrol the members", "Record the first decisions", "Record the first material")
            if step not in page.words] == []  # fmt: skip


def gather_people(walk: Walk) -> PageClient:
    """Two members, one who agrees and one who does not; a bookkeeper by letter, a member by PIN. Her browser."""
    manager = walk.manager
    for name, agrees in (("Ani Nurak", ["show_labour_amount", "show_name"]), ("Budi Lado", [])):
        page = manager.get(f"{HOME}/members/new").form("joined_on").fill(name=name).send()
        page = page.form().fill(kinds=agrees, how="signed").send()
        assert page.words.count("given") == len(agrees)
        assert page.words.count("said no") == 3 - len(agrees)
    form = manager.get(f"{HOME}/people/invite").form().fill(name="Rina", email="r@example.org", role="bookkeeper")
    page = form.send()
    walk.bookkeeper.get(secret_in(page.text, "invitation")).form().fill(name="Rina", password=PASSWORD).send()
    page = manager.get(f"{HOME}/members").follow("Ani Nurak").form("Invite her to sign in").send()
    ani = walk.stranger()
    ani.get(secret_in(page.text, "invitation")).form().fill(pin=PIN, pin_again=PIN).send()
    walk.deliver()
    assert "My pay" in ani.get(f"{PHONE}/").words
    assert "She signs in herself." in manager.get(f"{HOME}/members").follow("Ani Nurak").words
    return ani


def decide(walk: Walk) -> None:
    """The meeting's first figures; each is cited by what rests on it."""
    walk.manager.get(f"{HOME}/decisions/new").form("title").fill(
        title="First meeting", overhead_on_labour="20", premium="5", reserve="1", tax="0", present="9", votes_for="9",
        loss_rule="The reserve, then the cooperative", rate_1_name="weaving", rate_1="85.000", rate_2_name="mending",
        rate_2="12.000",
    ).send()  # fmt: skip
    page = walk.manager.get(f"{HOME}/decisions")
    assert "weaving" in page.words
    assert "The reserve, then the cooperative" in page.words


def buy(walk: Walk) -> None:
    """A certificate, a purchase that it covers, with origin and bill; paid with the supplier's receipt."""
    form = walk.manager.get(f"{HOME}/certificates/new").form("issuer").fill(
        kind="organic", holder="Toko Benang", issuer="Control", number="ORG-1", valid_from="2026-01-01",
        valid_until="2027-12-31",
    )  # fmt: skip
    with_file(form, "document").send()
    page = walk.bookkeeper.get(f"{HOME}/materials/purchases/new")
    paper = next(box.get("value") for box in page.find_all("input", name="certificates"))
    form = page.form("cost").fill(
        name="Indigo yarn", quantity="6 kg", cost="600.000", new_supplier="Toko Benang", origin="Sikka, Indonesia",
        certificates=[paper],
    )  # fmt: skip
    page = with_file(form, "document").send()
    assert "Organic" in page.words
    form = page.follow("Record payment").form("method").fill(method="bank")
    page = with_file(form, "document").send()
    assert "Payment recorded" in page.alerts[0]


def go_home_and_back(walk: Walk) -> None:
    """Yarn goes out to a home and some of it comes back; the material book says so."""
    for address, quantity, button in (("issue", "1,2 kg", "Give out"), ("return", "100 g", "Take back")):
        page = walk.bookkeeper.get(f"{HOME}/materials/{address}")
        page.form(button).fill(
            member_id=offered(page, "member_id", "Ani"), lot_id=offered(page, "lot_id", "Indigo"), quantity=quantity
        ).send()
    page = walk.manager.get(f"{HOME}/members").follow("Ani Nurak").follow("Open her material book")
    assert "1.1 kg" in page.words


def save_slip(walk: Walk, **entered: str) -> Page:
    page = walk.bookkeeper.get(f"{PHONE}/slips/new").follow("Ani Nurak")
    lot = offered(page, "lot_id", "Indigo") if "issued" in entered else ""
    return page.form("good").fill(lot_id=lot, **entered).send("Check together").form().send("Save slip")


def hand_over(walk: Walk, ani: PageClient) -> None:
    """A slip with yarn, pieces and money; a wrong one made void; hers confirmed by a link, contested and withdrawn."""
    slip = save_slip(walk, issued="600", good="3", to_repair="1", paid="100.000", rate_key="weaving")
    assert "NS-000001" in slip.words
    assert "Signature of the member" in slip.follow("Print").words
    wrong = save_slip(walk, issued="500", paid="50.000")
    page = walk.manager.get(wrong.address).follow("The slip is wrong")
    page = page.form("reason").fill(reason="Written for the wrong member").send()
    assert "Void" in page.words
    payee = walk.stranger()
    shown = payee.get(secret_in(slip.form("Send to the member").send().text, "p"))
    page = shown.follow("The amount is wrong").form("received").fill(received="90.000", note="One note short").send()
    page = page.form("It was right after all").send()
    page = page.form("I have received it").send()
    assert "Paid" in page.words
    assert "NS-000001" in ani.get(f"{PHONE}/me").words
    page = slip.follow("Weigh the pieces").form("mass_g").fill(good="3", mass_g="540", used_g="600", least_g="150",
                                                               hours="30")  # fmt: skip
    page = page.send()
    assert "sign-off" in page.alerts[0]
    walk.manager.get(f"{HOME}/work").form("Sign off").send()


def step(walk: Walk, preset: str, **answers: str) -> None:
    """A step recorded by the bookkeeper after she saw its loss, signed off by the manager."""
    page = walk.bookkeeper.get(f"{HOME}/steps/new?preset={preset}")
    chosen = {name: offered(page, name, words) for name, words in answers.items() if name.startswith(CHOSEN)}
    form = page.form("max_yield").fill(**(answers | chosen))
    page = form.send("Work out the loss").form("max_yield").send("Save the step")
    assert "A second person signs it off" in page.alerts[0]
    walk.manager.get(f"{HOME}/work").form("Sign off").send()


def work_on(walk: Walk) -> None:
    """Yarn is split and merged again; a cloth is mended by the other member, and the rest keeps its lot."""
    step(walk, "split", in_place_0="Indigo", in_quantity_0="2 kg", out_quantity_0="1,2 kg", out_name_0="Fine part",
         out_quantity_1="790 g", out_name_1="Coarse part")  # fmt: skip
    step(walk, "merge", in_place_0="Fine part", in_quantity_0="1,2 kg", in_place_1="Coarse part",
         in_quantity_1="790 g", out_quantity_0="1990 g", out_name_0="Yarn again")  # fmt: skip
    step(walk, "rework", name="mending", max_yield="1", in_place_0="Weaving", in_quantity_0="1", in_mass_0="180",
         out_quantity_0="1", out_unit_0="H87", out_mass_0="178", out_name_0="Mended cloth", work_member_0="Budi",
         work_quantity_0="1", work_hours_0="2", work_rate_0="mending")  # fmt: skip


def payslip(walk: Walk, name: str) -> str:
    """A payslip prepared by one, approved by another; its address."""
    page = walk.bookkeeper.get(f"{HOME}/pay/new").follow(name).form("records").send()
    walk.bookkeeper.post(page.address + "/approve", status=403)
    walk.manager.get(page.address).form("Approve it").send()
    return page.address


def pay(walk: Walk, address: str, method: str) -> Page:
    form = walk.bookkeeper.get(address).follow("Record a payment").form("method").fill(method=method)
    return with_file(form, "proof").send()


def pay_everybody(walk: Walk, ani: PageClient) -> None:
    """One is paid in cash and confirms on her phone; the other by bank, contests by a link, and is paid again."""
    pay(walk, payslip(walk, "Ani Nurak"), "cash")
    page = ani.get(f"{PHONE}/me").form(action="confirm").send()
    assert "you have received" in page.words
    address = payslip(walk, "Budi Lado")
    page = pay(walk, address, "bank")
    link = secret_in(page.form("Send to the member").send().text, "p")
    budi = walk.stranger()
    budi.get(link).follow("The amount is wrong").form("received").fill(received="0").send()
    assert "Contested" in walk.manager.get(address).words
    pay(walk, address, "cash")
    budi.get(link).form("I have received it").send()
    assert "Paid and confirmed" in walk.manager.get(address).words
    walk.bookkeeper.get(address).follow("Print")


def put_in_the_shop(walk: Walk) -> str:
    """The price is refused below its floor and frozen above it; the address of the goods."""
    page = walk.manager.get(f"{HOME}/lots").follow("P-2").follow("Work out its price")
    refused = page.form("price").fill(price="1").send(status=422)
    assert "below the floor" in refused.errors()["price"]
    page = page.form("price").fill(price="250.000").send()
    assert "what is left" in page.words
    form = page.follow("Publish it at").form("title").fill(title="Indigo sarong", category="cloth", quantity="2",
                                                           alternative_1="A folded sarong")  # fmt: skip
    with_file(form, "photo_1").send()
    return "/products/indigo-sarong"


def test_a_house_begins_with_nothing_and_ends_with_books_that_verify(app):
    walk = Walk(app)

    open_the_house(walk)
    ani = gather_people(walk)
    decide(walk)
    buy(walk)
    go_home_and_back(walk)
    hand_over(walk, ani)
    work_on(walk)
    pay_everybody(walk, ani)
    address = put_in_the_shop(walk)

    shown = walk.stranger().get(address)
    assert "Indigo sarong" in shown.words
    told = walk.stranger().json(f"{address}.json")
    assert sum(row["amount_minor"] for row in told["split"]) == told["price_minor"] == 250_000_00
    assert "labour" in {row["purpose"] for row in told["split"]}
    walk.command("anchor")
    walk.command("verify")
