"""What an unpaid invoice buys, granted for the time being. Called inside the transaction in which staff decide it.

It is granted as if it were paid for, so that nothing changes for whoever uses it when the money comes; only new
licenses show that they are provisional. When it is taken back, the lines have granted nothing: money that comes later
all the same grants anew.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from storefront.billing.models import Invoice
from storefront.core import clock, states
from storefront.licensing.bindings import binding_of
from storefront.licensing.models import License, LicensePeriod
from storefront.licensing.services import grants, reversals


@transaction.atomic
def grant(*, invoice: Invoice, until: datetime) -> list[License]:
    """Grant what the lines of an unpaid invoice promise; ``until`` (UTC) is when it is taken back. Calling it again
    moves that day. Returns the licenses."""
    grants.lock_customer(invoice.customer_id)
    now = clock.now()
    licenses = grants.grant_lines(invoice, now)
    for license in licenses:
        states.lock(license)
        if license.created_at >= now or license.provisional_until is not None:
            license.provisional_until = until
            license.save(update_fields=["provisional_until"])
        license.record("provisional", invoice=invoice.number, until=until.isoformat())
        binding_of(license.binding_kind).publish_status(license, cause=f"provisional:{invoice.pk}:{until:%Y%m%d}")
    return licenses


@transaction.atomic
def take_back(*, invoice: Invoice) -> list[License]:
    """The money never came: revoke what was granted, and let the lines grant anew if it comes later."""
    changed = reversals.take_back_for_invoice(invoice=invoice)
    License.objects.filter(pk__in=[license.pk for license in changed]).update(provisional_until=None)
    LicensePeriod.objects.filter(invoice_line__invoice=invoice).update(invoice_line=None)
    return changed


@transaction.atomic
def go_on(*, invoice: Invoice, until: datetime) -> list[License]:
    """The invoice was not paid after all, and what it had granted is provisional again until ``until`` (UTC). Time that
    was added to a license the customer had before is marked by nothing. Returns the licenses."""
    grants.lock_customer(invoice.customer_id)
    bought = LicensePeriod.objects.filter(invoice_line__invoice=invoice, revoked_at=None)
    licenses = list(License.objects.filter(pk__in=bought.values("license")).order_by("pk"))
    for license in licenses:
        states.lock(license)
        first = license.periods.order_by("pk").first()
        if first is not None and first.invoice_line and first.invoice_line.invoice_id == invoice.pk:
            license.provisional_until = until
            license.save(update_fields=["provisional_until"])
        license.record("provisional", invoice=invoice.number, until=until.isoformat())
        binding_of(license.binding_kind).publish_status(
            license, cause=f"reopened:{invoice.pk}:{license.events.count()}"
        )
    return licenses
