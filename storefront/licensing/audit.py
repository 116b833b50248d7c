"""Licensing's rules that must always hold. Every check yields nothing on sound data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby

from django.db.models import Count, Exists, F, OuterRef, Q

from storefront.billing.models import InvoiceLine
from storefront.billing.states import InvoiceStatus
from storefront.core.audit import Finding
from storefront.core.periods import add_months
from storefront.licensing.models import Activation, License, LicensePeriod
from storefront.licensing.states import LicenseStatus


def checks() -> Iterator[Finding]:
    yield from _paid_lines()
    yield from _causes()
    yield from _bindings()
    yield from _dates()
    yield from _waiting()


def _paid_lines() -> Iterator[Finding]:
    """A paid line has exactly its quantity of periods; a refunded one keeps none."""
    kept = Count("granted", filter=Q(granted__revoked_at=None))
    lines = InvoiceLine.objects.exclude(software_id=None).annotate(kept=kept, given=Count("granted"))
    for line in lines.filter(invoice__status=InvoiceStatus.PAID).exclude(given=F("quantity")):
        yield Finding("license-quantity", f"{line.invoice_id}/{line.position}", f"{line.given} of {line.quantity}")
    for line in lines.filter(invoice__status=InvoiceStatus.REFUNDED, kept__gt=0):
        yield Finding("license-refunded", f"{line.invoice_id}/{line.position}", f"{line.kept} kept")
    for line in lines.filter(invoice__status__in=(InvoiceStatus.OPEN, InvoiceStatus.VOID), given__gt=0):
        yield Finding("license-unpaid", f"{line.invoice_id}/{line.position}", f"{line.given} granted")


def _causes() -> Iterator[Finding]:
    """A license that can be used has a paid period; one without any is revoked."""
    paid = LicensePeriod.objects.filter(license=OuterRef("pk"), revoked_at=None, converted_at=None)
    for license in License.objects.exclude(status=LicenseStatus.REVOKED).exclude(Exists(paid)):
        yield Finding("license-without-cause", license.number, license.status)
    for license in License.objects.filter(Exists(paid), status=LicenseStatus.REVOKED):
        yield Finding("license-revoked-though-paid", license.number)
    disputed = LicensePeriod.objects.filter(license=OuterRef("pk"), revoked_at=None, is_disputed=True)
    for license in License.objects.filter(Exists(disputed)).exclude(status=LicenseStatus.SUSPENDED):
        yield Finding("license-disputed", license.number, license.status)


def _bindings() -> Iterator[Finding]:
    """One active license per product and portal; an active one has one activation, of the portal it names."""
    twice = (
        License.objects.filter(status=LicenseStatus.ACTIVE)
        .exclude(member_id="")
        .values("software", "member_id")
        .annotate(number=Count("pk"))
        .filter(number__gt=1)
    )
    for row in twice:
        yield Finding("license-portal-twice", row["member_id"], f"product {row['software']}: {row['number']}")
    open_ones = Activation.objects.filter(license=OuterRef("pk"), released_at=None)
    right = open_ones.filter(installation__member_id=OuterRef("member_id"))
    for license in License.objects.filter(status=LicenseStatus.ACTIVE, binding_kind="portal").exclude(Exists(right)):
        yield Finding("license-unbound", license.number)
    loose = License.objects.filter(Exists(open_ones), status__in=(LicenseStatus.PENDING, LicenseStatus.REVOKED))
    for license in loose:
        yield Finding("license-not-released", license.number, license.status)


def _dates() -> Iterator[Finding]:
    """Periods follow each other without overlap, each as long as was paid, and the license ends with the last."""
    kept = LicensePeriod.objects.filter(revoked_at=None, converted_at=None).select_related("license")
    terms = kept.order_by("license_id", "pk").iterator(chunk_size=500)
    for license, group in groupby(terms, key=lambda term: term.license):
        before = None
        for term in group:
            if term.ends_at != _end(term):
                yield Finding("license-anchor", license.number, f"period {term.pk}")
            if before and term.starts_at < before.ends_at:
                yield Finding("license-overlap", license.number, f"periods {before.pk} and {term.pk}")
            if before and term.starts_at > before.ends_at and term.starts_at != term.anchor_at:
                yield Finding("license-gap", license.number, f"periods {before.pk} and {term.pk}")
            if before and term.begun_at and not before.begun_at and before.starts_at > term.begun_at:
                yield Finding("license-order", license.number, f"periods {before.pk} and {term.pk}")
            before = term
        if before and license.valid_until != before.ends_at:
            yield Finding("license-end", license.number, f"{license.valid_until} instead of {before.ends_at}")


def _end(term: LicensePeriod) -> datetime:
    if term.days is not None:
        return term.starts_at + timedelta(days=term.days)
    return add_months(term.anchor_at, term.anchor_months)


def _waiting() -> Iterator[Finding]:
    """A working license lets no paid time wait; what was converted has become days of the same license."""
    for license in License.objects.filter(status=LicenseStatus.ACTIVE).exclude(begins_by=None):
        yield Finding("license-waits", license.number, f"begins by {license.begins_by}")
    foreign = LicensePeriod.objects.exclude(converted_from=None).exclude(license=F("converted_from__license"))
    lost = LicensePeriod.objects.exclude(converted_from=None).filter(revoked_at=None, converted_from__converted_at=None)
    for term in (foreign | lost).select_related("license"):
        yield Finding("license-converted", term.license.number, f"period {term.pk}")
