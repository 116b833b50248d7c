"""From money to licenses and back. Called inside the transaction that settles or reverses the money."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypedDict

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q

from storefront.core import clock, states
from storefront.licensing.models import License, LicenseTerm
from storefront.licensing.services import letters, linking, terms
from storefront.licensing.services.history import record
from storefront.licensing.states import LICENSE_TRANSITIONS, LicenseStatus


class LicenseGrant(TypedDict):
    """``InvoiceLine.license_terms``, frozen when the order was placed."""

    software_id: int
    product_title: str
    plan_id: int
    plan_code: str
    plan_name: str
    months: int
    binding_kind: str
    bitrix24_app_code: str
    portal_address: str
    extends_license: str


@transaction.atomic
def grant_for_invoice(*, invoice: Any) -> list[License]:
    """Grant what the lines of a paid invoice promise: one period per unit, on a new or a held license.

    Safe to repeat: a unit that was granted already is left alone. Returns the licenses, each once. A license whose
    portal is known is linked here. The mails (payment received, then license linked) and the messages to portals are
    rows in the outbox.
    """
    _one_at_a_time(invoice.customer_id)
    now = clock.now()
    granted: dict[int, License] = {}
    for line in invoice.lines.all():
        for unit in range(1, line.quantity + 1) if line.license_terms else ():
            license = _grant_unit(invoice.customer_id, line, unit, now)
            granted[license.pk] = license
    letters.payment_received(invoice, list(granted.values()))
    for license in granted.values():
        if license.linked_at and license.linked_at >= now:
            letters.linked(license)
        elif license.link_problem:
            letters.not_linked(license)
    return list(granted.values())


def _one_at_a_time(customer_id: int) -> None:
    """One customer's grants run one after the other, so that two orders for one portal meet in one license."""
    get_user_model()._default_manager.select_for_update(no_key=True).get(pk=customer_id)


def _grant_unit(customer_id: int, line: Any, unit: int, now: datetime) -> License:
    existing = LicenseTerm.objects.filter(invoice_line=line, unit=unit).select_related("license").first()
    if existing:
        return existing.license
    grant: LicenseGrant = line.license_terms
    held = _held(customer_id, grant, unit)
    license = states.lock(held) if held else _new(customer_id, grant, unit, now)
    term = terms.add(
        license, line_id=line.pk, unit=unit, plan_id=grant["plan_id"], plan_name=grant["plan_name"],
        months=grant["months"], now=now,
    )  # fmt: skip
    record(license, "extended" if held else "granted", months=term.months, until=term.ends_at.isoformat())
    if not linking.link(license=license, is_quiet=True) and held:
        linking.tell_portal(license, cause=f"term:{term.pk}")
    return license


def _held(customer_id: int, grant: LicenseGrant, unit: int) -> License | None:
    """The license a unit extends: the one the buyer named, else the one he holds for the same plan and portal.

    A named license that is not his, not of this product or revoked is ignored: the money buys a new one then.
    """
    his = License.objects.filter(customer_id=customer_id, software_id=grant["software_id"]).exclude(
        status=LicenseStatus.REVOKED
    )
    if grant.get("extends_license"):
        named = his.filter(public_id=grant["extends_license"]).first()
        if named:
            return named
    address = grant.get("portal_address")
    if not address or unit > 1:
        return None
    bound_there = Q(activations__released_at=None, activations__installation__host=address)
    return (
        his.filter(bound_there | Q(member_id="", portal_address=address), plan_id=grant["plan_id"])
        .order_by("-member_id", "pk")
        .first()
    )


def _new(customer_id: int, grant: LicenseGrant, unit: int, now: datetime) -> License:
    is_free = grant["binding_kind"] == "none"
    return License.objects.create(
        customer_id=customer_id,
        software_id=grant["software_id"],
        plan_id=grant["plan_id"],
        product_title=grant["product_title"],
        plan_name=grant["plan_name"],
        binding_kind=grant["binding_kind"],
        status=LicenseStatus.ACTIVE if is_free else LicenseStatus.PENDING,
        # One portal needs one license; the customer names the portals of the other units in his account.
        portal_address="" if is_free or unit > 1 else grant.get("portal_address", ""),
        starts_at=now,
        valid_until=now,
        anchor_at=now,
    )


@transaction.atomic
def take_back_for_invoice(*, invoice: Any) -> list[License]:
    """The money of an invoice went back: so do its periods. A license without any is revoked and leaves its portal."""
    now = clock.now()
    changed = []
    for license in _licenses_of(invoice):
        states.lock(license)
        mine = list(license.terms.filter(invoice_line__invoice=invoice, revoked_at=None))
        if not mine:
            continue
        remaining = terms.take_back(license, mine, now)
        record(license, "taken_back", invoice=invoice.number, months=sum(term.months for term in mine))
        if not remaining:
            _revoke(license, now)
        elif license.status == LicenseStatus.SUSPENDED and not any(term.is_disputed for term in remaining):
            _restore(license)
        linking.tell_portal(license, cause=f"refund:{invoice.pk}")
        changed.append(license)
    return changed


@transaction.atomic
def set_disputed(*, invoice: Any, is_disputed: bool) -> list[License]:
    """The buyer's bank asks for the money of an invoice back, or has decided: suspend its licenses, or restore them.

    A lost dispute stays open here: its licenses remain suspended until the money is booked as refunded.
    """
    changed = []
    for license in _licenses_of(invoice):
        states.lock(license)
        mine = license.terms.filter(invoice_line__invoice=invoice, revoked_at=None)
        if not mine.exclude(is_disputed=is_disputed).update(is_disputed=is_disputed):
            continue
        if is_disputed:
            if states.apply(license, LicenseStatus.SUSPENDED, table=LICENSE_TRANSITIONS):
                record(license, "suspended", invoice=invoice.number)
        elif not license.terms.filter(revoked_at=None, is_disputed=True).exists():
            _restore(license)
        linking.tell_portal(license, cause=f"dispute:{invoice.pk}:{license.events.count()}")
        changed.append(license)
    return changed


def _licenses_of(invoice: Any) -> list[License]:
    return list(License.objects.filter(terms__invoice_line__invoice=invoice).distinct().order_by("pk"))


def _revoke(license: License, now: datetime) -> None:
    license.activations.filter(released_at=None).update(released_at=now, release_reason="revoked")
    states.apply(license, LicenseStatus.REVOKED, table=LICENSE_TRANSITIONS, link_problem="")
    record(license, "revoked")


def _restore(license: License) -> None:
    """Give a suspended license back its place: active where it was bound, else waiting for its portal again."""
    if license.status != LicenseStatus.SUSPENDED:
        return
    if license.binding_kind == "none":
        states.apply(license, LicenseStatus.ACTIVE, table=LICENSE_TRANSITIONS)
    elif not linking.resume(license):
        linking.release(license, reason="restored")
        states.apply(license, LicenseStatus.PENDING, table=LICENSE_TRANSITIONS)
        linking.link(license=license)
    record(license, "restored", status=license.status)
