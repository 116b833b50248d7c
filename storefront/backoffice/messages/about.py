"""Whom and what a message concerns: customer, order, invoice, license, payment."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Q
from django.utils.translation import gettext as _
from oscar.apps.order.models import Order

from storefront.backoffice.pages import Fact
from storefront.billing.models import Invoice, PaymentAttempt
from storefront.inbox.models import InboundEvent
from storefront.licensing.models import License
from storefront.notifications.models import OutboxMessage
from storefront.users import services as users
from storefront.users.models import User


def customer(message: OutboxMessage) -> User | None:
    """Who it goes to, if they have an account."""
    if user_id := message.payload.get("user_id"):
        return User.objects.filter(pk=user_id).first()
    return users.find_by_email(message.recipient) if message.recipient else None


def of_mail(message: OutboxMessage) -> Iterator[Fact]:
    context = message.payload.get("context") or {}
    if (reader := customer(message)) is not None:
        yield Fact(_("Customer"), str(reader), reader)
    if number := context.get("order_number"):
        yield Fact(_("Order"), number, Order.objects.filter(number=number).first())
    if number := context.get("invoice_number"):
        yield Fact(_("Invoice"), number, Invoice.objects.filter(number=number).first())
    if number := context.get("license_number"):
        yield Fact(_("License"), number, License.objects.filter(number=number).first())


def of_webhook(event: InboundEvent) -> Iterator[Fact]:
    """The payment attempt that it names by one of the provider's ids or by ours."""
    if not event.reference:
        return
    names = Q(provider_reference=event.reference) | Q(charge_reference=event.reference) | Q(public_id=event.reference)
    attempt = PaymentAttempt.objects.filter(names, gateway=event.source).first()
    yield Fact(_("About"), event.reference, attempt)
