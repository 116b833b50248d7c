"""What a refund takes from licenses, in words: before it is begun, and in the customer's mail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from catalogue.plans.models import months_label
from storefront.core import clock
from storefront.core.instants import instant
from storefront.licensing.models import License, LicensePeriod
from storefront.licensing.services import periods
from storefront.licensing.services.reversals import granted_by


@dataclass(frozen=True, slots=True)
class Loss:
    """What one license loses: ``months`` that were bought; ``ends_at`` is its end then, None if nothing is left.

    ``is_waiting``: what is left has not begun, so its end is not known yet. ``end_before`` is its end now.
    """

    license: License
    months: int
    end_before: datetime
    ends_at: datetime | None
    is_waiting: bool = False


def losses_of(units: Sequence[tuple[int, int]]) -> list[Loss]:
    """What the refund of units, pairs of an invoice line's id and a number, takes from licenses now: computed by what
    the refund itself runs. Units whose periods were taken back already take nothing."""
    now = clock.now()
    granted = LicensePeriod.objects.filter(granted_by(units), revoked_at=None)
    by_license: dict[License, list[LicensePeriod]] = {}
    for period in granted.select_related("license").order_by("license_id", "pk"):
        by_license.setdefault(period.license, []).append(period)
    return [_loss(license, lost, now) for license, lost in by_license.items()]


def _loss(license: License, lost: Sequence[LicensePeriod], now: datetime) -> Loss:
    remaining = periods.without(license, lost, now)
    ends_at = remaining.entries[-1].span.ends_at if remaining.entries else None
    months = sum(period.months for period in lost)
    return Loss(license, months, license.valid_until, ends_at, is_waiting=remaining.begins_by is not None)


def loss_text(loss: Loss) -> str:
    """One sentence in the active language."""
    license = loss.license
    words = {"license": f"{license.number} ({license.product_title}, {license.plan_name})"}
    words["length"] = months_label(loss.months)
    if loss.ends_at is None:
        return _("License %(license)s ends: its time is refunded, %(length)s in all.") % words
    if loss.is_waiting:
        return _("License %(license)s loses %(length)s; what is left begins as agreed.") % words
    words["end"] = instant(loss.ends_at)
    return _("License %(license)s loses %(length)s and then runs to %(end)s.") % words
