import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from marketplace.accounts.models import Organisation
from marketplace.accounts.organisations import register_organisation
from marketplace.kernel import outbox
from marketplace.kernel.db import db
from marketplace.kernel.journal import sequencer, verify
from marketplace.kernel.money import Money
from marketplace.ledger.queries import balances, book_named
from orders.checkout.models import Order, OrderLine
from orders.history import services
from orders.history.models import HistoryCreditRow, HistoryInvoice
from orders.history.reading import COLUMNS
from orders.history.services import import_orders
from orders.receipts.models import CreditedOrder, CreditNote, Receipt
from orders.receipts.services import live_document

SALE = "1,85123A,HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom"
SAME_AGAIN = SALE
LATER_SALE = "2,85123A,HEART,4,2010-12-02 08:26:00,2.55,17850.0,United Kingdom"
GUEST_SALE = "3,22139,TEA SET,1,2010-12-02 09:00:00,4.95,,France"
CREDIT = "C4,85123A,HEART,-5,2010-12-03 10:00:00,2.55,17850.0,United Kingdom"
UNMET = "C4,D,Discount,-1,2010-12-03 10:00:00,27.50,17850.0,United Kingdom"
NEITHER = "5,22139,,56,2010-12-01 11:52:00,0.0,,United Kingdom"
ROWS = [SALE, SAME_AGAIN, NEITHER, LATER_SALE, GUEST_SALE, CREDIT, UNMET]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return written(tmp_path / "december.csv", ROWS)


def written(path: Path, rows: list[str]) -> Path:
    path.write_text("\n".join([",".join(COLUMNS), *rows]) + "\n", encoding="utf-8")
    return path


def run(app: Flask, *arguments: str | Path) -> dict:
    answer = app.test_cli_runner().invoke(args=["import", "orders", *map(str, arguments), "--json"])
    assert answer.exit_code == 0, answer.output
    return json.loads(answer.stdout)


def assert_clean() -> None:
    assert verify.check_house()[0] == []


def test_the_summary_names_what_came_and_what_was_refused(app: Flask, file: Path):
    summary = run(app, file)

    assert summary["rows"] == 7
    assert summary["created"] == {"order": 3, "order_line": 4, "receipt": 3, "credit_note": 1, "credit_row": 2}
    assert summary["sums"] == {"orders": {"GBP": 2 * 1530 + 1020 + 495}, "credit_notes": {"GBP": -(1275 + 2750)}}
    assert (summary["rejected"], summary["unchanged"]) == (1, 0)
    [error] = summary["errors"]
    assert (error["row"], error["column"], error["code"]) == (4, "UnitPrice", "price_not_positive")
    assert error["message"] == "Without a price above zero this is no sale."


def test_only_the_sellers_book_posts(app: Flask, file: Path):
    run(app, file)

    with app.app_context():
        assert balances(book_named("online-retail")) == [
            ("history_clearing", Money(4575 - 4025, "GBP")),
            ("sales:producer_share", Money(-4575 + 4025, "GBP")),
        ]
        assert balances(book_named("platform")) == []
        assert_clean()


def test_a_receipt_declares_one_producer_share_a_line_and_names_its_lot(app: Flask, file: Path):
    run(app, file)

    with app.app_context():
        receipt = db.session.scalars(select(Receipt).join(Order).where(Order.number == "online-retail-1")).one()
        document = live_document(receipt)
        assert document["paid_minor"] == 3060
        splits = [line["split"] for line in document["lines"]]
        assert [[(row["purpose"], row["status"]) for row in split] for split in splits] == [
            [("producer_share", "declared")]
        ] * 2
        # Of the second line five pieces were taken back.
        assert [split[0]["amount_minor"] for split in splits] == [1530, 255]
        assert all(len(line["lots"]) == 1 for line in document["lines"])


def test_a_credit_row_meets_the_latest_earlier_sale_with_enough_left(app: Flask, file: Path):
    run(app, file)

    with app.app_context():
        rows = db.session.scalars(select(HistoryCreditRow).order_by(HistoryCreditRow.ordinal)).all()
        # The sale of 2 December has only four pieces, so the later of the two equal rows of 1 December is met.
        met = db.session.get_one(OrderLine, rows[0].order_line_id)
        assert (met.ordinal, met.refunded_quantity, met.refunded_charge_minor) == (2, 5, 1275)
        assert rows[1].order_line_id is None
        order = db.session.get_one(Order, met.order_id)
        assert order.refunded_minor == 1275
        receipt = db.session.scalars(select(Receipt).where(Receipt.order_id == order.id)).one()
        assert receipt.revision == 2
        assert live_document(receipt)["credit_notes"] == ["CN-2010-000001"]


def test_a_credit_invoice_that_meets_no_sale_stands_alone(app: Flask, tmp_path: Path):
    run(app, written(tmp_path / "credit.csv", [UNMET]))

    with app.app_context():
        note = db.session.scalars(select(CreditNote)).one()
        assert note.amount_minor == 2750
        assert db.session.scalars(select(CreditedOrder)).all() == []
        assert_clean()


def test_one_credit_note_may_correct_several_orders(app: Flask, tmp_path: Path):
    credit = CREDIT.replace("-5", "-4"), CREDIT.replace("-5", "-6")
    run(app, written(tmp_path / "both.csv", [SALE, LATER_SALE, *credit]))

    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(CreditedOrder)) == 2
        assert db.session.scalar(select(func.count()).select_from(CreditNote)) == 1
        assert_clean()


def test_two_credit_rows_never_take_the_same_pieces_twice(app: Flask, tmp_path: Path):
    run(app, written(tmp_path / "twice.csv", [SALE, CREDIT, CREDIT]))

    with app.app_context():
        met = [row.order_line_id is not None for row in db.session.scalars(select(HistoryCreditRow))]
        assert sorted(met) == [False, True]
        assert_clean()


def test_a_second_import_changes_nothing(app: Flask, file: Path):
    run(app, file)
    with app.app_context():
        size = sequencer.sequence()

    again = run(app, file)

    assert (again["created"], again["unchanged"]) == ({}, 6)
    with app.app_context():
        assert sequencer.sequence() == 0
        assert size > 0


def test_an_invoice_that_now_says_something_else_is_refused(app: Flask, tmp_path: Path):
    run(app, written(tmp_path / "first.csv", [SALE]))

    summary = run(app, written(tmp_path / "second.csv", [SALE, SALE]))

    assert [error["code"] for error in summary["errors"]] == ["invoice_differs"]
    assert summary["created"] == {}


class Killed(BaseException):
    """Stands for the signal that nothing can catch."""


def test_a_killed_import_resumes(app: Flask, file: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(services, "INVOICES_PER_COMMIT", 1)

    def stop_after_two(invoices):
        yield from sorted(invoices, key=lambda each: each.at)[:2]
        raise Killed

    with app.app_context():
        with pytest.raises(Killed):
            import_orders([file], None, progress=stop_after_two, commit=db.session.commit)
        db.session.rollback()
        kept = set(db.session.scalars(select(HistoryInvoice.id)))
        assert len(kept) == 2

    summary = run(app, file)

    assert summary["created"] == {"order": 1, "order_line": 1, "receipt": 1, "credit_note": 1, "credit_row": 2}
    with app.app_context():
        assert kept < set(db.session.scalars(select(HistoryInvoice.id)))
        assert db.session.scalar(select(func.count()).select_from(HistoryInvoice)) == 4
        assert_clean()


def test_a_dry_run_keeps_nothing(app: Flask, file: Path):
    assert run(app, file, "--dry-run")["created"]["order"] == 3

    with app.app_context():
        assert db.session.scalars(select(Organisation)).all() == []


def test_no_mail_is_waiting(app: Flask, file: Path):
    run(app, file)

    with app.app_context():
        assert db.session.scalars(select(outbox.Delivery)).all() == []


def test_a_receipt_becomes_paper_when_it_is_first_asked_for(app: Flask, file: Path):
    def papers() -> list[Path]:
        return sorted(Path(app.config["MEDIA_URL"]).rglob("*.pdf"))

    run(app, file)
    with app.app_context():
        sequencer.sequence()
        db.session.commit()
        token = db.session.scalars(select(Receipt.token).limit(1)).one()
    assert papers() == []

    first, again = (app.test_client().get(f"/receipts/{token}.pdf") for _time in range(2))

    assert (first.status_code, first.mimetype) == (200, "application/pdf")
    assert again.data == first.data
    assert len(papers()) == 1
    assert b"%PDF" not in papers()[0].read_bytes()  # kept encrypted: it names its buyer


def test_a_cooperative_with_another_currency_is_refused(app: Flask, file: Path):
    with app.app_context():
        register_organisation(slug="silk", name="Silk", currency="THB")
        db.session.commit()

    answer = app.test_cli_runner().invoke(args=["import", "orders", str(file), "--cooperative", "silk"])

    assert answer.exit_code != 0
    assert "THB" in str(answer.exception)


def test_a_named_cooperative_is_the_seller(app: Flask, file: Path):
    with app.app_context():
        register_organisation(slug="wool", name="Wool", currency="GBP")
        db.session.commit()

    run(app, file, "--cooperative", "wool")

    with app.app_context():
        assert dict(balances(book_named("wool")))["history_clearing"] == Money(550, "GBP")
