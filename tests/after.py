"""What others do after a commit or before it: `work`, and whoever waits for a lock."""

import time

from sqlalchemy import text

from marketplace.kernel import outbox
from marketplace.kernel.db import db


def deliver() -> None:
    """Deliver everything that is due: receipts made, letters sent, the provider called. Within an app context."""
    while outbox.deliver_due():
        pass


def wait_until_somebody_waits() -> None:
    """Until a connection waits for a lock; a third one asks, for at most ten seconds."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for _turn in range(1_000):
            if connection.scalar(waiting):
                return
            time.sleep(0.01)
    raise AssertionError("nobody waited")
