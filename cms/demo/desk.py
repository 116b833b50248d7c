"""What staff of the demo have before them: refunds, a waiting approval, days at the provider with a difference, a
suspended license, a mail and a webhook that were given up, carts left at the checkout."""

from __future__ import annotations

from decimal import Decimal

import requests
from django.conf import settings
from django.utils.module_loading import import_string
from oscar.apps.basket.models import Basket

from catalogue.plans.models import PlanPrice
from checkout.cart import operations
from checkout.models import CheckoutReminder
from checkout.reminders import services as reminders
from cms.demo import people, stand_ins
from cms.demo.orders import quietly
from cms.demo.past import days_ago
from storefront.billing.models import Invoice, Refund
from storefront.billing.services import reconcile_days, refunds
from storefront.billing.services.refund_plans import RefundDecision
from storefront.billing.services.refund_units import Unit
from storefront.billing.states import InvoiceStatus
from storefront.core import clock
from storefront.inbox import receiving
from storefront.inbox.models import InboundEvent, InboundStatus
from storefront.inbox.sources import Received
from storefront.licensing.models import License
from storefront.licensing.services import suspensions
from storefront.licensing.states import LicenseStatus, Suspension
from storefront.notifications import mails
from storefront.notifications.models import OutboxMessage, OutboxStatus
from storefront.users.models import User

_CARTS = (("telegram", "Nina Novak", "nina@example.com", 2), ("asterisk", "Omar Ortiz", "omar@example.com", 1))


def load() -> None:
    """Once; expects the orders. Does nothing where no stand-ins run."""
    if Refund.objects.filter(is_ours=True).exists() or not Invoice.objects.filter(status=InvoiceStatus.PAID).exists():
        return
    try:
        stand_ins.portals()
    except (stand_ins.NotRunning, requests.ConnectionError):
        return
    owner = User.objects.get(email=people.STAFF)
    with quietly():
        _give_back()
    _suspend(owner)
    _give_up()
    _leave_carts()
    helper, customer = (User.objects.get(email=email) for email in ("support@northbridge.example", people.CUSTOMER))
    for path in settings.DEMO_PARTS:
        import_string(path)(helper, customer)


def _give_back() -> None:
    """A half and a whole refund, one that waits for a second person, and one that only the provider knows of."""
    accounting = User.objects.get(email="accounting@northbridge.example")
    half, whole, known_there, large = _paid()[:4]
    with days_ago(3), stand_ins.set_back(3):
        part = RefundDecision(invoice=half, amount=(half.amount / 2).quantize(Decimal("0.01")))
        refunds.begin(decision=part, reason="Half of the time was of no use to them", by=accounting)
        units = [Unit(line.pk, number) for line in whole.lines.all() for number in range(1, line.quantity + 1)]
        refunds.begin(decision=RefundDecision(invoice=whole, units=units), reason="Bought twice", by=accounting)
    if settings.REFUND_APPROVAL_ABOVE:
        decision = RefundDecision(invoice=large, amount=large.amount)
        refunds.begin(decision=decision, reason="The project was called off", by=accounting)
    with stand_ins.set_back(2):
        stand_ins.refund(known_there.attempts.get(status="succeeded").provider_reference or "")
    reconcile_days.reconcile_days()


def _paid() -> list[Invoice]:
    """Invoices of other buyers than the customer, the latest of the last ten days first, the largest at the end."""
    others = Invoice.objects.filter(status=InvoiceStatus.PAID, amount__gt=0).exclude(customer__email=people.CUSTOMER)
    latest = list(others.order_by("-issued_at")[:5])
    largest = max(latest, key=lambda invoice: invoice.amount)
    return [*[invoice for invoice in latest if invoice != largest][:3], largest]


def _suspend(owner: User) -> None:
    working = License.objects.filter(
        status__in=(LicenseStatus.PENDING, LicenseStatus.ACTIVE), valid_until__gt=clock.now()
    )
    license = working.exclude(customer__email=people.CUSTOMER).order_by("pk").first()
    if license is not None:
        suspensions.suspend(
            license=license, actor=owner, reason="The portal sends thousands of messages an hour; we have asked why",
            suspension=Suspension.STANDS,
        )  # fmt: skip


def _give_up() -> None:
    """A mail that its company refuses, and a webhook that broke its handler, as the worker leaves them."""
    notice = mails.AccountNotice(title="Your details were changed", paragraphs=["Your phone number was changed."])
    mails.enqueue(notice, to="nina@exmaple.com", language="en", key="demo-dead")
    OutboxMessage.objects.filter(key="demo-dead").update(
        status=OutboxStatus.DEAD, attempts=1, last_error="PermanentFailure: refused with 422"
    )
    message = Received(event_id="evt_demo", summary="charge.refunded", payload={"type": "charge.refunded"})
    event = receiving.store(source="stripe", message=message)
    InboundEvent.objects.filter(pk=event.pk).update(
        status=InboundStatus.FAILED, attempts=12, last_error="KeyError: 'data'"
    )


def _leave_carts() -> None:
    for product, name, email, days in _CARTS:
        prices = PlanPrice.objects.filter(plan__software__product__slug=product, currency=settings.SHOP_CURRENCY)
        price = prices.order_by("-months").first()
        if price is None or CheckoutReminder.objects.filter(email=email).exists():
            continue
        with days_ago(days):
            basket = Basket.objects.create()
            operations.add_line(basket=basket, price_id=price.pk, quantity=1)
            reminders.request_reminder(basket=basket, email=email, draft={"name": name, "email": email}, language="en")
