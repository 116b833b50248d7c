"""The buyer chooses two ways to pay at once, or pays by one while they choose the other: one page is open in the end,
and money is taken once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from django.core.cache import cache

from storefront.billing.audit import checks
from storefront.billing.errors import AlreadyPaid, PaymentUnavailable
from storefront.billing.models import Invoice, Payment, PaymentAttempt, PaymentMethod
from storefront.billing.services import payment_methods, starting
from storefront.billing.services.polling import poll_open_attempts
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.core import clock, states
from tests.billing import second_stripe
from tests.billing.building import make_invoice
from tests.races.conftest import UNGUARDED, dawdle, errors

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
PAUSE = 0.05


@pytest.fixture
def second(stripe: Any, settings: Any) -> Iterator[Any]:
    cache.clear()
    with second_stripe.running(settings) as stand_in:
        yield stand_in
    cache.clear()


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pause before it is looked whether a charge is open."""
    check = payment_methods.check

    def checked(name: str) -> PaymentMethod:
        dawdle(PAUSE)
        return check(name)

    monkeypatch.setattr(payment_methods, "check", checked)


def poll() -> None:
    PaymentAttempt.objects.exclude(next_check_at=None).update(next_check_at=clock.now())
    poll_open_attempts()


def open_pages(*stand_ins: Any) -> int:
    return sum(each["status"] == "open" for stand_in in stand_ins for each in stand_in.sessions())


def chosen_at_once(customer: Any, race: Any) -> tuple[Invoice, list[Any]]:
    invoice = make_invoice(customer)
    start(invoice=invoice, gateway_name="stripe")
    by = [partial(start, invoice=invoice, gateway_name=name) for name in ("second", "stripe")]
    return invoice, [each for each in race(*by, copies=2) if not isinstance(each, PaymentUnavailable)]


def test_two_ways_chosen_at_once_leave_one_page_open(
    stripe: Any, second: Any, customer: Any, race: Any, slowly: None
) -> None:
    invoice, results = chosen_at_once(customer, race)
    assert errors(results) == []
    assert open_pages(stripe, second) == invoice.attempts.filter(status="pending").count() <= 1
    attempt = start(invoice=invoice, gateway_name="second")  # where each closed the other's page, they press once more
    assert open_pages(stripe, second) == 1 == invoice.attempts.filter(status="pending").count()
    {"stripe": stripe, "second": second}[attempt.gateway].pay(attempt.provider_reference)
    settle(attempt_id=attempt.pk)
    invoice.refresh_from_db()
    assert invoice.status == "paid" and Payment.objects.count() == 1
    assert [str(finding) for finding in checks()] == []


def test_control_run_without_locks_they_collide(
    stripe: Any, second: Any, customer: Any, race: Any, slowly: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def look(instance: Any) -> Any:
        instance.refresh_from_db()
        return instance

    monkeypatch.setattr(states, "lock", look)
    monkeypatch.setattr(f"{__name__}.PAUSE", UNGUARDED)
    _invoice, results = chosen_at_once(customer, race)
    assert errors(results) or open_pages(stripe, second) != 1


def paid_meanwhile(stripe: Any, second: Any, customer: Any, race: Any) -> tuple[Invoice, list[Any]]:
    """They pay in one tab while they choose another way in the other, and pay there too, if they can."""
    invoice = make_invoice(customer)
    first = start(invoice=invoice, gateway_name="stripe")

    def choose_and_pay() -> Any:
        attempt = start(invoice=invoice, gateway_name="second")
        return second.pay(attempt.provider_reference)

    results = race(lambda: stripe.pay(first.provider_reference), choose_and_pay)
    for _turn in range(2):
        poll()
    invoice.refresh_from_db()
    return invoice, results


def test_paid_in_one_tab_while_another_way_is_chosen_in_the_other(
    stripe: Any, second: Any, customer: Any, race: Any
) -> None:
    invoice, results = paid_meanwhile(stripe, second, customer, race)
    assert (results[0] == "closed") != isinstance(results[1], AlreadyPaid)
    assert invoice.status == "paid" and Payment.objects.count() == 1
    assert [str(finding) for finding in checks()] == []


def test_control_run_where_the_first_is_not_closed_at_its_provider_both_are_taken(
    stripe: Any, second: Any, customer: Any, race: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def close_here(attempt: PaymentAttempt) -> PaymentAttempt:
        starting.give_up_unreached(attempt.pk)
        attempt.refresh_from_db()
        return attempt

    monkeypatch.setattr(starting, "cancel_attempt", close_here)
    invoice, _results = paid_meanwhile(stripe, second, customer, race)
    assert invoice.status == "paid" and Payment.objects.count() == 2  # wrong
