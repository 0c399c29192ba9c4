"""Meetings' decisions and the figures in them. A decision is never changed; a later one takes its place."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from marketplace.kernel import ids
from marketplace.kernel.db import ID_LENGTH, Base, Instant, append_only
from marketplace.kernel.journal.models import Journaled
from marketplace.kernel.personal import Personal, only_personal_changes


class Decision(Journaled, Base):
    """What a meeting decided, with its minutes, who was there and how they voted; it holds from `effective_on`."""

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("organisation_id", "number"),
        CheckConstraint("present >= 0", name="present_not_negative"),
        CheckConstraint("votes_for >= 0 AND votes_against >= 0 AND votes_abstained >= 0", name="votes_not_negative"),
        CheckConstraint("votes_for + votes_against + votes_abstained <= present", name="votes_within_present"),
    )
    journal_personal = frozenset({"minutes"})

    id: Mapped[str] = mapped_column(String(ID_LENGTH), primary_key=True, default=ids.new_id)
    organisation_id: Mapped[str] = mapped_column(ForeignKey("account_organisation.id"), index=True)
    number: Mapped[str] = mapped_column(String(24))
    title: Mapped[str] = mapped_column(String(160))
    minutes: Mapped[str] = mapped_column(Personal(), default="")
    decided_on: Mapped[date] = mapped_column(Date)
    effective_on: Mapped[date] = mapped_column(Date)
    present: Mapped[int] = mapped_column(default=0)
    votes_for: Mapped[int] = mapped_column(default=0)
    votes_against: Mapped[int] = mapped_column(default=0)
    votes_abstained: Mapped[int] = mapped_column(default=0)
    recorded_at: Mapped[datetime] = mapped_column(Instant)
    figures: Mapped[list["DecidedFigure"]] = relationship(order_by="DecidedFigure.kind", lazy="selectin")


class DecidedFigure(Journaled, Base):
    """One figure of a decision: a rate as exact text such as '0.07', or the words of a rule."""

    __tablename__ = "decision_figure"
    __table_args__ = (Index("ix_decision_figure_kind", "kind"),)

    decision_id: Mapped[str] = mapped_column(ForeignKey("decision.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(80), primary_key=True)
    value: Mapped[str] = mapped_column(String(200))


append_only(Decision.__table__, unless=only_personal_changes(Decision.__table__))
append_only(DecidedFigure.__table__)
