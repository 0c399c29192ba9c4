"""Reading looks."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload, noload

from marketplace.kernel.db import db
from marketplace.kernel.paging import Page, paged
from producers.audit.models import Look
from producers.cooperatives.models import Member


def looks(organisation_id: str, number: int) -> Page[Look]:
    """A page of all looks in a cooperative, the latest first, with who looked and at whom."""
    query = (
        select(Look)
        .where(Look.organisation_id == organisation_id)
        .options(joinedload(Look.user), joinedload(Look.member).options(noload(Member.organisation)))
    )
    return paged(query.order_by(Look.id.desc()), number)


def looks_at(member_id: str, *, limit: int) -> Sequence[Look]:
    """Who looked at a member's pay and records, the latest first: for her own eyes."""
    query = select(Look).where(Look.member_id == member_id).options(joinedload(Look.user))
    return db.session.scalars(query.order_by(Look.id.desc()).limit(limit)).all()
