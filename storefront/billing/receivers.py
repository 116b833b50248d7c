"""What billing does when an order is cancelled, and when a customer gets no mail."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.db import OperationalError
from django.dispatch import receiver
from django.utils.translation import gettext_noop as _
from oscar.apps.order.models import Order
from oscar.apps.order.signals import order_status_changed

from storefront.billing import signals
from storefront.billing.errors import ChargeOpen
from storefront.billing.models import Invoice, PaymentAttempt, Refund
from storefront.billing.services import invoices, orders, refund_request_states, reviews
from storefront.billing.states import OPEN_ATTEMPT, InvoiceStatus
from storefront.core import clock
from storefront.core.sentences import Sentence
from storefront.notifications.models import MailAddress
from storefront.notifications.signals import address_bounced
from storefront.users import services as users

logger = logging.getLogger(__name__)


@receiver(order_status_changed, dispatch_uid="billing-order-cancelled")
def order_cancelled(sender: object, *, order: Order, new_status: str, **kwargs: Any) -> None:
    """The open invoices of an order that staff cancelled become void.

    At once where no charge is open. An open one is for the worker to close, because the provider may hang: the
    poller at its next run, after it dunning makes the invoice void. Nobody can pay meanwhile (see asks_for_money).
    """
    if new_status != orders.CANCELLED:
        return
    for invoice in Invoice.objects.filter(order=order, status=InvoiceStatus.OPEN):
        try:
            invoices.void(invoice=invoice, reason="Order cancelled")
        except (ChargeOpen, OperationalError) as exc:
            logger.info("invoice %s is left to the worker (%s)", invoice.number, type(exc).__name__)
            PaymentAttempt.objects.filter(invoice=invoice, status__in=OPEN_ATTEMPT).update(next_check_at=clock.now())


@receiver(signals.refund_made, dispatch_uid="billing-request-made")
@receiver(signals.refund_given_up, dispatch_uid="billing-request-given-up")
def requests_follow_refunds(sender: object, *, refund: Refund, **kwargs: Any) -> None:
    """What became of a refund, the customer's request for it shows."""
    refund_request_states.follow(refund)


@receiver(signals.invoice_refunded, dispatch_uid="billing-request-of-refunded")
def requests_follow_invoices(sender: object, *, invoice: Invoice, **kwargs: Any) -> None:
    """Nothing is left to ask for."""
    refund_request_states.close_given(invoice)


@receiver(address_bounced, dispatch_uid="billing-mail-bounced")
def mails_come_back(sender: object, *, address: MailAddress, **kwargs: Any) -> None:
    """A customer who gets neither invoices nor notices is a matter for staff, and so is the shop's own address."""
    if address.email != settings.STAFF_EMAIL.lower() and not users.is_taken(address.email):
        return
    reviews.file(
        key=f"{reviews.MAIL_BOUNCED}:{address.pk}:{address.bounced_at:%Y%m%dT%H%M%S%f}",
        kind=reviews.MAIL_BOUNCED,
        detail=[
            Sentence(
                _("Mails to %(address)s come back. %(detail)s"),
                {"address": address.email, "detail": address.bounce_detail},
            )
        ],
    )
