"""A license that runs, a saved method, and what customers agree to, without the pages around them."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from checkout.cart.prices import CartPrice, read_prices
from checkout.orders import order_lines
from checkout.orders.create import Cause, CreatedOrder, create
from checkout.orders.order_request import Contact
from checkout.renewals import offers
from storefront.billing.models import Invoice, PaymentAttempt, SavedMethod
from storefront.billing.models.saved_methods import Scope
from storefront.billing.personal_account import paying
from storefront.billing.saved_methods.mandates import SaveWish, Terms
from storefront.billing.services import ledger, settlement, starting
from storefront.core import clock
from storefront.licensing.models import License, Renewal, Subscription
from storefront.notifications.models import OutboxMessage
from tests.billing.building import make_invoice, make_payment
from tests.factories import make_software

_numbers = count(1)
#: Mails of renewals, in the order they were written.
ABOUT = ("renewal_", "subscription_", "card_", "license_ending", "order_", "unpaid_")


def make_product() -> Any:
    """Tied to nothing: its time runs from the payment on."""
    return make_software(slug="anywhere", title="Anywhere", binding_kind="none", bitrix24_app_code="")


def price_of(software: Any, months: int = 12, plan: str = "standard", currency: str = "EUR") -> CartPrice:
    (price,) = read_prices(plan__software=software, plan__code=plan, months=months, currency=currency)
    return price


def order(customer: Any, software: Any, *, months: int = 12, extends: str = "", quantity: int = 1) -> CreatedOrder:
    """An order that waits for its payment."""
    line = order_lines.at_price(price_of(software, months), extends_license=extends, quantity=quantity)
    contact = Contact(name=customer.name, company="", phone="+49 30 1234567", email=customer.email)
    return create(
        customer=customer, lines=[line], currency="EUR", payer=contact, language="en", cause=Cause()
    )  # fmt: skip


def fund(customer: Any, amount: str = "1000.00") -> None:
    """Money on the personal account."""
    payment = make_payment(customer, amount)
    ledger.credit(
        customer=customer, payment=payment, amount=payment.amount, currency="EUR", key=f"payment:{payment.pk}"
    )


def buy(customer: Any, software: Any, **what: Any) -> License:
    """A license, paid from the personal account."""
    created = order(customer, software, **what)
    fund(customer, str(created.invoice.amount))
    paying.pay(invoice=created.invoice)
    license = License.objects.filter(periods__invoice_line__invoice=created.invoice).get()
    return license


def make_method(customer: Any, **fields: Any) -> SavedMethod:
    number = next(_numbers)
    return SavedMethod.objects.create(
        **{
            "customer": customer,
            "gateway": "stripe",
            "is_live": False,
            "provider_customer": f"cus_{customer.pk}",
            "method_reference": f"pm_{number}",
            "kind": "card",
            "brand": "Visa",
            "last4": "4242",
            "fingerprint": f"fp_{number}",
        }
        | fields
    )


def turn_on(
    license: License, *, months: int = 12, pays_from: str = "method", fallback: str = "", method: Any = None
) -> Subscription:
    """The customer reads the offer and agrees."""
    found = offers.for_license(license, pays_from=pays_from, fallback=fallback, method=method)
    offer = next(each for each in found if each.months == months)
    return offers.turn_on(
        license, months=months, sha256=offer.sha256, language="en", ip="192.0.2.1", pays_from=pays_from,
        fallback=fallback, method=method,
    )  # fmt: skip


def save_card(stripe: Any, customer: Any, number: str = "4242424242424242") -> SavedMethod:
    """The customer pays something by a card, and has it saved for charges while they are absent."""
    wish = SaveWish(
        saving=PaymentAttempt.Saving.UNATTENDED,
        terms=[Terms(scope=Scope.ATTENDED, text="Keep this card.", language="en", ip_address=None)],
    )
    attempt = starting.start(invoice=make_invoice(customer, "1.00"), gateway_name="stripe", wish=wish)
    stripe.pay(attempt.provider_reference, card=number)
    settlement.settle(attempt_id=attempt.pk)
    return SavedMethod.objects.get(mandates__attempt=attempt)


def announced(customer: Any, software: Any, method: Any) -> Renewal:
    """A renewal whose notice was sent and whose day has come."""
    subscription = turn_on(buy(customer, software, months=1), months=1, method=method)
    row = subscription.renewals.get()
    sent = clock.now() - timedelta(days=4)
    OutboxMessage.objects.create(kind="mail", key=f"n{row.pk}", status="sent", sent_at=sent)
    Subscription.objects.filter(pk=subscription.pk).update(agreed_at=sent)
    Renewal.objects.filter(pk=row.pk).update(
        status="noticed", total=subscription.agreed_total, notice_key=f"n{row.pk}", notice_days=3, notices=1,
        noticed_at=sent, due_at=clock.now() - timedelta(minutes=5),
    )  # fmt: skip
    return Renewal.objects.get(pk=row.pk)


def told() -> list[str]:
    rows = OutboxMessage.objects.order_by("pk").values_list("template", flat=True)
    return [template for template in rows if template.startswith(ABOUT) and template != "order_placed"]


def notice() -> tuple[Decimal, str]:
    """What the last notice says the period before cost, and why this one costs another sum."""
    context = OutboxMessage.objects.filter(template="renewal_coming").latest("pk").payload["context"]
    return Decimal(context["old_amount"]["_amount"]), context["change"]


def due(license: License) -> datetime:
    return Renewal.objects.get(license=license, extends_from=license.valid_until).due_at


def renewed(license: License) -> list[Invoice]:
    return list(Invoice.objects.filter(kind="renewal", lines__granted__license=license, status="paid"))
