"""The buyer's bank has taken the money of an invoice for good: what it paid for ends, what others paid for goes on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from storefront.core import clock, states
from storefront.licensing.bitrix24 import activations
from storefront.licensing.history import record
from storefront.licensing.models import License, LicensePeriod
from storefront.licensing.services import periods
from storefront.licensing.services.grants import is_disputed_now, licenses_of, restore
from storefront.licensing.states import LicenseStatus
from storefront.notifications import mails

_CAUSE = "dispute"


@transaction.atomic
def charge_back(*, invoice: Any) -> list[License]:
    """Take the periods of an invoice back from licenses that have time paid for otherwise, so that this runs on.

    A license of nothing else stays suspended as it is: then an appeal that is won gives it back whole.
    """
    now, changed = clock.now(), []
    for license in licenses_of(invoice):
        states.lock(license)
        mine = list(license.periods.filter(invoice_line__invoice=invoice, revoked_at=None))
        if not mine or not _has_other_time(license, mine, now):
            continue
        periods.take_back(license, mine, now)
        months = sum(term.months for term in mine)
        record(license, "taken_back", invoice=invoice.number, months=months, cause=_CAUSE)
        if license.status == LicenseStatus.SUSPENDED and not is_disputed_now(license):
            restore(license)
        activations.tell_portal(license, cause=f"lost:{invoice.pk}")
        changed.append(license)
    return changed


def tell_of_money_regained(*, invoice: Any) -> None:
    """The money came back after all. Periods that were taken back for it are for staff to give again, because what
    was paid for otherwise has run meanwhile."""
    for license in licenses_of(invoice):
        taken = license.events.filter(code="taken_back", detail__cause=_CAUSE, detail__invoice=invoice.number).last()
        if taken is not None:
            mails.staff_notice(
                key=f"regained:{license.number}:{taken.pk}",
                subject=f"License {license.number}: give days back",
                text=f"The money of invoice {invoice.number} came back after a lost dispute. {taken.detail['months']} "
                f"months of license {license.number} were taken back for it: give them to the customer again.",
            )


def _has_other_time(license: License, mine: list[LicensePeriod], now: datetime) -> bool:
    others = periods.kept_beside(license, mine)
    return any(term.begun_at is None or term.ends_at > now for term in others)
