"""Every setting, read once from the environment; a bad one stops the start."""

import contextlib
import json
import os
import re
import secrets
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from environs import Env, EnvError
from sqlalchemy.engine import make_url

STRIPE_API_BASE = "https://api.stripe.com"
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
CHECKOUT = Path(__file__).resolve().parent.parent

# Bounds. Each is used by name where it holds.
BODY_BYTES_MAX = 25 * 1024 * 1024
UPLOAD_BYTES_MAX = 20 * 1024 * 1024
TEXT_CHARACTERS_MAX = 200
MEDIA_PIXELS_MAX = 50_000_000
PAGE_SIZE = 24
PAGE_SIZE_MAX = 100
HOME_LISTINGS = 6
SEARCH_CHARACTERS_MAX = 80
SITEMAP_ADDRESSES_MAX = 50_000
PUBLIC_CACHE_S = 60
PAGE_CACHE_S = 2.0
PAGE_CACHE_BYTES_MAX = 16 * 1024 * 1024
PAGE_CACHE_PAGES_MAX = 1_000
PAGE_CACHE_KEY_MAX = 1_024
MEDIA_CACHE_S = 365 * 86_400
STATIC_CACHE_S = 365 * 86_400
STATIC_CACHE_UNVERSIONED_S = 3_600
LOCK_WAIT_MS_MAX = 5_000
TURN_WAIT_MS_MAX = 20_000
TURN_ASK_EVERY_MS = 0.5
DELIVERIES_AT_ONCE = 8
DELIVER_EVERY_MS = 250
RUSH_QUIET_S = 1
RUSH_MESSAGES_MIN = 10
"""A rush is on while so many messages, two an order, come into the outbox within RUSH_QUIET_S seconds."""
RUSH_S_MAX = 60
"""So long receipts and letters may wait for a rush to end; then they are made beside it at full speed."""
RUSH_WORK_SHARE = 0.1
"""The share of one processor with which `work` delivers while a rush is on."""
STATEMENT_MS_MAX = 30_000
CONNECT_S_MAX = 5
ANSWER_S_MAX = 35
CURSORS_KEPT_MAX = 128
"""For how many statements a connection to PostgreSQL keeps the driver's cursor."""
STATEMENTS_TOGETHER_MAX = 64
"""How many statements that go to the database together are held back until they are sent."""
IDLE_IN_TRANSACTION_MS_MAX = 60_000
WEB_WORKERS = 2
WORK_NICENESS = 5
"""How far `work` steps back behind the web on a busy machine (nice(2), on PostgreSQL); it still gets its share."""
WEB_THREADS = 32
DATABASE_CONNECTIONS_MAX = WEB_THREADS + 4
CONNECTION_WAIT_S_MAX = 5
PING_IDLE_S_MIN = 1
SESSION_DAYS_MAX = 30
SESSION_IDLE_MONEY_MINUTES_MAX = 30
SESSION_IDLE_PASSWORD_HOURS_MAX = 12
SESSION_IDLE_PIN_DAYS_MAX = 14
SESSION_SEEN_EVERY_S = 60
SHARED_PHONE_MINUTES_MAX = 60
SIGN_IN_FAILURES_MAX = 5
SIGN_IN_FAILURES_ADDRESS_MAX = 40
SIGN_IN_WINDOW_MINUTES = 15
PIN_FAILURES_DAY_MAX = 15
PIN_DIGITS = 6
PASSWORD_CHARACTERS_MIN = 10
PASSWORD_CHARACTERS_MAX = 128
REGISTRATIONS_ADDRESS_MAX = 20
RESETS_ADDRESS_MAX = 40
SECOND_FACTOR_GRACE_DAYS = 14
SECOND_FACTOR_TRIES_MAX = 5
SECOND_FACTOR_TRIES_DAY_MAX = 20
SECOND_STEP_MINUTES_MAX = 10
RECOVERY_CODES = 10
CONFIRMATION_DAYS_MAX = 3
CONFIRMATION_LETTERS_MAX = 3
ACCESS_DAYS_KEPT = 180
ACCESS_ROWS_SHOWN = 50
BROWSER_DAYS_MAX = 365
SEARCHES_ADDRESS_MAX = 120
SEARCHES_UNSHARED = 10
"""So many a minute each process counts alone before it counts them with the others'."""
LIMIT_ADDRESSES_KEPT_MAX = 10_000
RECEIPT_CHECKS_ADDRESS_MAX = 30
BAD_WEBHOOKS_ADDRESS_MAX = 60
API_CALLS_ADDRESS_MAX = 600
LIMIT_ROWS_MAX = 200_000
RESET_MAILS_MAX = 3
RESET_MINUTES_MAX = 60
EXPORTS_ADDRESS_MAX = 30
PIN_LINK_HOURS_MAX = 24
PAIRING_MINUTES_MAX = 30
DEVICE_DAYS_MAX = 365
MAIL_SECONDS_MAX = 10
LETTER_SECONDS_MAX = 60
LETTER_AGE_DAYS_MAX = 3
CARD_HOLD_MINUTES = 30
RECEIPT_WAIT_MINUTES_MAX = 15
"""How long a paid order may be without its receipt before `verify` says so."""
TRANSFER_HOLD_DAYS = 3
LEDGER_ACCOUNTS_KEPT_MAX = 20_000
"""How many of the ledger's accounts a process knows by heart."""
RATE_AGE_DAYS_MAX = 7
RATE_AGE_DAYS_WARNING = 5
FEE_HOURS_MAX = 24
BASKET_LINES_MAX = 50
BASKET_QUANTITY_MAX = 999
BASKET_DAYS_MAX = 60
BASKET_CHANGED_S = 60
ADDRESS_CHARACTERS_MAX = 400
PLACING_TRIES_MAX = 3
ORDERS_EXPIRED_PER_RUN_MAX = 200
WEBHOOK_BYTES_MAX = 256 * 1024
WEBHOOK_AGE_S_MAX = 300
STRIPE_SESSION_MINUTES_MIN = 30
PROVIDER_KEY_HOURS_MIN = 24
PROVIDER_ASKED_AFTER_MINUTES = 2
PROVIDER_ASKED_PER_RUN_MAX = 50
RECONCILE_DAYS = 7
RECONCILE_HOUR_UTC = 18
RECONCILE_DAYS_MAX = 90
RECONCILE_OBJECTS_MAX = 20_000
RECONCILE_QUIET_MINUTES = 10
DISPUTES_SHOWN_MAX = 50
EXPORT_ROWS_AT_ONCE = 1_000
INVITATION_DAYS_MAX = 14
PERSONAL_LINK_DAYS_MAX = 90
AUDIT_GRANT_DAYS_MAX = 90
GRAPH_NODES_MAX = 5_000
SLIP_PIECES_MAX = 999
SLIP_GRAMS_MAX = 1_000_000
SLIP_HOURS_MAX = 10_000
LINK_ANSWERS_MAX = 10
HOURLY_PAY_PEOPLE_MIN = 5
HOURLY_PAY_MONTHS = 12
HOURLY_PAY_SHOWN_DAYS = 184
CERTIFICATE_WARNING_DAYS = 60
CHOICES_MAX = 300
SEQUENCE_EVERY_MS = 100
LOG_FRAMES_MAX = 12
ADDRESSES_KEPT_MAX = 4_096
ADDRESS_KEPT_CHARACTERS_MAX = 200
STRIPES_KEPT_MAX = 512
GOODS_QUERIES_KEPT_MAX = 128
PHOTOS_KEPT_MAX = 1_024
DAYS_KEPT_MAX = 1_024
QUANTITIES_KEPT_MAX = 1_024
SPLITS_KEPT_MAX = 1_024
HOURLY_KEPT_MAX = 4_096
JOURNEYS_KEPT_MAX = 256
KEPT_S = 5.0
"""So long a process may reckon with terms that another one has changed; the sum a buyer agreed to holds anyway."""
KEPT_ANSWERS_MAX = 1_024
STATEMENTS_KEPT_MAX = 512
SLOW_REQUEST_MS = 1_000
INVARIANTS_SECONDS_MAX = 300
VERIFY_SECONDS_MAX = 3 * 3_600
VERIFY_HOUR_UTC = 19
VERIFY_DAYS_WARNING = 2
CHECKS_KEPT = 100
DELIVERY_ATTEMPTS_WARNING = 10
UNSEQUENCED_S_MAX = 60
PDF_SECONDS_MAX = 20
PDF_BYTES_MAX = 10 * 1024 * 1024
PDF_MEMORY_BYTES_MAX = 1024 * 1024 * 1024
PDF_START_S_MAX = 60
PDF_QUEUE_S_MAX = 30
PDF_RENDERS_PER_CHILD_MAX = 500
PDF_SHEETS_PER_CHILD_MAX = 32
MEDIA_EDGE_MAX = 2560
QUANTITY_TEXT_MAX = 64
QUANTITY_DIGITS_MAX = 18
QR_BYTES_MAX = 1_000
PDF_STREAM_BYTES_MAX = 64 * 1024 * 1024
PDF_ATTACHMENTS_MAX = 32
RECEIPT_BYTES_MAX = 8 * 1024 * 1024
FINDINGS_A_CHECK_MAX = 20
LOOK_QUIET_MINUTES = 60
RECEIPT_LINES_SHOWN = 200
JOURNAL_EVENTS_SHOWN = 20
STEP_ROWS_MAX = 12
STEP_SOURCES_SHOWN = 200
GRAPH_LOTS_DRAWN = 40
LINEAGE_LOTS_SHOWN = 200
STEP_TEXT_MAX = 160
BENCHMARK_HOURS_MAX = 744
LISTING_PHOTOS_MAX = 3
DESCRIPTION_CHARACTERS_MAX = 4_000
API_TOKEN_DAYS_MAX = 366
API_ANSWER_DAYS = 30
AMOUNT_MINOR_MAX = 10**15
DAY_FIRST, DAY_LAST = date(1900, 1, 1), date(2199, 12, 31)
DRAIN_S_MAX = 10
RESTART_WAIT_FIRST_S = 0.5
RESTART_WAIT_S_MAX = 30
STEADY_S_MIN = 60
STRIPE_SECONDS_MAX = 8
BACKUP_MANIFEST_BYTES_MAX = 4 * 1024 * 1024
BACKUP_LINE_BYTES_MAX = 64 * 1024 * 1024


class BadSetting(Exception):
    """A setting is missing or cannot be used; the message names it and says what to do."""


def load(overrides: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Read all settings; `overrides` win over the environment.

    Raises BadSetting for a value that cannot be used, and in production for a missing key.
    """
    env = Env()
    try:
        config = _read(env)
    except EnvError as error:
        raise BadSetting(str(error)) from error
    config.update(overrides or {})
    config["SQLALCHEMY_DATABASE_URI"] = database_url(config["DATABASE_URL"])
    if config["LUMBUNG_ENV"] == "production" and not config["TRUSTED_HOSTS"]:
        config["TRUSTED_HOSTS"] = [urlsplit(config["BASE_URL"]).hostname]
    _require_keys(config)
    _refuse_bad_keys(config)
    _refuse_open_line(config)
    if config["LUMBUNG_ENV"] == "production" and not config["RATELIMIT_ENABLED"]:
        raise BadSetting("RATE_LIMITS=off is for measuring: production counts what repeats.")
    if config["SECOND_FACTOR"] not in {"required", "offered"}:
        raise BadSetting("SECOND_FACTOR must be required or offered.")
    return config


def _read(env: Env) -> dict[str, Any]:
    environment = env.str("LUMBUNG_ENV", "development")
    if environment not in {"development", "test", "production"}:
        raise BadSetting("LUMBUNG_ENV must be development, test or production.")
    port = env.int("PORT", 8000)
    base_url = env.str("BASE_URL", f"http://127.0.0.1:{port}").rstrip("/")
    return {
        "LUMBUNG_ENV": environment,
        "DATABASE_URL": env.str("DATABASE_URL", "sqlite:///var/lumbung.sqlite3"),
        "APP_DATABASE_ROLE": env.str("APP_DATABASE_ROLE", ""),
        "SECRET_KEY": env.str("SECRET_KEY", None),
        "CHECKPOINT_KEY": env.str("CHECKPOINT_KEY", None),
        "CHECKPOINT_RETIRED_KEYS": env.list("CHECKPOINT_RETIRED_KEYS", []),
        "FIELD_KEYS": env.list("FIELD_KEYS", []),
        "BASE_URL": base_url,
        "HOST": env.str("HOST", "127.0.0.1"),
        "PORT": port,
        "TRUSTED_HOSTS": env.list("TRUSTED_HOSTS", []) or None,
        "TRUSTED_PROXIES": env.int("TRUSTED_PROXIES", 0),
        "RATELIMIT_ENABLED": env.bool("RATE_LIMITS", True),
        "SECOND_FACTOR": env.str("SECOND_FACTOR", "required" if environment == "production" else "offered"),
        "STRIPE_API_KEY": env.str("STRIPE_API_KEY", ""),
        "STRIPE_API_BASE": env.str("STRIPE_API_BASE", STRIPE_API_BASE),
        "STRIPE_WEBHOOK_SECRET": env.str("STRIPE_WEBHOOK_SECRET", ""),
        "METRICS_TOKEN": env.str("METRICS_TOKEN", ""),
        "MAIL_URL": env.str("MAIL_URL", f"file://{CHECKOUT / 'var' / 'mail'}"),
        "MEDIA_URL": env.str("MEDIA_URL", str(CHECKOUT / "var" / "media")),
        "MAX_CONTENT_LENGTH": BODY_BYTES_MAX,
        "PAGE_CACHE_S": 0.0 if environment == "test" else PAGE_CACHE_S,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": base_url.startswith("https://"),
        "SESSION_COOKIE_NAME": "__Host-lumbung" if base_url.startswith("https://") else "lumbung",
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_CHECK_DEFAULT": False,
        "BABEL_DEFAULT_LOCALE": "id",
        "BABEL_DEFAULT_TIMEZONE": "UTC",
    }


def _refuse_open_line(config: dict[str, Any]) -> None:
    """In production a database on another host names how its line is protected: the default may be not at all."""
    url = make_url(config["SQLALCHEMY_DATABASE_URI"])
    host = str(url.query.get("host", url.host or ""))
    if config["LUMBUNG_ENV"] != "production" or url.get_backend_name() == "sqlite" or host.startswith("/"):
        return
    if host not in {"", "localhost", "127.0.0.1", "::1"} and "sslmode" not in url.query:
        raise BadSetting(
            "DATABASE_URL names another host: end it with ?sslmode=verify-full&sslrootcert=…, "
            "or with ?sslmode=disable where the line between is private by itself."
        )


def database_url(text: str) -> str:
    """The URL with our driver named and a relative SQLite path resolved against the checkout."""
    url = make_url(text)
    if url.drivername in {"postgres", "postgresql"}:
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername == "sqlite" and url.database and url.database != ":memory:":
        path = CHECKOUT / url.database
        path.parent.mkdir(parents=True, exist_ok=True)
        url = url.set(database=str(path))
    if url.get_backend_name() not in {"sqlite", "postgresql"}:
        raise BadSetting("DATABASE_URL must begin with sqlite:/// or postgresql://.")
    return url.render_as_string(hide_password=False)


def _require_keys(config: dict[str, Any]) -> None:
    if not all(re.fullmatch(r"[0-9a-f]{64}", key) for key in config["FIELD_KEYS"]):
        raise BadSetting("FIELD_KEYS must be keys of 32 bytes in hexadecimal, by comma, the newest first.")
    missing = [name for name in ("SECRET_KEY", "CHECKPOINT_KEY", "FIELD_KEYS") if not config[name]]
    if not missing:
        return
    if config["LUMBUNG_ENV"] == "production":
        raise BadSetting(f"Set {', '.join(missing)}: production has no fallback for keys.")
    keys = _development_keys()
    for name in missing:
        config[name] = keys[name]


def _refuse_bad_keys(config: dict[str, Any]) -> None:
    """A key that cannot be read would stop the sequencer later, and with it every receipt."""
    from marketplace.kernel.journal.checkpoint import BadKey, Signer, Verifier

    try:
        name = Signer.from_text(config["CHECKPOINT_KEY"]).name
        retired = [Verifier.from_vkey(text).name for text in config["CHECKPOINT_RETIRED_KEYS"]]
    except BadKey as error:
        raise BadSetting(
            f"CHECKPOINT_KEY or CHECKPOINT_RETIRED_KEYS: {error}. Make one: lumbung keys new NAME"
        ) from error
    if {name} < {name, *retired}:
        raise BadSetting(f"CHECKPOINT_RETIRED_KEYS: a retired key must have the name of the present one, {name}.")


def _development_keys() -> dict[str, Any]:
    """Keys made once and kept under var/, so that a restart keeps sessions and checkpoints."""
    from marketplace.kernel.journal.checkpoint import Signer

    path = CHECKOUT / "var" / "development-keys.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        keys = {
            "SECRET_KEY": secrets.token_hex(32),
            "CHECKPOINT_KEY": Signer.generate("lumbung.development").to_text(),
            "FIELD_KEYS": [secrets.token_hex(32)],
        }
        partial = path.with_suffix(f".{os.getpid()}")
        partial.touch(mode=0o600)
        partial.write_text(json.dumps(keys))
        # link refuses to replace: of two processes that start together the first wins.
        with contextlib.suppress(FileExistsError):
            os.link(partial, path)
        partial.unlink()
    keys_read: dict[str, Any] = json.loads(path.read_text())
    return keys_read
