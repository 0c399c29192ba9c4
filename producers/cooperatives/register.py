"""What the register of members is corrected by: names are misspelt, days misremembered."""

from datetime import date

from flask_babel import gettext as _

from marketplace.accounts.actor import Actor
from marketplace.kernel.db import db
from marketplace.kernel.errors import Invalid
from producers.cooperatives import services
from producers.cooperatives.models import CONSENT_KINDS, Member
from producers.cooperatives.queries import standing_consent


def correct_member(
    actor: Actor, member: Member, *, name: str, joined_on: date, sex: str | None, birth_year: int | None
) -> Member:
    """Correct what the register says of a member; her number stays. Refuses joining after she left."""
    if member.left_on and member.left_on < joined_on:
        raise Invalid(fields={"joined_on": _("She left before this day. Correct one of the two.")})
    member.name = name
    member.joined_on = joined_on
    member.sex = sex
    member.birth_year = birth_year
    db.session.flush()
    return member


def note_leaving(actor: Actor, member: Member, on: date) -> Member:
    """Note the day a member left; refuses a day before she joined."""
    if on < member.joined_on:
        raise Invalid(fields={"left_on": _("She joined after this day. Correct one of the two.")})
    return services.leave(actor, member, on=on)


def set_consents(actor: Actor, member: Member, kinds: frozenset[str], *, how: str) -> None:
    """Record everything she agrees to now: what is new is given, what is missing withdrawn, or refused at first asking.

    Refuses a new consent without how she gave it.
    """
    standing = {kind for kind in CONSENT_KINDS if standing_consent(member.id, kind)}
    if kinds - standing and not how:
        raise Invalid(fields={"how": _("Choose how she agreed.")})
    for kind in sorted(standing - kinds):
        services.revoke_consent(actor, member, kind)
    for kind in sorted(kinds - standing):
        services.give_consent(actor, member, kind, how=how)
    for kind in sorted(set(CONSENT_KINDS) - kinds - standing):
        services.refuse_consent(actor, member, kind, how=how)
