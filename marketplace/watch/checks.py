"""The checks that run by themselves: cheap ones every hour, everything every night."""

import subprocess
import sys
import threading
from collections.abc import Sequence

import structlog

from marketplace.config import CHECKOUT, INVARIANTS_SECONDS_MAX, VERIFY_SECONDS_MAX
from marketplace.kernel import clock, invariants
from marketplace.kernel.check_log import INVARIANTS, note_check
from marketplace.kernel.db import snapshot
from marketplace.kernel.journal.sequencer import tree_size
from marketplace.kernel.journal.verify import check_head
from marketplace.kernel.logs import traced

log = structlog.get_logger("watch")


def check_invariants() -> None:
    """Every invariant and the head of the journal, read without keeping a buyer waiting; what is found is kept.

    Stops before a check that would begin after INVARIANTS_SECONDS_MAX and keeps the names of those left out.
    """
    started_at = clock.now()
    with snapshot():
        head = list(check_head())
        found, left = invariants.run_within(INVARIANTS_SECONDS_MAX)
        events = tree_size()
    broken = [*head, *found]
    note_check(INVARIANTS, started_at, events=events, broken=broken, not_reached=left)
    if broken:
        log.error("invariants_broken", count=len(broken), checks=sorted({each.check for each in broken}))


def start_verify() -> None:
    """Have `lumbung verify` run beside the worker, whose other jobs do not wait for it; it keeps its own result."""
    command = [sys.executable, "-m", "marketplace.cli", "verify", "--json"]
    threading.Thread(target=_verify, args=(command,), name="verify", daemon=True).start()


def _verify(command: Sequence[str]) -> None:
    with traced(job="watch.verify"):
        try:
            done = subprocess.run(  # noqa: S603 - our own command
                command, cwd=CHECKOUT, stdout=subprocess.DEVNULL, timeout=VERIFY_SECONDS_MAX, check=False
            )
        except (OSError, subprocess.TimeoutExpired):
            log.exception("verify_not_finished")
        else:
            log.info("verify_finished", exit_code=done.returncode)
