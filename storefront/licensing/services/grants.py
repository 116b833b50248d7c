"""From money to licenses and back. Called inside the transaction that settles or reverses the money."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q, QuerySet

from storefront.core import clock, states
from storefront.core.license_terms import NOW, LicenseTerms
from storefront.licensing import mails
from storefront.licensing.bitrix24 import activations, linking
from storefront.licensing.history import record
from storefront.licensing.models import License, LicensePeriod
from storefront.licensing.services import periods
from storefront.licensing.states import LICENSE_TRANSITIONS, LicenseStatus


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
        for license in _grant_line(invoice, line, now):
            granted[license.pk] = license
    mails.payment_received(invoice, list(granted.values()))
    for license in granted.values():
        if license.customer_id != invoice.customer_id:
            mails.extended_by_another(license, invoice)
        if license.linked_at and license.linked_at >= now:
            mails.linked(license)
        elif license.link_problem:
            mails.not_linked(license)
    return list(granted.values())


def _one_at_a_time(customer_id: int) -> None:
    """One customer's grants run one after the other, so that two orders for one portal meet in one license."""
    get_user_model()._default_manager.select_for_update(no_key=True).get(pk=customer_id)


def _grant_line(invoice: Any, line: Any, now: datetime) -> list[License]:
    grant: LicenseTerms | None = line.license_terms
    if grant is None:
        return []
    amounts = periods.amounts_of(line.amount, line.quantity, invoice.currency)
    return [_grant_unit(invoice, line, unit, grant, amount, now) for unit, amount in enumerate(amounts, start=1)]


def _grant_unit(invoice: Any, line: Any, unit: int, grant: LicenseTerms, amount: Decimal, now: datetime) -> License:
    existing = LicensePeriod.objects.filter(invoice_line=line, unit=unit).select_related("license").first()
    if existing:
        return existing.license
    held_license = _held(invoice.customer_id, grant, unit)
    license = states.lock(held_license) if held_license else _new(invoice.customer_id, grant, unit, now)
    bought = periods.Bought(
        line_id=line.pk, unit=unit, plan_id=grant.plan_id, plan_name=grant.plan_name, months=grant.months,
        amount=amount, currency=invoice.currency,
    )  # fmt: skip
    term = periods.add(license, bought, now)
    if grant.change == NOW:
        periods.convert(license, into=term, prices=grant.prices, now=now)
    record(
        license, "extended" if held_license else "granted", months=term.months, until=license.valid_until.isoformat()
    )
    if not linking.link(license=license, is_quiet=True) and held_license:
        activations.tell_portal(license, cause=f"term:{term.pk}")
    is_waiting = license.status == LicenseStatus.PENDING and license.begins_by is not None
    if grant.starts_at_payment and is_waiting and not license.link_problem:
        periods.begin(license, now, now)
    return license


def _held(customer_id: int, grant: LicenseTerms, unit: int) -> License | None:
    """The license a unit extends: the one the buyer named, else the one they hold for the same product and portal.

    Who may name it was checked when the order was placed: its holder, or whoever came by its signed link. A named
    license that is not of this product or was revoked is ignored: the money buys a new one then.
    """
    usable = License.objects.filter(software_id=grant.software_id).exclude(status=LicenseStatus.REVOKED)
    theirs = usable.filter(customer_id=customer_id)
    if grant.extends_license:
        named = usable.filter(public_id=grant.extends_license).first()
        if named:
            return named
    if not grant.portal_address or unit > 1:
        return None
    return at_portal(theirs, grant.portal_address)


def held(customer_id: int, grant: LicenseTerms) -> License | None:
    """The license that the first unit of a line would go to, None for a new one."""
    return _held(customer_id, grant, 1)


def is_taken(software_id: int, address: str, customer: Any) -> bool:
    """Whether another customer's license of the product has paid time left in the portal at ``address``."""
    if not address:
        return False
    active = License.objects.filter(
        software_id=software_id, status=LicenseStatus.ACTIVE, valid_until__gt=clock.now(),
        activations__released_at=None, activations__installation__host=address,
    )  # fmt: skip
    return active.exclude(customer=customer).exists()


def at_portal(licenses: QuerySet[License], address: str) -> License | None:
    """The one of ``licenses`` that is bound to the portal at ``address`` now, else the first that waits for it."""
    bound_there = Q(activations__released_at=None, activations__installation__host=address)
    by_hand = Q(activations__released_at=None, activations__installation__is_host_proven=False, portal_address=address)
    return (
        licenses.filter(bound_there | by_hand | Q(member_id="", portal_address=address))
        .order_by("-member_id", "pk")
        .first()
    )


def _new(customer_id: int, grant: LicenseTerms, unit: int, now: datetime) -> License:
    is_free = grant.binding_kind == "none"
    return License.objects.create(
        customer_id=customer_id,
        software_id=grant.software_id,
        plan_id=grant.plan_id,
        product_title=grant.product_title,
        plan_name=grant.plan_name,
        binding_kind=grant.binding_kind,
        status=LicenseStatus.ACTIVE if is_free else LicenseStatus.PENDING,
        # One portal needs one license; the customer names the portals of the other units in their account.
        portal_address="" if is_free or unit > 1 else grant.portal_address,
        starts_at=now,
        valid_until=now,
        anchor_at=now,
    )


@transaction.atomic
def take_back_for_invoice(*, invoice: Any) -> list[License]:
    """The money of an invoice went back: so do its periods, and the days that were made of them.

    A license without any is revoked and leaves its portal.
    """
    now = clock.now()
    changed = []
    for license in licenses_of(invoice):
        states.lock(license)
        mine = list(license.periods.filter(invoice_line__invoice=invoice, revoked_at=None))
        if not mine:
            continue
        remaining = periods.take_back(license, mine, now)
        record(license, "taken_back", invoice=invoice.number, months=sum(term.months for term in mine))
        if not remaining:
            _revoke(license, now)
        elif license.status == LicenseStatus.SUSPENDED and not is_disputed_now(license):
            restore(license)
        activations.tell_portal(license, cause=f"refund:{invoice.pk}")
        changed.append(license)
    return changed


@transaction.atomic
def set_disputed(*, invoice: Any, is_disputed: bool) -> list[License]:
    """The buyer's bank asks for the money of an invoice back, or has decided: suspend its licenses, or restore them.

    A suspended license's time stands still, whoever paid for it: what was left of the running period runs on when
    the dispute is won. A lost one stays so here: its licenses remain suspended, unless an appeal is won.
    """
    now = clock.now()
    changed = []
    for license in licenses_of(invoice):
        states.lock(license)
        mine = license.periods.filter(invoice_line__invoice=invoice, revoked_at=None)
        if not mine.exclude(is_disputed=is_disputed).update(is_disputed=is_disputed):
            continue
        if is_disputed:
            if states.apply(license, LicenseStatus.SUSPENDED, table=LICENSE_TRANSITIONS):
                record(license, "suspended", invoice=invoice.number)
                periods.hold(license, now, now)
        elif not is_disputed_now(license):
            restore(license)
        activations.tell_portal(license, cause=f"dispute:{invoice.pk}:{license.events.count()}")
        changed.append(license)
    return changed


def is_disputed_now(license: License) -> bool:
    """Whether a period that counts is disputed."""
    return license.periods.filter(revoked_at=None, is_disputed=True).exists()


def licenses_of(invoice: Any) -> list[License]:
    """Every license that an invoice has a period of, in the order in which they are locked."""
    return list(License.objects.filter(periods__invoice_line__invoice=invoice).distinct().order_by("pk"))


def _revoke(license: License, now: datetime) -> None:
    license.activations.filter(released_at=None).update(released_at=now, release_reason="revoked")
    states.apply(license, LicenseStatus.REVOKED, table=LICENSE_TRANSITIONS, link_problem="")
    record(license, "revoked")


def restore(license: License) -> None:
    """Give a suspended license back its place: active where it was bound, else waiting for its portal again, with as
    many days to find it as a new one has."""
    if license.status != LicenseStatus.SUSPENDED:
        return
    now = clock.now()
    if license.binding_kind == "none":
        states.apply(license, LicenseStatus.ACTIVE, table=LICENSE_TRANSITIONS)
        periods.lay(license, now)
    elif not linking.resume(license):
        activations.release(license, reason="restored")
        states.apply(license, LicenseStatus.PENDING, table=LICENSE_TRANSITIONS)
        periods.hold(license, now, now)
        linking.link(license=license)
    record(license, "restored", status=license.status)
