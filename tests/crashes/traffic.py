"""What comes in while things break: orders at the till, slips at the door, card payments, each with its own key."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from flask.sessions import SecureCookieSessionInterface
from sqlalchemy import func, select

from marketplace.accounts.sessions import COOKIE_KEY, begin_session
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.journal import verify
from orders.checkout.models import Order
from orders.payments.models import Payment
from producers.deliveries.models import DeliverySlip
from tests.crashes.captures import Capture, make_capture
from tests.crowds.scene import ANSWERS, CSRF, Press, Scene
from tests.factories.door import make_door
from tests.house import House
from tests.orders.shop import open_shop

PIECES = 5_000


@dataclass
class Act:
    """One form as it is sent, again and again until it is answered; whether it ever was."""

    path: str
    form: dict[str, str]
    cookies: dict[str, str]
    acknowledged: bool = False

    @property
    def key(self) -> str:
        """What its client calls it."""
        return self.form["client_key"]

    def send(self, house: House) -> int | None:
        """Press the button; None where no answer came."""
        status = house.status(self.path, data=self.form, cookies=self.cookies)
        self.acknowledged = self.acknowledged or status == 303
        return status


@dataclass
class Message:
    """The provider's word that an order's page was paid, sent until it is answered by 200."""

    capture: Capture
    acknowledged: bool = False

    @property
    def key(self) -> str:
        """What the provider calls the payment."""
        return self.capture.reference

    def send(self, house: House) -> int | None:
        """Send it; 303 where it was taken, as a form's answer is, None where no answer came."""
        status = house.tell("/webhooks/stripe", self.capture.body, self.capture.headers)
        self.acknowledged = self.acknowledged or status == 200
        return 303 if status == 200 else status


def send_until(act: Act | Message, house: House, moment: float) -> int | None:
    """Send again while the answer is 503 or none, as it says, until a moment."""
    status = act.send(house)
    while status in {None, 503} and time.monotonic() < moment:
        time.sleep(0.05)
        status = act.send(house)
    return status


@dataclass
class Traffic:
    """Acts in a row, sent by a thread while the test breaks what it stands on."""

    acts: Sequence[Act | Message]
    sent: int = 0
    statuses: list[int | None] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def begin(self, house: House) -> None:
        """Start sending; whatever is answered, the next act follows."""
        self._thread = threading.Thread(target=self._run, args=(house,))
        self._thread.start()

    def _run(self, house: House) -> None:
        for act in self.acts[self.sent :]:
            if self._over.is_set():
                break
            self.statuses.append(act.send(house))
            self.sent += 1

    def wait_for(self, acknowledged: int, seconds: float = 60) -> None:
        """Until so many acts in all were acknowledged."""
        until = time.monotonic() + seconds
        while sum(act.acknowledged for act in self.acts) < acknowledged:
            assert time.monotonic() < until, self.statuses
            time.sleep(0.005)

    def end(self) -> None:
        """Send no more."""
        self._over.set()
        self._thread.join()
        self._over.clear()


def make_traffic(app: Any, count: int) -> Traffic:
    """A shop and a cooperative with so many forms ready to be sent, orders and slips by turns; committed."""
    open_shop(on=clock.today())
    door = make_door()
    db.session.commit()
    # By transfer, so that nobody has to play the provider; the house has its own port.
    scene = Scene(app, double=None, port=0, answers=ANSWERS | {"method": "transfer"})  # type: ignore[arg-type]
    listing = scene.last_pieces(PIECES)
    presses = scene.crowd([{listing: 1}] * ((count + 1) // 2))
    token = ids.secret_token()
    begin_session(door.collector.user_id, token)
    db.session.commit()
    slip = {
        "path": f"/s/{door.organisation.slug}/slips/new/{door.maria.id}",
        "cookies": _cookies(app, {COOKIE_KEY: token, "csrf_token": CSRF}),
    }
    form = {"csrf_token": scene.csrf_token, "rate_key": "tenun", "good": "1", "paid": "10.000", "save": "1"}
    acts = []
    for press in presses:
        acts.append(_order(press))
        acts.append(Act(form=form | {"client_key": ids.new_id()}, **slip))
    db.session.rollback()  # on SQLite the served house would wait for us
    return Traffic(acts[:count])


def with_payments(app: Any, traffic: Traffic, count: int) -> Traffic:
    """The same with so many card payments among the first of them."""
    mixed = list(traffic.acts)
    for number in range(1, count + 1):
        mixed.insert(3 * number - 1, Message(make_capture(app, number)))
    return Traffic(mixed)


def _order(press: Press) -> Act:
    cookies = dict(part.split("=", 1) for part in press.cookies.split("; "))
    return Act("/checkout", {name: str(value) for name, value in press.form.items()}, cookies)


def _cookies(app: Any, session: dict[str, str]) -> dict[str, str]:
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    return {app.config["SESSION_COOKIE_NAME"]: str(serializer.dumps(session)), "lang": "en"}


def nothing_lost_nothing_doubled(traffic: Traffic) -> None:
    """Every acknowledged act is there, every act at most once, and the whole house verifies."""
    db.session.rollback()
    found = [
        key
        for table in (Order, DeliverySlip)
        for key in db.session.scalars(select(table.client_key).where(table.client_key.is_not(None)))
    ]
    assert set(found) <= {act.key for act in traffic.acts}
    found += db.session.scalars(select(Payment.reference))
    assert len(found) == len(set(found))
    assert {act.key for act in traffic.acts if act.acknowledged} <= set(found)
    assert verify.check_house()[0] == []  # receipts and letters follow meanwhile


def rows() -> int:
    """How many orders and slips there are."""
    db.session.rollback()
    found = sum(db.session.scalar(select(func.count()).select_from(table)) or 0 for table in (Order, DeliverySlip))
    db.session.rollback()
    return found
