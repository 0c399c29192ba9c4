"""Reading receipts: by order, by token, sealed with their place in the journal."""

import json
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import selectinload

from marketplace.kernel.db import db
from marketplace.kernel.journal import merkle
from marketplace.kernel.journal.checkpoint import Checkpoint
from marketplace.kernel.journal.keys import signer
from marketplace.kernel.journal.models import Checkpoint as StoredCheckpoint
from marketplace.kernel.journal.models import Event
from marketplace.kernel.journal.receipt_proof import sealed
from marketplace.kernel.journal.sequencer import stored_nodes
from marketplace.kernel.plain import run
from orders.checkout.models import Order, OrderLine
from orders.receipts.models import CreditedOrder, CreditNote, Receipt, ReceiptRevision


def receipt_of(order_id: str) -> Receipt | None:
    """The receipt of an order."""
    return db.session.scalar(_of_order(), {"order_id": order_id})


def token_of_receipt(order_id: str) -> str | None:
    """The secret of the receipt of an order, None while there is none."""
    return run(_token_of_order(), {"order_id": order_id}).scalar()


@cache
def _token_of_order() -> Select[tuple[str]]:
    return select(Receipt.token).where(Receipt.order_id == bindparam("order_id"))


@cache
def _of_order() -> Select[tuple[Receipt]]:
    return select(Receipt).where(Receipt.order_id == bindparam("order_id"))


def receipt_with_token(token: str) -> Receipt | None:
    """The receipt a secret link leads to, with its order, lines and lots."""
    return db.session.scalar(
        select(Receipt)
        .where(Receipt.token == token)
        .options(selectinload(Receipt.order).selectinload(Order.lines).selectinload(OrderLine.stock))
    )


def revision_of(receipt: Receipt, revision: int | None = None) -> ReceiptRevision | None:
    """A stored revision, by default the newest."""
    return db.session.scalar(
        select(ReceiptRevision).where(
            ReceiptRevision.receipt_id == receipt.id,
            ReceiptRevision.revision == (revision or receipt.revision),
        )
    )


def credit_note_numbers(order_id: str) -> list[str]:
    """The numbers of an order's credit notes, in the order of their issue."""
    return list(run(_numbers_of_order(), {"order_id": order_id}).scalars())


@cache
def _numbers_of_order() -> Select[tuple[str]]:
    of_order = CreditedOrder.order_id == bindparam("order_id")
    return select(CreditNote.number).join(CreditedOrder).where(of_order).order_by(CreditNote.id)


def credit_notes_of(order_id: str) -> list[CreditNote]:
    """An order's credit notes, in the order of their issue."""
    query = select(CreditNote).join(CreditedOrder).where(CreditedOrder.order_id == order_id).order_by(CreditNote.id)
    return list(db.session.scalars(query))


def stored_document(issued: ReceiptRevision | CreditNote) -> dict[str, Any]:
    """A revision or credit note as issued, without seal."""
    document: dict[str, Any] = json.loads(issued.document)
    return document | {"checkpoint": None, "proof": []}


def sealed_document(revision: ReceiptRevision) -> dict[str, Any] | None:
    """A revision with its checkpoint and proof; None until the journal has sequenced its issue."""
    return _sealed(stored_document(revision), "receipt_revision", revision.id)


def sealed_credit_note(note: CreditNote) -> dict[str, Any] | None:
    """A credit note with its checkpoint and proof; None until the journal has sequenced its issue."""
    return _sealed(stored_document(note), "receipt_credit_note", note.id)


def _sealed(document: dict[str, Any], table: str, row_id: str) -> dict[str, Any] | None:
    event = db.session.scalar(
        select(Event)
        .where(Event.table_name == table, Event.row_id == row_id, Event.seq.is_not(None))
        .order_by(Event.id)
        .limit(1)
    )
    if event is None or event.seq is None:
        return None
    # The first checkpoint that covers the issue never changes, so the same document gives the same file for ever.
    checkpoint = db.session.scalar(
        select(StoredCheckpoint).where(StoredCheckpoint.size > event.seq).order_by(StoredCheckpoint.size).limit(1)
    )
    if checkpoint is None:
        return None
    nodes = stored_nodes(merkle.inclusion_places(event.seq, checkpoint.size))
    path = merkle.inclusion_path(event.seq, checkpoint.size, nodes)
    return sealed(
        document,
        leaf=event.leaf.encode(),
        leaf_index=event.seq,
        path=path,
        checkpoint=Checkpoint(signer().name, checkpoint.size, bytes.fromhex(checkpoint.root)),
        note=checkpoint.note,
    )
