"""The double is as strict as its tests need it: what Stripe would refuse, it refuses."""

import json
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.conftest import CONFORMANCE
from tests.doubles.stripe import StripeDouble, sign

HELD = {
    "mode": "payment",
    "success_url": "http://shop.test/ok",
    "line_items[0][quantity]": "1",
    "line_items[0][price_data][currency]": "usd",
    "line_items[0][price_data][unit_amount]": "23768",
    "line_items[0][price_data][product_data][name]": "Silk",
}


@pytest.fixture
def double() -> Iterator[StripeDouble]:
    return StripeDouble(conformance=CONFORMANCE)


def post(double: StripeDouble, path: str, form: dict[str, str], key: str | None = None) -> tuple[int, str]:
    """Status, and the parameter or kind of error that is named."""
    status, thing = double.answer("POST", path, "", urlencode(form), key)
    error = thing.get("error", {})
    return status, str(error.get("param") or error.get("type") or thing["id"])


def paid(double: StripeDouble) -> str:
    status, session = post(double, "/v1/checkout/sessions", HELD)
    assert status == 200
    double.pay(session)
    return next(iter(double.payments))


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"colour": "blue"}, "colour"),
        ({"line_items[0][price_data][colour]": "blue"}, "line_items[0][price_data][colour]"),
        ({"mode": "gift"}, "mode"),
        ({"line_items[0][price_data][unit_amount]": "237.68"}, "line_items[0][price_data][unit_amount]"),
        ({"line_items[0][price_data][unit_amount]": "1e3"}, "line_items[0][price_data][unit_amount]"),
        ({"expires_at": "60"}, "expires_at"),
        ({"client_reference_id": "x" * 201}, "client_reference_id"),
    ],
)
def test_unknown_names_wrong_words_and_floats_are_refused_by_name(
    double: StripeDouble, change: dict[str, str], named: str
) -> None:
    if "price_data" in named and not CONFORMANCE.is_dir():
        pytest.skip("Stripe's published schema is not here.")

    assert post(double, "/v1/checkout/sessions", HELD | change) == (400, named)
    assert double.sessions == {}


def test_a_key_answers_its_own_parameters_alone(double: StripeDouble) -> None:
    first = post(double, "/v1/checkout/sessions", HELD, "intent-1")

    assert post(double, "/v1/checkout/sessions", HELD, "intent-1") == first
    other = HELD | {"success_url": "http://shop.test/elsewhere"}
    assert post(double, "/v1/checkout/sessions", other, "intent-1") == (400, "idempotency_error")
    assert len(double.sessions) == 1


def test_no_more_goes_back_than_was_paid(double: StripeDouble) -> None:
    payment = paid(double)

    answers = [post(double, "/v1/refunds", {"payment_intent": payment, "amount": it}) for it in ("23000", "769", "768")]

    assert [status for status, _named in answers] == [200, 400, 200]
    for amount in ("1", "0", "-1", "1.5"):
        assert post(double, "/v1/refunds", {"payment_intent": payment, "amount": amount}) == (400, "amount"), amount
    assert post(double, "/v1/refunds", {"payment_intent": "pi_nobody"})[0] == 404


def test_a_page_is_paid_once_and_its_event_is_signed(double: StripeDouble) -> None:
    _status, session = post(double, "/v1/checkout/sessions", HELD)
    event = double.pay(session)

    with pytest.raises(Exception, match="closed"):
        double.pay(session)
    assert post(double, f"/v1/checkout/sessions/{session}/expire", {}) == (400, "session")
    body, headers = double.message(event)
    assert headers["Stripe-Signature"] == sign(body, double.now())
    assert json.loads(body)["data"]["object"]["amount_total"] == 23768


@pytest.mark.parametrize("query", ["colour=blue", "limit=101", "limit=x", "limit=0"])
@pytest.mark.parametrize("path", ["/v1/checkout/sessions", "/v1/payment_intents", "/v1/refunds", "/v1/disputes"])
def test_a_list_is_asked_for_as_published(double: StripeDouble, path: str, query: str) -> None:
    status, answer = double.answer("GET", path, query, "", None)

    assert (status, answer["error"]["param"]) == (400, query.split("=")[0])
