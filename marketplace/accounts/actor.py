"""Who acts: the argument every service takes in place of a look at the request."""

from dataclasses import dataclass

from marketplace.accounts.models import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """A person at work in an organisation, or the system itself (`user_id` None: jobs, replay, webhooks)."""

    user_id: str | None
    organisation_id: str | None = None
    roles: frozenset[Role] = frozenset()
    is_operator: bool = False

    @property
    def is_system(self) -> bool:
        """Whether no person acts."""
        return self.user_id is None


SYSTEM = Actor(user_id=None)
