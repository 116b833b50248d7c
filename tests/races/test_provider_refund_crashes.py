"""A refund through PayPal (today's and the classic one) or 2Checkout: the process is killed at every commit and call.

Begun by staff or in the seller's account there, it ends in one refund, one booking and one mail.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client

from storefront.billing.models import LedgerTransaction, Payment, Refund, ReviewItem
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.core import audit, clock
from storefront.gateways.payments.twocheckout import Gateway as TwoCheckout
from storefront.licensing.models import License
from tests.billing.building import make_invoice
from tests.billing.providers import Provider, paypal_nvp, provider  # noqa: F401  (fixtures)
from tests.licensing.conftest import make_product
from tests.races.test_crashes import (  # noqa: F401  (fixtures)
    MESSAGES,
    MOST_POINTS,
    backend,
    doomed,
    mails,
    recover,
    sent_mails,
    terms,
)
from tests.races.test_twocheckout import twocheckout  # noqa: F401  (fixture)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
FINISHING = ("refunds-follow", *MESSAGES)
#: Both tests take ``provider`` before ``doomed``, which copies the settings as they are then.
beyond_stripe = pytest.mark.parametrize("provider", ["paypal", "paypal_nvp", "twocheckout"], indirect=True)


class Sale:
    """A license that was paid through the provider."""

    def __init__(self, provider: Provider, customer: Any, mails: Any) -> None:  # noqa: F811
        self.provider, self.customer, self._mails = provider, customer, mails
        self.invoice = make_invoice(customer, terms=[terms(make_product(f"sold-{customer.pk}"), "")])
        attempt = start(invoice=self.invoice, gateway_name=provider.name)
        provider.pay(attempt)
        self.payment: Payment = settle(attempt_id=attempt.pk).payment
        recover(MESSAGES)
        self._before, self._letters = provider.refunds(), self._sent()

    def _sent(self) -> Counter[str]:
        return sent_mails(self._mails, self.customer.email)

    def made(self) -> int:
        """Refunds at the provider."""
        return self.provider.refunds() - self._before

    def told(self) -> list[int]:
        """How often each letter came that is newer than the sale."""
        return list((self._sent() - self._letters).values())

    def booked(self) -> tuple[tuple[str, ...], int, str, str]:
        """States of the refunds, bookings, what became of invoice and license."""
        bookings = LedgerTransaction.objects.filter(payment=self.payment, kind="refund").count()
        self.invoice.refresh_from_db()
        license = License.objects.get(customer=self.customer)
        assert license.events.filter(code="taken_back").count() == (license.status == "revoked")
        refunds = Refund.objects.filter(payment=self.payment).order_by("pk")
        return tuple(refunds.values_list("status", flat=True)), bookings, self.invoice.status, license.status


UNTOUCHED = ((), 0, "paid", "pending")
GIVEN_BACK = (("succeeded",), 1, "refunded", "revoked")


def killed_at_every_point(sell: Callable[[], Sale], kill: Callable[[Sale, int], bool]) -> list[Sale]:
    """The sales whose refunds were cut off, at each point of them, and the last one, which was not."""
    sales: list[Sale] = []
    for die_at in range(1, MOST_POINTS):
        sales.append(sell())
        if not kill(sales[-1], die_at):
            return sales
    pytest.fail("the flow never came to its end")


@pytest.fixture
def sell(provider: Provider, make_customer: Any, mails: Any) -> Callable[[], Sale]:  # noqa: F811
    numbers = iter(range(MOST_POINTS))
    return lambda: Sale(provider, make_customer(f"buyer{next(numbers)}@example.com"), mails)


def give_up_what_nobody_lists(sale: Sale) -> None:
    """2Checkout can't be asked twice: what it does not list is given up after a time, told to staff, and begun anew."""
    with time_machine.travel(clock.now() + TwoCheckout.key_lifetime):
        recover(FINISHING)
    [refund] = Refund.objects.filter(payment=sale.payment)
    assert (refund.status, refund.failure_code, sale.made()) == ("failed", "abandoned", 0)
    assert ReviewItem.objects.filter(payment=sale.payment, kind="refund_failed").count() == 1
    assert sale.told() == []


@beyond_stripe
def test_a_refund_that_staff_begin_is_made_booked_and_told_once(provider: Provider, doomed: Any, sell: Any) -> None:  # noqa: F811
    seen: set[tuple[Any, ...]] = set()

    def kill(sale: Sale, die_at: int) -> bool:
        arguments = {"invoice": sale.invoice.pk}
        died = bool(doomed.run("give_back_and_tell", die_at, **arguments))
        seen.add((sale.booked(), sale.made()))
        recover(FINISHING)
        if sale.booked() == (("created",), 0, "paid", "pending") and sale.made() == 0:
            assert provider.name == "twocheckout"
            give_up_what_nobody_lists(sale)
            doomed.run("give_back_and_tell", 0, **arguments)
            assert (sale.booked(), sale.made()) == ((("failed", "succeeded"), *GIVEN_BACK[1:]), 1)
        elif sale.booked() == UNTOUCHED:  # it died before the refund was noted; staff begin again
            assert (sale.made(), sale.told()) == (0, [])
            doomed.run("give_back_and_tell", 0, **arguments)
        else:
            assert (sale.booked(), sale.made()) == (GIVEN_BACK, 1)
        assert (sale.made(), sale.told()) == (1, [1])
        return died

    assert len(killed_at_every_point(sell, kill)) > 6
    # Control: it died before its row, between the row and the refund, before that was booked, and after that.
    created = (("created",), 0, "paid", "pending")
    assert {(UNTOUCHED, 0), (created, 0), (created, 1), (GIVEN_BACK, 1)} == seen
    assert [str(finding) for finding in audit.run()] == []


@beyond_stripe
def test_a_refund_that_is_made_there_is_booked_and_told_once(
    provider: Provider, doomed: Any, sell: Any, client: Client  # noqa: F811
) -> None:  # fmt: skip
    seen: set[tuple[Any, ...]] = set()

    def kill(sale: Sale, die_at: int) -> bool:
        provider.give_back(sale.payment, str(sale.payment.amount))
        message = provider.newest_message()
        died = bool(doomed.run("told_by", die_at, source=provider.name, message=message))
        seen.add(sale.booked())
        recover(FINISHING)
        # Told again, as it was not answered, or late.
        assert client.post(f"/hooks/{provider.name}/", **message).status_code == 200
        recover(FINISHING)
        assert (sale.booked(), sale.made(), sale.told()) == (GIVEN_BACK, 1, [1])
        return died

    assert len(killed_at_every_point(sell, kill)) > 4
    assert seen == {UNTOUCHED, GIVEN_BACK}  # control
    assert [str(finding) for finding in audit.run()] == []
