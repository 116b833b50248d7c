"""A customer with a saved card, a license that renews from the account, and auto payment."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import time_machine

from checkout.auto_payments import planning, running
from storefront.billing.auto_top_ups import switching
from storefront.billing.auto_top_ups.switching import AutoTopUpWish
from storefront.billing.models import AutoTopUp, AutoTopUpCharge, PaymentAttempt, SavedMethod
from storefront.billing.models.saved_methods import Scope
from storefront.billing.payer_details import PayerDetails
from storefront.billing.saved_methods.mandates import SaveWish, Terms
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.billing.states import InvoiceKind
from storefront.core import clock
from storefront.notifications import outbox
from tests.billing.building import make_invoice

#: In the morning of a day in winter, where Berlin's clocks show 11.
NOW = "2026-12-01T10:00:00+00:00"


def save_card(stripe: Any, customer: Any) -> SavedMethod:
    """A card that was kept with a payment of 1.00, which lies on the account."""
    invoice = make_invoice(customer, "1.00", with_order=False, kind=InvoiceKind.ADVANCE_PAYMENT)
    terms = Terms(scope=Scope.ATTENDED, text="Keep my card.", language="en", ip_address=None)
    wish = SaveWish(saving=PaymentAttempt.Saving.UNATTENDED, terms=[terms])
    attempt = start(invoice=invoice, gateway_name="stripe", wish=wish)
    stripe.pay(attempt.provider_reference)
    settle(attempt_id=attempt.pk)
    return SavedMethod.objects.get(customer=customer)


def turn_on(customer: Any, method: SavedMethod | None, cap: str = "100.00", **more: Any) -> AutoTopUp:
    values: dict[str, Any] = {
        "currency": "EUR",
        "monthly_cap": Decimal(cap),
        "payer": PayerDetails(name="Ada Buyer", country="DE"),
        "time_zone": "Europe/Berlin",
        "language": "en",
        "text": "Fill my account.",
        "ip_address": "192.0.2.1",
        "method": method,
    }
    return switching.turn_on(customer, AutoTopUpWish(**values | more))


def needed(customer: Any, *amounts: str) -> list[str]:
    """Open invoices that the customer may choose; their numbers."""
    return [make_invoice(customer, amount).number for amount in amounts]


def work() -> None:
    """A round of the worker."""
    planning.look_at_due()
    running.run_due()
    outbox.deliver_due()


def pass_days(frozen: time_machine.Coordinates, days: int, *, every: int = 6) -> None:
    """The worker runs meanwhile."""
    for _round in range(days * 24 // every):
        frozen.shift(timedelta(hours=every))
        work()


def charges() -> list[AutoTopUpCharge]:
    return list(AutoTopUpCharge.objects.order_by("pk"))


def charged(stripe: Any = None) -> list[PaymentAttempt]:
    """What was charged under a mandate of auto payment, the successful ones."""
    return list(PaymentAttempt.objects.filter(mandate__scope=Scope.TOP_UP, status="succeeded").order_by("pk"))


def now() -> Any:
    return clock.now()
