"""How often: bounds on repetition, counted in the database so that all workers share the count.

Two ways in. A view that anybody can call is declared beside its policy:

    @blueprint.post("/verify")
    @allow(PUBLIC)
    @per_address(Bound("verify", CHECKS_ADDRESS_MAX, MINUTE))
    def verify_brought() -> Answer:

and what is counted by something else than the network address (an account, a PIN) is spent by name:

    spend(Bound("account", SIGN_IN_FAILURES_MAX, QUARTER), claim.subject)

A window begins with the first of its kind. The count is kept in a short transaction of its own, never in the
request's: a refused request must leave its trace, and one that only reads takes no lock for longer than the count.
"""

import hmac
import ipaddress
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

import structlog
from flask import Flask, current_app, request
from flask_limiter import Limiter
from limits import RateLimitItem, RateLimitItemPerSecond
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter
from sqlalchemy import BigInteger, CheckConstraint, Connection, String, delete, func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.middleware.proxy_fix import ProxyFix

from marketplace.config import API_CALLS_ADDRESS_MAX, LIMIT_ADDRESSES_KEPT_MAX, LIMIT_ROWS_MAX, SIGN_IN_WINDOW_MINUTES
from marketplace.kernel import clock
from marketplace.kernel.db import Base, db, reading
from marketplace.kernel.errors import TooMany

View = TypeVar("View", bound=Callable[..., Any])

SCHEME = "lumbung"
log = structlog.get_logger("limits")
MINUTE, QUARTER, HOUR, DAY = 60, SIGN_IN_WINDOW_MINUTES * 60, 3_600, 86_400
IPV6_NETWORK_BITS = 64


@dataclass(frozen=True, slots=True)
class Bound:
    """At most so many of a kind within a window of seconds."""

    kind: str
    at_most: int
    window_s: int

    @property
    def item(self) -> RateLimitItem:
        """The bound in the words of the library."""
        return RateLimitItemPerSecond(self.at_most, self.window_s, namespace=self.kind)


class RateCount(Base):
    """How many of one kind and subject since its window began; the key is a keyed hash, never an address or a name."""

    __tablename__ = "rate_count"
    __table_args__ = (CheckConstraint("hits >= 0", name="hits_not_negative"),)

    key_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    hits: Mapped[int] = mapped_column()
    ends_at: Mapped[int] = mapped_column(BigInteger, index=True)
    """Seconds since 1970, as the library counts."""


# One statement counts and begins a new window where the old one is over, so that two workers never lose a hit.
_COUNT = text(
    "INSERT INTO rate_count (key_hash, hits, ends_at) VALUES (:key, :first, :ends) "
    "ON CONFLICT (key_hash) DO UPDATE SET "
    "hits = CASE WHEN rate_count.ends_at <= :now THEN :first"
    " WHEN rate_count.hits + :amount < 0 THEN 0 ELSE rate_count.hits + :amount END, "
    "ends_at = CASE WHEN rate_count.ends_at <= :now THEN :ends ELSE rate_count.ends_at END "
    "RETURNING hits"
)


class SqlStorage(Storage):
    """The library's counts in our own database: each act is one statement in a transaction of its own."""

    STORAGE_SCHEME = [SCHEME]  # noqa: RUF012 - as the library declares it

    @property
    def base_exceptions(self) -> type[Exception] | tuple[type[Exception], ...]:
        """What the database raises where it is away."""
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count; how many there are now."""
        now = _now()
        values = {"key": _hash(key), "first": max(amount, 0), "amount": amount, "now": now, "ends": now + expiry}
        with db.engine.begin() as connection:
            return int(connection.execute(_COUNT, values).scalar_one())

    def get(self, key: str) -> int:
        """How many there are."""
        return self._read(RateCount.hits, key)

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since 1970; now where there is none."""
        return float(self._read(RateCount.ends_at, key) or _now())

    def _read(self, column: Any, key: str) -> int:
        query = select(column).where(RateCount.key_hash == _hash(key), RateCount.ends_at > _now())
        with reading(), db.engine.connect() as connection:
            return int(connection.scalar(query) or 0)

    def check(self) -> bool:
        """Whether the database answers."""
        with db.engine.connect() as connection:
            return bool(connection.scalar(select(1)))

    def reset(self) -> int:
        """Forget every count; how many there were."""
        with db.engine.begin() as connection:
            return connection.execute(delete(RateCount)).rowcount

    def clear(self, key: str) -> None:
        """Forget one count."""
        with db.engine.begin() as connection:
            connection.execute(delete(RateCount).where(RateCount.key_hash == _hash(key)))


def network_address() -> str:
    """Whom a request comes from, as the server and its trusted proxies see it; an IPv6 home is one address."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return request.remote_addr or "socket"  # a proxy's own socket has no address; the library skips an empty one
    if address.version == 6:
        mapped = address.ipv4_mapped
        network = ipaddress.ip_network(f"{address}/{IPV6_NETWORK_BITS}", strict=False)
        return str(mapped or network.network_address)
    return str(address)


class DeclaredLimiter(Limiter):
    """Before a request only the bound on all of /api/ is looked at: a view's own is, where it is declared."""

    def _check_request_limit(self, callable_name: str | None = None, in_middleware: bool = True) -> None:
        if not in_middleware or request.path.startswith("/api/"):
            super()._check_request_limit(callable_name, in_middleware)


# Reading goes on where the count cannot be written (a full disk): an unsafe request fails by itself there.
limiter = DeclaredLimiter(
    network_address,
    storage_uri=f"{SCHEME}://",
    strategy="fixed-window",
    swallow_errors=True,
    application_limits=[lambda: f"{API_CALLS_ADDRESS_MAX} per minute"],
)


def per_address(bound: Bound) -> Callable[[View], View]:
    """Refuse a network address that calls the view too often with 429."""

    def mark(view: View) -> View:
        limited = limiter.shared_limit(lambda: f"{bound.at_most} per {bound.window_s} seconds", scope=bound.kind)(view)
        return cast(View, limited)

    return mark


class Few:
    """The first of a kind from each address, counted by this process alone, so that they cost no statement.

    From the `few`th within a window on they are counted with everybody's: a bound may be passed by less than `few`
    for each further process.
    """

    def __init__(self, few: int) -> None:
        self.few = few
        self._counts: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._lock = threading.Lock()

    def to_share(self, subject: str, window_s: int) -> int:
        """How many the shared count is to grow by: none, those held back until now, or one."""
        now = _now()
        with self._lock:
            hits, ends_at = self._counts.pop(subject, (0, 0))
            hits, ends_at = (hits + 1, ends_at) if ends_at > now else (1, now + window_s)
            self._counts[subject] = hits, ends_at
            if len(self._counts) > LIMIT_ADDRESSES_KEPT_MAX:
                self._counts.popitem(last=False)
        return 0 if hits < self.few else hits if hits == self.few else 1


def per_address_where(asked: Callable[[], bool], bound: Bound, *, few: int) -> Callable[[View], View]:
    """The same for those requests only of which `asked` is true, and the first `few` at almost no cost."""
    first = Few(few)

    def mark(view: View) -> View:
        @wraps(view)
        def bounded(*arguments: Any, **named: Any) -> Any:
            if asked():
                _spend_if_it_can_be_counted(bound, first)
            return view(*arguments, **named)

        return cast(View, bounded)

    return mark


def _spend_if_it_can_be_counted(bound: Bound, first: Few) -> None:
    address = network_address()
    amount = first.to_share(address, bound.window_s)
    if not amount:
        return
    try:
        spend(bound, address, amount)
    except SQLAlchemyError:  # reading goes on where the count cannot be written
        log.exception("not_counted", kind=bound.kind)


def spend(bound: Bound, subject: str, amount: int = 1) -> None:
    """Count so many of a kind for a subject; TooMany beyond the bound."""
    if not take(bound, subject, amount):
        raise TooMany


def take(bound: Bound, subject: str, amount: int = 1) -> bool:
    """Count so many of a kind for a subject; whether it is still within the bound."""
    if not current_app.config["RATELIMIT_ENABLED"]:
        return True
    return _strategy().hit(bound.item, subject, cost=amount)


def give_back(bound: Bound, subject: str) -> None:
    """Take one count back: what was feared did not happen."""
    if current_app.config["RATELIMIT_ENABLED"]:
        _strategy().storage.incr(bound.item.key_for(subject), bound.window_s, -1)


def forget(bound: Bound, subject: str) -> None:
    """Start the count of a subject anew."""
    if current_app.config["RATELIMIT_ENABLED"]:
        _strategy().clear(bound.item, subject)


def sweep() -> None:
    """Delete counts whose window is over and, where too many are left, those that end first."""
    with db.engine.begin() as connection:
        connection.execute(delete(RateCount).where(RateCount.ends_at <= _now()))
        _keep_newest(connection, LIMIT_ROWS_MAX)


def _keep_newest(connection: Connection, rows_max: int) -> None:
    surplus = (connection.scalar(select(func.count()).select_from(RateCount)) or 0) - rows_max
    if surplus > 0:
        first = select(RateCount.key_hash).order_by(RateCount.ends_at).limit(surplus)
        connection.execute(delete(RateCount).where(RateCount.key_hash.in_(first)))


def init_app(app: Flask) -> None:
    """Count from the first request on, behind as many trusted proxies as the settings name."""
    proxies = app.config["TRUSTED_PROXIES"]
    if proxies:
        # The host is not taken from a header: TRUSTED_HOSTS and BASE_URL say it.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0, x_port=0, x_prefix=0
        )
    limiter.init_app(app)
    logging.getLogger("flask-limiter").setLevel(logging.WARNING)  # its notes name the network address


def _strategy() -> FixedWindowRateLimiter:
    strategy = limiter.limiter
    assert isinstance(strategy, FixedWindowRateLimiter)
    return strategy


def _now() -> int:
    return int(clock.now().timestamp())


def _hash(key: str) -> str:
    secret = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.digest(secret, key.encode(), "sha256").hex()
