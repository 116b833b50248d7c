"""What pages and services ask about licenses. Read only; no function here makes an outside call."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db.models import Prefetch, Q, QuerySet

from storefront.billing.models import Invoice
from storefront.core import clock
from storefront.core.license_terms import LicenseTerms
from storefront.licensing.bindings import LinkState, binding_of
from storefront.licensing.links import extend_path
from storefront.licensing.models import Activation, License, LicensePeriod
from storefront.licensing.services.ledger import buy
from storefront.licensing.services.periods import read_ledger
from storefront.licensing.states import PORTAL_TAKEN, EffectiveStatus, LicenseStatus, PeriodKind
from storefront.licensing.validity import days_left, effective_status, grace
from storefront.users.models import User

__all__ = [
    "LinkState",
    "all_licenses",
    "days_left",
    "effective_status",
    "end_if_extended",
    "extend_path",
    "in_state",
    "last_months",
    "license_to_extend",
    "licenses_for_invoice",
    "licenses_of",
    "link_state",
    "named_by_link",
    "waiting_after",
]


def _with_portals(licenses: QuerySet[License]) -> QuerySet[License]:
    current = Activation.objects.filter(released_at=None).select_related("installation")
    return licenses.select_related("software__product", "plan").prefetch_related(
        Prefetch("activations", queryset=current, to_attr="current_activations")
    )


def licenses_of(customer: User) -> QuerySet[License]:
    """A customer's licenses, newest first, with all that ``link_state`` reads: two queries for any number."""
    return _with_portals(License.objects.filter(customer=customer)).order_by("-pk")


def all_licenses() -> QuerySet[License]:
    """Everybody's licenses, with customers and portals: two queries for any number."""
    return _with_portals(License.objects.select_related("customer"))


def in_state(status: EffectiveStatus, now: datetime) -> Q:
    """The condition for licenses whose ``effective_status`` at ``now`` (UTC) is ``status``."""
    waits = Q(status=LicenseStatus.PENDING, begins_by__isnull=False)
    runs = Q(status=LicenseStatus.ACTIVE) | Q(status=LicenseStatus.PENDING, begins_by=None)
    over = Q(valid_until__lte=now - grace())
    return {
        EffectiveStatus.PENDING: (waits & ~Q(link_problem=PORTAL_TAKEN))
        | (Q(status=LicenseStatus.PENDING, begins_by=None) & ~over),
        EffectiveStatus.SCHEDULED: waits & Q(link_problem=PORTAL_TAKEN),
        EffectiveStatus.ACTIVE: Q(status=LicenseStatus.ACTIVE, valid_until__gt=now, provisional_until=None),
        EffectiveStatus.PROVISIONAL: Q(
            status=LicenseStatus.ACTIVE, valid_until__gt=now, provisional_until__isnull=False
        ),
        EffectiveStatus.GRACE: Q(status=LicenseStatus.ACTIVE, valid_until__lte=now) & ~over,
        EffectiveStatus.EXPIRED: runs & over,
        EffectiveStatus.SUSPENDED: Q(status=LicenseStatus.SUSPENDED),
        EffectiveStatus.REVOKED: Q(status=LicenseStatus.REVOKED),
    }[status]


def waiting_after(license: License) -> list[License]:
    """The licenses that wait for the portal of an active license; the first of them is linked when it gives way."""
    if license.status != LicenseStatus.ACTIVE or not license.member_id:
        return []
    waiting = License.objects.filter(
        status=LicenseStatus.PENDING, link_problem=PORTAL_TAKEN, software_id=license.software_id,
        portal_address=binding_of(license.binding_kind).host_of(license),
    )  # fmt: skip
    return list(waiting.order_by("pk")[:1])


def licenses_for_invoice(invoice: Invoice) -> list[License]:
    """The licenses that an invoice granted or extended, oldest first; two queries."""
    periods = LicensePeriod.objects.filter(invoice_line__invoice=invoice).values("license_id")
    return list(_with_portals(License.objects.filter(pk__in=periods)).order_by("pk"))


def license_to_extend(customer_id: int, terms: LicenseTerms, unit: int = 1) -> License | None:
    """The license that a unit of a line extends; None for a new one.

    It is the license the buyer named, else their own for the same product and portal. Whether they may name it was
    checked when the order was placed: its holder may, and so may anyone with its signed link. A named license that is
    not of this product or was revoked is ignored: the money buys a new one then.
    """
    licenses = License.objects.filter(software_id=terms.software_id).exclude(status=LicenseStatus.REVOKED)
    named = licenses.filter(public_id=terms.extends_license).first() if terms.extends_license else None
    if named or unit > 1:
        return named
    return binding_of(terms.binding_kind).license_at(licenses.filter(customer_id=customer_id), terms.portal_address)


def named_by_link(invoice: Invoice) -> set[str]:
    """Public ids of the licenses that the payer of an invoice extends by their signed link.

    The payer sees their numbers and ends, but not where they work: the line names no portal.
    """
    extensions = (line.license_terms for line in invoice.lines.all() if line.extends_license)
    return {
        terms.extends_license
        for terms in extensions
        if terms and binding_of(terms.binding_kind).asks_portal_address and not terms.portal_address
    }


def last_months(license: License) -> int:
    """How many months were bought last, which "Extend" offers again."""
    bought = license.periods.filter(converted_from=None, kind=PeriodKind.BOUGHT).order_by("-pk")
    period = bought.filter(revoked_at=None).first() or bought.first()
    return period.months if period else 12


def end_if_extended(license: License, *, months: int, now: datetime) -> datetime:
    """When a license would end if ``months`` were paid for at ``now``, UTC. An expired license begins anew."""
    preview, _ledger = buy(
        read_ledger(license, now), plan_id=license.plan_id, months=months, amount=Decimal(0), currency="", prices=None,
        now=now,
    )  # fmt: skip
    return preview.ends_at


def link_state(license: License) -> LinkState:
    """What the customer is told about the tie of a license, in the active language."""
    status = effective_status(license, clock.now())
    binding = binding_of(license.binding_kind)
    if status in (EffectiveStatus.REVOKED, EffectiveStatus.SUSPENDED):
        return LinkState("closed", binding.host_of(license), str(status.label))
    return binding.link_state(license, status)
