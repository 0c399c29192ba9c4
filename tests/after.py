"""What `work` does after a commit, for tests that go on from there."""

from marketplace.kernel import outbox


def deliver() -> None:
    """Deliver everything that is due: receipts made, letters sent, the provider called. Within an app context."""
    while outbox.deliver_due():
        pass
