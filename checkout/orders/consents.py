"""Agreements as a buyer accepted them: with the order, or on the pay page where staff placed it for them; and what a
consumer in the EU is asked there."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext_lazy
from oscar.apps.order.models import Order

from catalogue.plans.models import AgreementVersion, SoftwareProduct
from checkout.models import Consent, PurchaseDetails
from checkout.orders import agreements
from checkout.orders.agreements import AgreementText
from checkout.orders.errors import CartChanged
from storefront.billing.errors import BillingError
from storefront.billing.models import Invoice
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import early_starts
from storefront.billing.services.locking import lock_invoice
from storefront.core import clock


class ConsentAwaited(BillingError):
    """Staff placed the order, and its customer has not accepted its agreements."""

    message = gettext_lazy(
        "The customer has not accepted the license agreement of this order yet. They do it on its pay page."
    )


def write(*, order: Order, versions: Sequence[AgreementText], language: str, ip_address: str | None) -> None:
    """Keep that the order's customer accepted ``versions``, with their texts. Needs the caller's transaction."""
    now = clock.now()
    Consent.objects.bulk_create(
        Consent(
            order=order,
            customer_id=order.user_id,
            version_id=version.pk,
            name=version.name,
            number=version.number,
            text=version.body,
            sha256=AgreementVersion.digest(version.body),
            language=language,
            ip_address=ip_address,
            accepted_at=now,
        )
        for version in versions
    )


def to_accept(invoice: Invoice, *, with_body: bool = False) -> list[AgreementText]:
    """What must be accepted before an invoice can be paid, in the active language: the agreements in force of an order
    that staff placed, until they are accepted. Nothing for any other invoice; one query then."""
    asking = PurchaseDetails.objects.filter(order=invoice.order_id, asks_consent=True, order__consents=None)
    if invoice.order_id is None or not asking.exists():
        return []
    software = [line.software_id for line in invoice.lines.all() if line.software_id]
    named = SoftwareProduct.objects.filter(pk__in=software).exclude(agreement=None)
    by_software = dict(named.values_list("pk", "agreement_id"))
    ids = list(dict.fromkeys(by_software[pk] for pk in software if pk in by_software))
    return agreements.newest(ids, with_body=with_body)


def awaits_early_start(invoice: Invoice) -> bool:
    """Whether the pay page asks what the checkout could not: of an order that staff placed, or whose payer has changed
    since to a consumer in the EU. No query for any other invoice."""
    if invoice.order_id is None or invoice.amount <= 0:
        return False
    if not early_starts.is_asked(PayerDetails.from_json(invoice.payer)):
        return False
    if invoice.replaces_id is None and not to_accept(invoice):
        return False
    return early_starts.of(invoice) is None


def problem(invoice: Invoice) -> ConsentAwaited | None:
    """What keeps an invoice from being paid (``PAYMENT_BARRIERS``)."""
    return ConsentAwaited() if to_accept(invoice) else None


def accept(
    *,
    invoice: Invoice,
    version_ids: Sequence[int],
    language: str,
    ip_address: str | None,
    wants_early_start: bool = False,
) -> None:
    """Accept the versions that were shown, and what ``early_starts`` asks if it was (``wants_early_start``). Of two at
    once one writes; accepted before is fine.

    Raises CartChanged if others are in force meanwhile.
    """
    with transaction.atomic():
        locked = lock_invoice(invoice.pk)
        versions = to_accept(locked, with_body=True)
        if versions and {version.pk for version in versions} != set(version_ids):
            raise CartChanged("agreement")
        write(order=locked.order, versions=versions, language=language, ip_address=ip_address)
        if wants_early_start and early_starts.of(locked) is None:
            early_starts.write(invoice=locked, language=language, ip_address=ip_address)
