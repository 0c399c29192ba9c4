"""Finding credit notes: by the receipt they correct, by a seller whose goods came back, all of them."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from marketplace.accounts.models import Organisation
from marketplace.kernel.db import db
from marketplace.kernel.errors import NotFound
from orders.checkout.models import OrderLine
from orders.history.models import HistoryInvoice
from orders.receipts.models import CreditedOrder, CreditNote, Receipt
from orders.receipts.queries import sealed_credit_note, stored_document
from orders.refunds.models import RefundLine


@dataclass(frozen=True, slots=True)
class CreditNoteView:
    """A note as its reader may see it: all of it, or one seller's lines alone."""

    note: CreditNote
    document: dict[str, Any]
    lines: list[dict[str, Any]]
    sellers: list[Organisation]
    sealed: dict[str, Any] | None

    @property
    def is_whole(self) -> bool:
        """Whether nothing of the note is another's: only then may its file be handed out."""
        return len(self.lines) == len(self.document["lines"])

    @property
    def amount_minor(self) -> int:
        """What went back for the lines shown, in the charge currency."""
        return sum(line["amount_minor"] for line in self.lines)

    def lost(self, by: str) -> int:
        """What `reserve` or `seller` bore for the lines shown, in the charge currency."""
        return sum(line.get("loss", {}).get(f"{by}_minor", 0) for line in self.lines)


def credit_note_view(note: CreditNote, seller: Organisation | None = None) -> CreditNoteView:
    """The note for its buyer or the operator, or for one seller without another's lines."""
    document = stored_document(note)
    lines = [line for line in document["lines"] if seller is None or line["seller"] == seller.slug]
    slugs = {line["seller"] for line in lines}
    sellers = db.session.scalars(select(Organisation).where(Organisation.slug.in_(slugs)).order_by(Organisation.name))
    return CreditNoteView(note, document, lines, list(sellers), sealed_credit_note(note))


def amount_at(note: CreditNote, seller: Organisation) -> int:
    """What of a note went back for one seller's goods, in the charge currency."""
    return sum(line["amount_minor"] for line in stored_document(note)["lines"] if line["seller"] == seller.slug)


def all_credit_notes() -> Select[tuple[CreditNote]]:
    """Every credit note, the newest first, those that correct no order too."""
    return select(CreditNote).order_by(CreditNote.issued_at.desc(), CreditNote.id.desc())


def credit_notes_of_seller(organisation_id: str) -> Select[tuple[CreditNote]]:
    """The notes over goods of one seller, from its orders here and from its history elsewhere, the newest first."""
    refunds = select(RefundLine.refund_id).join(OrderLine, OrderLine.id == RefundLine.order_line_id)
    causes = [
        refunds.where(OrderLine.organisation_id == organisation_id),
        select(HistoryInvoice.id).where(HistoryInvoice.organisation_id == organisation_id),
    ]
    return all_credit_notes().where(CreditNote.cause_id.in_(causes[0]) | CreditNote.cause_id.in_(causes[1]))


def credit_notes_behind(token: str) -> Select[tuple[CreditNote]]:
    """The notes that correct the receipt behind a secret link."""
    return (
        select(CreditNote)
        .join(CreditedOrder, CreditedOrder.credit_note_id == CreditNote.id)
        .join(Receipt, Receipt.order_id == CreditedOrder.order_id)
        .where(Receipt.token == token)
    )


def numbered(notes: Select[tuple[CreditNote]], number: str) -> CreditNote:
    """The one of these notes with the number; NotFound where it is none of them."""
    note = db.session.scalar(notes.where(CreditNote.number == number))
    if note is None:
        raise NotFound
    return note
