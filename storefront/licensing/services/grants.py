"""What the lines of a paid invoice grant. Called inside the transaction that settles the money."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from django.db import transaction

from storefront.billing.models import Invoice, InvoiceLine
from storefront.core import clock, states
from storefront.core.license_terms import LicenseTerms
from storefront.licensing import mails
from storefront.licensing.bindings import binding_of
from storefront.licensing.effects import OrderedLine, mail_license
from storefront.licensing.models import License, LicensePeriod
from storefront.licensing.queries import license_to_extend
from storefront.licensing.services import periods
from storefront.licensing.signals import licenses_granted
from storefront.licensing.states import LicenseStatus
from storefront.users.models import User


@transaction.atomic
def grant_for_invoice(*, invoice: Invoice) -> list[License]:
    """Grant what the lines of a paid invoice promise: one period per unit, on a new or an existing license.

    Idempotent: a unit that was granted already is left alone. Returns the licenses, each once. A license is activated
    here if it can be. One mail tells the payer of the money and of what became of each license; who holds one that
    another has paid for is told apart. Mails and messages to portals are rows in the outbox.
    """
    lock_customer(invoice.customer_id)
    now = clock.now()
    licenses = grant_lines(invoice, now)
    new = [license for license in licenses if license.created_at >= now or _make_final(license)]
    mails.payment_received(invoice, [mail_license(license, invoice) for license in licenses])
    for license in licenses:
        if license.customer_id == invoice.customer_id:
            continue
        mails.extended_by_another(license, invoice)
        if license.linked_at and license.linked_at >= now:
            mails.linked(license)
        elif license.link_problem:
            mails.not_linked(license)
    if new:
        licenses_granted.send(sender=License, invoice=invoice, licenses=new)
    return licenses


def grant_lines(invoice: Invoice, now: datetime) -> list[License]:
    """What every line promises, under the customer's lock; the licenses, each once. Nobody is told."""
    granted: dict[int, License] = {}
    for line in invoice.lines.all():
        for license in _grant_line(invoice, line, now):
            granted[license.pk] = license
    return list(granted.values())


def _make_final(license: License) -> bool:
    """A license that was given before the money is paid for now. Returns whether it was one."""
    if license.provisional_until is None:
        return False
    states.lock(license)
    license.provisional_until = None
    license.save(update_fields=["provisional_until"])
    license.record("provisional_final")
    return True


def lock_customer(customer_id: int) -> None:
    """Grant for one customer at a time, so that two orders for one portal end in one license."""
    User.objects.select_for_update(no_key=True).get(pk=customer_id)


def _grant_line(invoice: Invoice, line: InvoiceLine, now: datetime) -> list[License]:
    terms = line.license_terms
    if terms is None:
        return []
    amounts = OrderedLine(terms, line.quantity, line.net).unit_amounts(invoice.currency)
    return [_grant_unit(invoice, line, unit, terms, amount, now) for unit, amount in enumerate(amounts, start=1)]


def _grant_unit(
    invoice: Invoice, line: InvoiceLine, unit: int, terms: LicenseTerms, amount: Decimal, now: datetime
) -> License:
    granted = LicensePeriod.objects.filter(invoice_line=line, unit=unit).select_related("license").first()
    if granted:
        return granted.license
    existing = license_to_extend(invoice.customer_id, terms, unit)
    license = states.lock(existing) if existing else _create(invoice.customer_id, terms, unit, now)
    period = periods.add(license, line=line, unit=unit, terms=terms, amount=amount, now=now)
    code = "extended" if existing else "granted"
    license.record(code, months=period.months, until=license.valid_until.isoformat())
    binding = binding_of(license.binding_kind)
    if not binding.activate(license, is_quiet=True) and existing:
        binding.publish_status(license, cause=f"term:{period.pk}")
    is_waiting = license.status == LicenseStatus.PENDING and license.begins_by is not None
    if terms.starts_at_payment and is_waiting and not license.link_problem:
        periods.begin(license, now, now)
    return license


def _create(customer_id: int, terms: LicenseTerms, unit: int, now: datetime) -> License:
    """One portal needs one license: customers name the portals of further units in their account."""
    own_fields = binding_of(terms.binding_kind).new_license("" if unit > 1 else terms.portal_address)
    return License.objects.create(
        customer_id=customer_id,
        software_id=terms.software_id,
        plan_id=terms.plan_id,
        product_title=terms.product_title,
        plan_name=terms.plan_name,
        binding_kind=terms.binding_kind,
        starts_at=now,
        valid_until=now,
        anchor_at=now,
        **own_fields,
    )
