"""What a cooperative publishes of itself."""

from collections.abc import Sequence

from marketplace.accounts.actor import Actor
from marketplace.accounts.models import Organisation
from marketplace.catalogue.models import Profile
from marketplace.kernel import clock
from marketplace.kernel.db import db


def publish_profile(
    actor: Actor,
    organisation: Organisation,
    *,
    summary: str,
    story: str = "",
    members_count: int = 0,
    since_year: int | None = None,
    selvedge: Sequence[str] = (),
) -> Profile:
    """Publish a cooperative's profile, or publish it anew; `selvedge`: the flat colours of its edge, ground first."""
    profile = db.session.get(Profile, organisation.id)
    if profile is None:
        profile = Profile(organisation_id=organisation.id, published_at=clock.now())
        db.session.add(profile)
    profile.summary, profile.story = summary, story
    profile.members_count, profile.since_year = members_count, since_year
    profile.selvedge, profile.published_at = list(selvedge), clock.now()
    db.session.flush()
    return profile
