"""Members, consent, certificates, numbers."""

from datetime import date, timedelta

import pytest

from marketplace.accounts.actor import SYSTEM
from marketplace.accounts.organisations import register_organisation
from marketplace.kernel.errors import NotFound
from marketplace.kernel.money import Money
from marketplace.ledger.queries import balance, book_named
from producers.cooperatives.numbers import take_number
from producers.cooperatives.queries import certificates, consenting, member_of, members, standing_consent
from producers.cooperatives.services import (
    AmountNotPositive,
    ConsentKindUnknown,
    MemberNumberTaken,
    enrol_member,
    give_consent,
    leave,
    record_certificate,
    record_opening_cash,
    revoke_consent,
)
from tests.factories.accounts import make_organisation


@pytest.fixture
def coop(app):
    with app.app_context():
        yield make_organisation("sikka")


def test_numbers_go_on_past_those_given_by_hand(coop):
    enrol_member(SYSTEM, coop, name="Ani", number="M-2")

    assert [enrol_member(SYSTEM, coop, name=name).number for name in ("Budi", "Citra")] == ["M-1", "M-3"]
    with pytest.raises(MemberNumberTaken):
        enrol_member(SYSTEM, coop, name="Dian", number="M-1")


def test_a_series_belongs_to_one_cooperative(coop):
    assert [take_number(coop.id, "slip") for _turn in range(3)] == [1, 2, 3]
    assert take_number(make_organisation("ende").id, "slip") == 1


def test_who_left_is_no_longer_among_the_members(coop):
    ani = enrol_member(SYSTEM, coop, name="Ani", joined_on=date(2026, 1, 1))
    leave(SYSTEM, ani, on=date(2026, 6, 30))

    assert list(members(coop.id, on=date(2026, 6, 30))) == [ani]
    assert list(members(coop.id, on=date(2026, 7, 1))) == []
    assert list(members(coop.id)) == [ani]


def test_a_foreign_member_does_not_exist_here(coop):
    stranger = enrol_member(SYSTEM, make_organisation("ende"), name="Eka")

    with pytest.raises(NotFound):
        member_of(coop.id, stranger.id)


def test_consent_stands_once_until_it_is_revoked(coop):
    ani, budi = (enrol_member(SYSTEM, coop, name=name) for name in ("Ani", "Budi"))

    first = give_consent(SYSTEM, ani, "show_name", how="paper")
    assert give_consent(SYSTEM, ani, "show_name", how="phone") is first
    assert consenting({ani.id, budi.id}, "show_name") == {ani.id}
    revoke_consent(SYSTEM, ani, "show_name")

    assert standing_consent(ani.id, "show_name") is None
    assert revoke_consent(SYSTEM, ani, "show_name") is None
    assert give_consent(SYSTEM, ani, "show_name", how="phone") is not first
    with pytest.raises(ConsentKindUnknown):
        give_consent(SYSTEM, ani, "show_address", how="paper")


def test_a_renewed_certificate_is_the_same_one(coop):
    first_day = date(2026, 1, 1)

    def file(last_day):
        return record_certificate(
            SYSTEM,
            coop,
            kind="organic",
            holder="Toko",
            issuer="Lembaga",
            number="7",
            valid_from=first_day,
            valid_until=last_day,
        )

    first = file(first_day + timedelta(days=30))
    renewed = file(first_day + timedelta(days=60))

    assert renewed is first
    assert [paper.valid_until for paper in certificates(coop.id)] == [first_day + timedelta(days=60)]


def test_books_begin_with_the_money_that_is_there(coop):
    platform = register_organisation(slug="platform", name="Lumbung", currency="USD", kind="platform", zone="UTC")

    record_opening_cash(SYSTEM, coop, Money(500, "IDR"))
    record_opening_cash(SYSTEM, platform, Money(100, "USD"))

    assert balance(book_named("sikka"), "cash").minor == 500
    assert balance(book_named("platform"), "provider", "USD").minor == 100
    with pytest.raises(AmountNotPositive):
        record_opening_cash(SYSTEM, coop, Money(0, "IDR"))
