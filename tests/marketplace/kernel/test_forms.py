from datetime import UTC, datetime
from decimal import Decimal

import pytest
from flask import Flask
from flask_babel import Babel, force_locale
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import fields, validate
from werkzeug.datastructures import MultiDict

from marketplace.kernel import clock
from marketplace.kernel.errors import Invalid
from marketplace.kernel.forms import (
    Amount,
    Count,
    Day,
    Email,
    Form,
    Number,
    PastDay,
    Phone,
    Secret,
    Text,
    load,
    load_form,
)


class Everything(Form):
    name = Text(required=True, max=10)
    note = Text(lines=True, load_default="")
    password = Secret(validate=validate.Length(min=3))
    email = Email()
    phone = Phone()
    pieces = Count(validate=validate.Range(min=1))
    weight = Number(validate=validate.Range(min=0, min_inclusive=False))
    price = Amount()
    day = Day()
    bought_on = PastDay()
    colour = fields.String(validate=validate.OneOf(["indigo", "soga"]))
    kinds = fields.List(fields.String(validate=validate.OneOf(["a", "b"])))


@pytest.fixture(autouse=True)
def language():
    app = Flask(__name__)
    Babel(app)
    with app.app_context(), force_locale("en"):
        yield


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31"])
def test_a_day_of_another_age_is_a_slip_of_the_finger(day):
    assert refused(day=day) == {"day": "Enter a day between the years 1900 and 2199."}
    assert refused(day="2026-02-30") == {"day": "Enter a date, for example 2026-11-23."}
    assert load(Everything, {"name": "Sari", "day": "2199-12-31"})["day"].year == 2199


def test_what_happened_did_so_on_a_day_that_has_begun_somewhere():
    with clock.at(datetime(2026, 11, 26, 10, 30, tzinfo=UTC)):
        assert refused(bought_on="2026-11-28") == {"bought_on": "This day has not come yet."}
        for day in ("2026-11-27", "1987-01-01"):
            assert str(load(Everything, {"name": "Sari", "bought_on": day})["bought_on"]) == day


def refused(**data):
    with pytest.raises(Invalid) as caught:
        load(Everything, {"name": "Sari", **data})
    return caught.value.fields


def test_form_gives_values_and_ignores_what_it_does_not_know():
    sent = MultiDict([("name", "  Ibu  "), ("csrf_token", "x"), ("kinds", "a"), ("kinds", "b"), ("note", "")])

    values = load_form(Everything, sent)

    assert values == {"name": "Ibu", "kinds": ["a", "b"], "note": ""}


def test_secret_keeps_its_spaces():
    assert load(Everything, {"name": "x", "password": " a b "})["password"] == " a b "


def test_blank_counts_as_not_given():
    assert refused(name="   ") == {"name": "Fill this in."}


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("name", "x" * 11, "Use at most 10 characters."),
        ("name", "a\x00b", "This contains a sign that cannot be stored. Type it again by hand."),
        ("name", "a\u202eb", "This contains a sign that cannot be stored. Type it again by hand."),
        ("name", ["x"], "This cannot be read."),
        ("password", "ab", "Use at least 3 characters."),
        ("email", "nobody", "Enter an e-mail address, for example name@example.org."),
        ("email", "a@example.org\r\nBcc: b@example.org", "Enter an e-mail address, for example name@example.org."),
        ("phone", "12", "Enter a phone number, for example 0812 3456 7890."),
        ("pieces", "0", "This must be at least 1."),
        ("pieces", "1_000", "Enter a whole number."),
        ("pieces", "³", "Enter a whole number."),
        ("weight", "0", "This must be more than 0."),
        ("weight", "1.500", "“1.500” can be read in two ways. Write 1500, or 1.5."),
        ("weight", float("nan"), "Enter a number."),
        ("price", "12.3456", "Enter an amount, for example 650.000."),
        ("price", "-5", "Enter an amount, for example 650.000."),
        ("day", "31/12/2026", "Enter a date, for example 2026-11-23."),
        ("colour", "red", "Choose one of the answers."),
        ("kinds", "a", "Choose from the list."),
    ],
)
def test_each_refusal_has_one_plain_sentence(field, typed, sentence):
    assert refused(**{field: typed}) == {field: sentence}


def test_wrong_entry_of_a_list_is_named_by_its_place():
    assert refused(kinds=["a", "c"]) == {"kinds.1": "Choose one of the answers."}


def test_body_that_is_no_object_is_refused():
    with pytest.raises(Invalid) as caught:
        load(Everything, [1, 2])

    assert caught.value.fields == {"_schema": "This cannot be read."}


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("650000", "650000"),
        ("650.000", "650000"),
        ("650,000", "650000"),
        ("Rp650.000", "650000"),
        ("Rp 1.250.000,50", "1250000.50"),
        ("1 250 000", "1250000"),
        ("$12.50", "12.50"),
        ("12,5", "12.5"),
        ("650.000,-", "650000"),
        ("1’250.50", "1250.50"),
    ],
)
def test_amount_reads_both_ways_of_writing(typed, amount):
    assert load(Everything, {"name": "x", "price": typed})["price"] == Decimal(amount)


@pytest.mark.parametrize("typed", ["6.50.000", "1,2,3", "1.250.00", "1.250,50.3", "1e9", "NaN", "٣", ""])
def test_amount_that_could_be_misread_is_refused(typed):
    if typed:
        assert "price" in refused(price=typed)


@given(st.integers(0, 10**12))
def test_amount_reads_every_whole_sum_with_dots_as_printed(rupiah):
    app = Flask(__name__)
    Babel(app)
    with app.app_context():
        printed = f"Rp{rupiah:,}".replace(",", ".")
        assert load(Everything, {"name": "x", "price": printed})["price"] == rupiah


def test_phone_is_kept_as_one_number():
    assert load(Everything, {"name": "x", "phone": "0812-3456-7890"})["phone"] == "+6281234567890"


def test_email_is_kept_in_lower_case():
    assert load(Everything, {"name": "x", "email": " Sari@Example.org "})["email"] == "sari@example.org"
