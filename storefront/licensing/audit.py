"""Licensing's invariants, for the auditor. A check yields nothing on sound data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import groupby

from django.db.models import Count, Exists, F, OuterRef, Q

from storefront.billing.models import InvoiceLine
from storefront.billing.states import InvoiceStatus
from storefront.billing.transfers.models import ProvisionalGrant
from storefront.core.audit import Finding
from storefront.core.periods import add_months
from storefront.licensing.bindings import BINDINGS
from storefront.licensing.models import Activation, License, LicensePeriod
from storefront.licensing.states import LicenseStatus, PeriodKind

#: Fields of ``License`` that belong to one kind of binding or another.
BINDING_FIELDS = {name for binding in BINDINGS.values() for name in binding.license_fields}


def checks() -> Iterator[Finding]:
    yield from _paid_lines()
    yield from _causes()
    yield from _bindings()
    yield from _dates()
    yield from _waiting()


def _paid_lines() -> Iterator[Finding]:
    """A paid line has as many periods as its quantity; a refunded one has none left."""
    kept = Count("granted", filter=Q(granted__revoked_at=None))
    lines = InvoiceLine.objects.exclude(software_id=None).annotate(kept=kept, given=Count("granted"))
    for line in lines.filter(invoice__status=InvoiceStatus.PAID).exclude(given=F("quantity")):
        yield Finding("license-quantity", f"{line.invoice_id}/{line.position}", f"{line.given} of {line.quantity}")
    for line in lines.filter(invoice__status=InvoiceStatus.REFUNDED, kept__gt=0):
        yield Finding("license-refunded", f"{line.invoice_id}/{line.position}", f"{line.kept} kept")
    given_before = Exists(ProvisionalGrant.objects.filter(invoice=OuterRef("invoice"), ended_at=None))
    unpaid = lines.filter(invoice__status__in=(InvoiceStatus.OPEN, InvoiceStatus.VOID), given__gt=0)
    for line in unpaid.exclude(given_before):
        yield Finding("license-unpaid", f"{line.invoice_id}/{line.position}", f"{line.given} granted")


def _causes() -> Iterator[Finding]:
    """Every license but a revoked one has a period that was bought or granted (days of goodwill are none), and a
    revoked one has neither of them left; a disputed one is suspended, and no other unless staff suspended it."""
    paid = LicensePeriod.objects.filter(
        license=OuterRef("pk"), kind=PeriodKind.BOUGHT, revoked_at=None, converted_at=None
    )
    for license in License.objects.exclude(status=LicenseStatus.REVOKED).exclude(Exists(paid)):
        yield Finding("license-without-cause", license.number, license.status)
    for license in License.objects.filter(Exists(paid), status=LicenseStatus.REVOKED):
        yield Finding("license-revoked-though-paid", license.number)
    goodwill = LicensePeriod.objects.filter(
        license=OuterRef("pk"), kind=PeriodKind.GOODWILL, revoked_at=None, converted_at=None
    )
    for license in License.objects.filter(Exists(goodwill), status=LicenseStatus.REVOKED):
        yield Finding("license-goodwill-left", license.number)
    disputed = LicensePeriod.objects.filter(license=OuterRef("pk"), revoked_at=None, is_disputed=True)
    for license in License.objects.filter(Exists(disputed)).exclude(status=LicenseStatus.SUSPENDED):
        yield Finding("license-disputed", license.number, license.status)
    by_staff = ~Q(suspension="")
    for license in License.objects.filter(by_staff).exclude(status=LicenseStatus.SUSPENDED):
        yield Finding("license-suspension", license.number, license.status)
    for license in License.objects.filter(status=LicenseStatus.SUSPENDED, suspension="").exclude(Exists(disputed)):
        yield Finding("license-suspended-without-cause", license.number)


def _bindings() -> Iterator[Finding]:
    """One active license per product and portal; licenses are tied, and only as their kind says."""
    twice = (
        License.objects.filter(status=LicenseStatus.ACTIVE)
        .exclude(member_id="")
        .values("software", "member_id")
        .annotate(number=Count("pk"))
        .filter(number__gt=1)
    )
    for row in twice:
        yield Finding("license-portal-twice", row["member_id"], f"product {row['software']}: {row['number']}")
    for kind, binding in BINDINGS.items():
        licenses = License.objects.filter(binding_kind=kind)
        for license in binding.unbound(licenses.filter(status=LicenseStatus.ACTIVE)):
            yield Finding("license-unbound", license.number)
        for name in BINDING_FIELDS - set(binding.license_fields):
            for license in licenses.exclude(**{name: ""}):
                yield Finding("license-foreign-field", license.number, f"{kind}: {name}")
    open_activations = Activation.objects.filter(license=OuterRef("pk"), released_at=None)
    loose = License.objects.filter(Exists(open_activations), status__in=(LicenseStatus.PENDING, LicenseStatus.REVOKED))
    for license in loose:
        yield Finding("license-not-released", license.number, license.status)


def _dates() -> Iterator[Finding]:
    """Periods do not overlap, each is as long as was paid for, and the license ends with the last one."""
    kept = LicensePeriod.objects.filter(revoked_at=None, converted_at=None).select_related("license")
    periods = kept.order_by("license_id", "pk").iterator(chunk_size=500)
    for license, group in groupby(periods, key=lambda period: period.license):
        before = None
        for period in group:
            if period.ends_at != _end(period):
                yield Finding("license-anchor", license.number, f"period {period.pk}")
            if before and period.starts_at < before.ends_at:
                yield Finding("license-overlap", license.number, f"periods {before.pk} and {period.pk}")
            if before and period.starts_at > before.ends_at and period.starts_at != period.anchor_at:
                yield Finding("license-gap", license.number, f"periods {before.pk} and {period.pk}")
            if before and period.begun_at and not before.begun_at and before.starts_at > period.begun_at:
                yield Finding("license-order", license.number, f"periods {before.pk} and {period.pk}")
            before = period
        if before and license.valid_until != before.ends_at:
            yield Finding("license-end", license.number, f"{license.valid_until} instead of {before.ends_at}")


def _end(period: LicensePeriod) -> datetime:
    if period.days is not None:
        return period.starts_at + timedelta(days=period.days)
    return add_months(period.anchor_at, period.anchor_months)


def _waiting() -> Iterator[Finding]:
    """Paid time of an active license does not wait; converted periods became days of the same license."""
    for license in License.objects.filter(status=LicenseStatus.ACTIVE).exclude(begins_by=None):
        yield Finding("license-waits", license.number, f"begins by {license.begins_by}")
    foreign = LicensePeriod.objects.exclude(converted_from=None).exclude(license=F("converted_from__license"))
    lost = LicensePeriod.objects.exclude(converted_from=None).filter(revoked_at=None, converted_from__converted_at=None)
    for period in (foreign | lost).select_related("license"):
        yield Finding("license-converted", period.license.number, f"period {period.pk}")
