"""Personal links: one payment, for one person, without an account. The address holds a secret and no name."""

from datetime import timedelta

from sqlalchemy import select

from marketplace.accounts.actor import Actor
from marketplace.accounts.models import Token
from marketplace.config import LINK_ANSWERS_MAX, PERSONAL_LINK_DAYS_MAX
from marketplace.kernel import clock, ids, scope
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotFound
from marketplace.kernel.limits import QUARTER, Bound, spend
from producers.cooperatives.models import Member
from producers.deliveries.models import DeliverySlip
from producers.phone.services import SLIP, Payment, payment_of
from producers.wages.models import Payslip

PURPOSE = "personal_link"


def make_link(actor: Actor, payment: Payment) -> str:
    """A new secret that shows one payment for PERSONAL_LINK_DAYS_MAX days; it is to be shown or sent once."""
    secret = ids.secret_token()
    moment = clock.now()
    token = Token(
        purpose=PURPOSE,
        token_hash=ids.token_hash(secret),
        subject_id=f"{payment.kind}:{payment.id}",
        created_at=moment,
        expires_at=moment + timedelta(days=PERSONAL_LINK_DAYS_MAX),
    )
    db.session.add(token)
    db.session.flush()
    return secret


def payment_behind(secret: str) -> tuple[Payment, Member]:
    """The payment a link shows and its payee; NotFound where the link is unknown or over."""
    token = db.session.scalar(
        select(Token).where(
            Token.token_hash == ids.token_hash(secret),
            Token.purpose == PURPOSE,
            Token.used_at.is_(None),
            Token.expires_at > clock.now(),
        )
    )
    if token is None:
        raise NotFound
    kind, _colon, paper_id = token.subject_id.partition(":")
    with scope.everything():
        paper = _paper(kind, paper_id)
    if paper is None:
        raise NotFound
    # Whoever holds the link acts from here on within the cooperative of that one paper.
    scope.enter(paper.organisation_id)
    return payment_of(paper.member, kind, paper_id), paper.member


def count_answer(secret: str) -> None:
    """Count one answer given through a link, before the payment is looked up; TooMany beyond LINK_ANSWERS_MAX."""
    spend(Bound("link_answer", LINK_ANSWERS_MAX, QUARTER), secret)


def _paper(kind: str, paper_id: str) -> DeliverySlip | Payslip | None:
    if kind == SLIP:
        return db.session.get(DeliverySlip, paper_id)
    return db.session.get(Payslip, paper_id)
