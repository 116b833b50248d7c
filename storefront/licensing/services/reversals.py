"""What refunds, disputes and charge-backs do to licenses. Called inside the transaction that moves the money."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q, QuerySet

from storefront.billing.models import Invoice
from storefront.core import clock, states
from storefront.licensing import mails
from storefront.licensing.bindings import binding_of
from storefront.licensing.models import License, LicensePeriod
from storefront.licensing.services import periods, revocation, suspensions

_DISPUTE = "dispute"


@transaction.atomic
def take_back_for_invoice(*, invoice: Invoice) -> list[License]:
    """The money of an invoice was refunded: revoke its periods, and the days they were converted into.

    A license left without periods is revoked and released. Returns the licenses that changed.
    """
    return _take_back(invoice, Q(invoice_line__invoice=invoice))


@transaction.atomic
def take_back_units(*, invoice: Invoice, units: Sequence[tuple[int, int]]) -> list[License]:
    """The money of some units, pairs of an invoice line's id and a number, was refunded: as for a whole invoice."""
    return _take_back(invoice, granted_by(units))


def granted_by(units: Sequence[tuple[int, int]]) -> Q:
    """The periods that units of invoice lines granted."""
    found = Q(pk=None)
    for line_id, number in units:
        found |= Q(invoice_line=line_id, unit=number)
    return found


def _take_back(invoice: Invoice, granted: Q) -> list[License]:
    now, changed = clock.now(), []
    for license in License.objects.filter(pk__in=_valid(granted).values("license")).order_by("pk"):
        states.lock(license)
        revoked = list(_valid(granted).filter(license=license))
        if not revoked:
            continue
        remaining = periods.take_back(license, revoked, now)
        license.record("taken_back", invoice=invoice.number, months=sum(period.months for period in revoked))
        if remaining.entries:
            suspensions.restore_if_possible(license)
        else:
            revocation.end(license)
        _publish(license, cause=f"refund:{invoice.pk}:{license.events.count()}")
        changed.append(license)
    return changed


def _valid(granted: Q) -> QuerySet[LicensePeriod]:
    return LicensePeriod.objects.filter(granted, revoked_at=None).order_by("pk")


@transaction.atomic
def set_disputed(*, invoice: Invoice, is_disputed: bool) -> list[License]:
    """The buyer's bank disputes the payment of an invoice, or has decided: suspend its licenses, or restore them.

    The time of a suspended license stands still, whoever paid for it; the rest of the running period goes on when the
    dispute is won. If it is lost, licenses stay suspended here in case an appeal is won. Returns the licenses that
    changed.
    """
    changed = []
    for license in _licenses_of(invoice):
        states.lock(license)
        mine = license.periods.filter(invoice_line__invoice=invoice, revoked_at=None)
        if not mine.exclude(is_disputed=is_disputed).update(is_disputed=is_disputed):
            continue
        if not is_disputed:
            suspensions.restore_if_possible(license)
        else:
            suspensions.begin_dispute(license, invoice=invoice.number)
        _publish(license, cause=f"dispute:{invoice.pk}:{license.events.count()}")
        changed.append(license)
    return changed


@transaction.atomic
def charge_back(*, invoice: Invoice) -> list[License]:
    """The buyer's bank has taken the money for good: revoke the invoice's periods where other paid time is left.

    That time goes on. A license without any stays suspended as it is, so that a won appeal restores it in full. Returns
    the licenses that changed.
    """
    now, changed = clock.now(), []
    for license in _licenses_of(invoice):
        states.lock(license)
        revoked = _valid_periods(license, invoice)
        if not revoked or not periods.has_other_time(license, revoked, now):
            continue
        periods.take_back(license, revoked, now)
        months = sum(period.months for period in revoked)
        license.record("taken_back", invoice=invoice.number, months=months, cause=_DISPUTE)
        suspensions.restore_if_possible(license)
        _publish(license, cause=f"lost:{invoice.pk}")
        changed.append(license)
    return changed


def report_money_regained(*, invoice: Invoice) -> None:
    """The money came back after a lost dispute: ask staff to grant the revoked periods again.

    They are not restored here, because time that was paid for otherwise has run meanwhile.
    """
    for license in _licenses_of(invoice):
        event = license.events.filter(code="taken_back", detail__cause=_DISPUTE, detail__invoice=invoice.number).last()
        if event is not None:
            mails.staff_must_grant_again(license, invoice, event)


def _licenses_of(invoice: Invoice) -> QuerySet[License]:
    """Every license with a period of the invoice, in the order in which they are locked."""
    return License.objects.filter(periods__invoice_line__invoice=invoice).distinct().order_by("pk")


def _valid_periods(license: License, invoice: Invoice) -> list[LicensePeriod]:
    return list(license.periods.filter(invoice_line__invoice=invoice, revoked_at=None))


def _publish(license: License, *, cause: str) -> None:
    binding_of(license.binding_kind).publish_status(license, cause=cause)
