"""Shared phones: paired by a manager, so that a member taps her name and types her PIN. Elsewhere no name shows."""

from datetime import timedelta

from sqlalchemy import select

from marketplace.accounts.actor import Actor
from marketplace.accounts.models import Device, Organisation, Role
from marketplace.accounts.tokens import Purpose, find_token, issue_token, use_token
from marketplace.config import DEVICE_DAYS_MAX, PAIRING_MINUTES_MAX
from marketplace.kernel import clock, ids
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotAllowed, NotFound

COOKIE = "phone"
LASTS = timedelta(days=DEVICE_DAYS_MAX)


def make_pairing_link(actor: Actor, organisation: Organisation) -> str:
    """The secret of a link that pairs the phone on which it is opened; for a manager of the organisation."""
    if actor.organisation_id != organisation.id or Role.MANAGER not in actor.roles:
        raise NotAllowed
    lasts = timedelta(minutes=PAIRING_MINUTES_MAX)
    return issue_token(Purpose.PAIRING, organisation.id, lasts, issued_by=actor.user_id)


def organisation_of_pairing(secret: str) -> Organisation:
    """The cooperative a pairing link belongs to; NotFound where the link is over."""
    return db.session.get_one(Organisation, find_token(Purpose.PAIRING, secret).subject_id)


def pair_device(secret: str, label: str) -> tuple[Device, str]:
    """Pair a phone by a link, which is used up; the row and the secret that the phone keeps in a cookie."""
    token = use_token(Purpose.PAIRING, secret)
    kept = ids.secret_token()
    moment = clock.now()
    device = Device(
        organisation_id=token.subject_id,
        label=label,
        token_hash=ids.token_hash(kept),
        paired_by=token.issued_by,
        created_at=moment,
        expires_at=moment + LASTS,
    )
    db.session.add(device)
    db.session.flush()
    return device, kept


def device_of(secret: str | None) -> Device | None:
    """The paired phone that holds this secret, if it is still paired."""
    if not secret:
        return None
    return db.session.scalar(
        select(Device).where(
            Device.token_hash == ids.token_hash(secret), Device.revoked_at.is_(None), Device.expires_at > clock.now()
        )
    )


def revoke_device(actor: Actor, organisation: Organisation, device_id: str) -> None:
    """Show no names on a phone any more: lost, sold or given away; NotFound for one of another organisation."""
    if actor.organisation_id != organisation.id or Role.MANAGER not in actor.roles:
        raise NotAllowed
    device = db.session.get(Device, device_id)
    if device is None or device.organisation_id != organisation.id:
        raise NotFound
    if device.revoked_at is None:
        device.revoked_at = clock.now()
        db.session.flush()
