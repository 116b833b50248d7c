"""Which payment methods an invoice can be paid by: the seller's rules, the provider's, and what is set up."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache

from storefront.billing import payment_limits, queries
from storefront.billing.errors import CannotBeCharged, MethodNotOpen
from storefront.billing.models import PaymentAttempt, PaymentMethod, ReviewItem
from storefront.billing.payer_details import PayerDetails, PayerKind
from storefront.billing.services import open_methods, payment_methods
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import InvoiceKind
from storefront.gateways.payments.limits import LimitCode
from tests.billing import paying_by_hand
from tests.billing.building import make_invoice
from tests.purchases import pay

pytestmark = pytest.mark.django_db

COMPANY = PayerDetails(kind=PayerKind.COMPANY, company="Acme GmbH", country="DE").to_json()


@pytest.fixture(autouse=True)
def three(settings: Any) -> None:
    """Two methods with a provider, one without."""
    methods = settings.PAYMENT_GATEWAYS
    settings.PAYMENT_GATEWAYS = {"stripe": methods["stripe"], "second": methods["stripe"]}
    settings.PAYMENT_METHODS_BY_HAND = {"letter": paying_by_hand.PATH}
    paying_by_hand.METHOD.__init__()  # type: ignore[misc]


def names(invoice: Any) -> list[str]:
    return [each.name for each in open_methods.open_to(invoice)]


def row(name: str = "second", **fields: Any) -> PaymentMethod:
    return PaymentMethod.objects.update_or_create(name=name, defaults=fields)[0]


def test_without_a_row_all_that_are_set_up_are_open(customer: Any) -> None:
    assert names(make_invoice(customer)) == ["stripe", "second", "letter"]
    assert not PaymentMethod.objects.exists()  # nothing is written by looking


@pytest.mark.parametrize(
    ("fields", "is_open"),
    [
        ({"for_companies": False}, False),
        ({"for_persons": False}, True),
        ({"countries": "AT CH"}, False),
        ({"countries": "AT DE"}, True),
        ({"currencies": "RUB"}, False),
        ({"currencies": "RUB EUR"}, True),
        ({"smallest": {"EUR": "96.01"}}, False),
        ({"smallest": {"EUR": "96.00", "RUB": "1"}}, True),
        ({"largest": {"EUR": "95.99"}}, False),
        ({"largest": {"RUB": "1"}}, True),
        ({"for_orders": False}, False),
        ({"for_renewals": False, "for_top_ups": False}, True),
        ({"is_stopped": True}, False),
    ],
    ids=str,
)
def test_the_sellers_rules_decide(customer: Any, fields: dict[str, Any], is_open: bool) -> None:
    row(**fields)
    invoice = make_invoice(customer, "96.00", payer=COMPANY)
    assert ("second" in names(invoice)) is is_open


@pytest.mark.parametrize(
    ("kind", "closed_by"),
    [(InvoiceKind.ADVANCE_PAYMENT, "for_top_ups"), (InvoiceKind.RENEWAL, "for_renewals")],
)
def test_what_it_is_for(customer: Any, kind: str, closed_by: str) -> None:
    invoice = make_invoice(customer, kind=InvoiceKind(kind), with_order=False)
    assert "second" in names(invoice)
    row(for_orders=False)
    assert "second" in names(invoice)
    row(for_orders=True, **{closed_by: False})
    assert "second" not in names(invoice)


def test_a_payer_whose_country_nobody_asked_for_is_not_shut_out(customer: Any) -> None:
    row(countries="AT")
    assert "second" in names(make_invoice(customer, payer=PayerDetails(name="Ada").to_json()))


def test_limits_are_those_of_both(customer: Any) -> None:
    both = open_methods.limits_of(row(smallest={"EUR": "0.10"}, largest={"EUR": "9000000"}, currencies="EUR RUB"))
    assert both.currencies == {"EUR", "RUB"}
    assert both.smallest_in("EUR") == Decimal("0.50") and both.largest["EUR"] == Decimal("999999.99")  # Stripe's
    narrow = open_methods.limits_of(row(smallest={"EUR": "5"}, largest={"EUR": "10"}))
    assert (narrow.smallest_in("EUR"), narrow.largest["EUR"]) == (5, 10)


@pytest.mark.parametrize("variable", ["STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRETS"])
def test_one_that_lacks_a_variable_is_not_open(customer: Any, settings: Any, variable: str) -> None:
    setattr(settings, variable, "")
    assert names(make_invoice(customer)) == ["letter"]


def test_one_by_hand_that_is_not_set_up_is_not_open(customer: Any) -> None:
    paying_by_hand.METHOD.accounts = []
    assert names(make_invoice(customer)) == ["stripe", "second"]
    assert "account" in payment_methods.fault("letter")


def test_the_sellers_order_is_the_buyers(customer: Any) -> None:
    assert payment_methods.move(name="letter", position=0)
    assert names(make_invoice(customer)) == ["letter", "stripe", "second"]
    assert payment_methods.move(name="letter", position=99)
    assert names(make_invoice(customer)) == ["stripe", "second", "letter"]
    assert not payment_methods.move(name="letter", position=2)


def test_the_most_used_is_chosen_beforehand_and_one_that_is_away_is_not(customer: Any, stripe: Any, shop: Any) -> None:
    invoice = make_invoice(customer)
    found = open_methods.open_to(invoice)
    assert open_methods.first_choice(found) == "stripe"
    for _ in range(2):
        attempt = start(invoice=(paid := make_invoice(customer)), gateway_name="second")
        stripe.pay(attempt.provider_reference)
        settle(attempt_id=attempt.pk)
        paid.refresh_from_db()
        assert paid.status == "paid"
    pay(make_invoice(customer), stripe)
    assert open_methods.first_choice(found) == "second"
    assert open_methods.first_choice(found, last_tried="letter") == "letter"
    away = [each for each in found if each.name != "second"]
    assert open_methods.first_choice(away) == "stripe"


def test_a_closed_method_cannot_be_started(customer: Any, stripe: Any) -> None:
    row(for_companies=False)
    invoice = make_invoice(customer, payer=COMPANY)
    with pytest.raises(MethodNotOpen):
        start(invoice=invoice, gateway_name="second")
    assert not PaymentAttempt.objects.exists() and not ReviewItem.objects.exists() and stripe.requests() == []


def test_an_invoice_that_nothing_takes_waits_for_staff(customer: Any, stripe: Any, settings: Any) -> None:
    settings.PAYMENT_METHODS_BY_HAND = {}
    for name in ("stripe", "second"):
        row(name, for_companies=False)
    invoice = make_invoice(customer, payer=COMPANY)
    with pytest.raises(CannotBeCharged):
        start(invoice=invoice, gateway_name="second")
    assert ReviewItem.objects.get().kind == "cannot_charge"
    assert isinstance(queries.blocking_problem(invoice), CannotBeCharged)


def test_one_that_refuses_the_invoice_takes_only_itself_away(customer: Any, stripe: Any) -> None:
    invoice = make_invoice(customer)
    stripe.fail_next(kind="status", status=400)
    with pytest.raises(CannotBeCharged):
        start(invoice=invoice, gateway_name="stripe")
    assert names(invoice) == ["second", "letter"]
    assert queries.blocking_problem(invoice) is None
    assert start(invoice=invoice, gateway_name="second").redirect_url
    assert names(make_invoice(customer)) == ["stripe", "second", "letter"]


def test_matters_of_before_that_name_no_method_are_about_providers(customer: Any) -> None:
    invoice = make_invoice(customer)
    ReviewItem.objects.create(key=f"cannot_charge:{invoice.public_id}:1", kind="cannot_charge", invoice=invoice)
    assert names(invoice) == ["letter"]


def test_what_no_method_takes_is_said_before_an_order_and_the_sellers_limits_count(settings: Any) -> None:
    assert payment_limits.problem(Decimal("0.20"), "EUR") is None  # by letter
    settings.PAYMENT_METHODS_BY_HAND = {}
    found = payment_limits.problem(Decimal("0.20"), "EUR")
    assert found and (found.code, found.limit) == (LimitCode.TOO_SMALL, Decimal("0.50"))
    for name, smallest in (("stripe", "7"), ("second", "5")):
        row(name, smallest={"EUR": smallest})
    found = payment_limits.problem(Decimal("4.99"), "EUR")
    assert found and found.limit == 5
    row("second", for_orders=False)
    found = payment_limits.problem(Decimal("6.99"), "EUR")
    assert found and found.limit == 7


@pytest.mark.parametrize("count", [2, 12])
def test_the_number_of_queries_does_not_grow_with_the_methods(
    customer: Any, settings: Any, count: int, django_assert_num_queries: Callable[..., Any]
) -> None:
    spec = settings.PAYMENT_GATEWAYS["stripe"]
    settings.PAYMENT_GATEWAYS = {f"method-{n}": spec for n in range(count)}
    for n in range(count):
        row(f"method-{n}", title=f"Method {n}", sort_order=count - n)
    invoice = make_invoice(customer)
    cache.clear()
    with django_assert_num_queries(5):  # the seller, matters, parts paid, rows, what is used the most
        found = open_methods.open_to(invoice)
        open_methods.first_choice(found)
    assert len(found) == count + 1
