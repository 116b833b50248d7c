"""Beginning to renew a license by itself: with a payment, or later on the license."""

from __future__ import annotations

from django.db import transaction

from storefront.billing.models import Invoice, InvoiceLine, SavedMethod
from storefront.billing.models.saved_methods import CHARGEABLE
from storefront.billing.saved_methods import mandates
from storefront.core import clock, states
from storefront.licensing.models import License, LicensePeriod, Subscription
from storefront.licensing.states import LicenseStatus, PaysFrom, SubscriptionStatus
from storefront.licensing.subscriptions import consents, planning, telling
from storefront.licensing.subscriptions.consents import Agreed
from storefront.licensing.subscriptions.errors import CannotRenew, MethodGone, RenewsAlready
from storefront.users.models import User

#: ``Subscription.stopped_by`` where the payment came without it.
UNUSED = "unused"


def start(*, license: License, agreed: Agreed, method: SavedMethod | None = None) -> Subscription:
    """Turn it on for a license of the customer's, who has agreed to it just now. ``method``: the saved one that pays.

    A method that has still to be saved: ``prepare_for`` first, and its terms to the page where that is done.
    Raises CannotRenew, RenewsAlready, MethodGone.
    """
    with transaction.atomic():
        license = _lock(license)
        check_method(license.customer, agreed, method)
        subscription = _new(license.customer, agreed, license=license)
        consents.write(subscription, agreed, method)
        _activate(subscription)
    return subscription


def prepare_for(*, license: License, agreed: Agreed) -> Subscription:
    """As ``start``, where the method is saved on a page of the provider's: it begins once that has been done. Give
    ``consents.terms_of`` to that page."""
    with transaction.atomic():
        license = _lock(license)
        subscription = _new(license.customer, agreed, license=license)
        consents.write(subscription, agreed, None)
    return subscription


def prepare(*, line: InvoiceLine, agreed: Agreed) -> Subscription:
    """For a line of an unpaid invoice: it begins once the invoice is paid and the method saved. Asked again, what is
    agreed to now counts. Needs a transaction with the customer's lock."""
    waiting = Subscription.objects.filter(invoice_line=line, status=SubscriptionStatus.WAITING).first()
    if waiting is None:
        waiting = _new(line.invoice.customer, agreed, line=line)
    else:
        _take_over(waiting, agreed)
    consents.write(waiting, agreed, None)
    return waiting


def drop_waiting(invoice: Invoice, *, but: list[int] | None = None) -> int:
    """The customer pays without them. ``but``: primary keys of lines that stay. Needs a transaction with the customer's
    lock. Returns how many were dropped."""
    rows = Subscription.objects.filter(invoice_line__invoice=invoice, status=SubscriptionStatus.WAITING)
    return sum(_drop(row) for row in rows.exclude(invoice_line__in=but or []))


def granted(invoice: Invoice) -> None:
    """The invoice is paid and its licenses are granted: what was agreed to with it begins. In that transaction."""
    rows = Subscription.objects.filter(invoice_line__invoice=invoice, status=SubscriptionStatus.WAITING)
    for subscription in rows.order_by("pk"):
        period = LicensePeriod.objects.filter(invoice_line=subscription.invoice_line_id, unit=1, revoked_at=None)
        license = getattr(period.select_related("license").first(), "license", None)
        if license is None or license.customer_id != subscription.customer_id or _renews(license):
            _drop(subscription)
            continue
        subscription.license = license
        subscription.save(update_fields=["license"])
        activate_if_complete(subscription)


def follow_method(method: SavedMethod) -> list[Subscription]:
    """A provider has saved a method: what waited for it begins. In that transaction. Returns those that it pays now,
    whether they began before or just now."""
    subjects = method.mandates.filter(ended_at=None, subject__startswith=consents.PREFIX).values_list(
        "subject", flat=True
    )
    ids = [subject.removeprefix(consents.PREFIX) for subject in subjects]
    found = []
    for subscription in Subscription.objects.filter(public_id__in=ids).order_by("pk"):
        if subscription.status == SubscriptionStatus.ACTIVE:
            _take_over_terms(subscription)
        else:
            activate_if_complete(subscription)
        if subscription.status == SubscriptionStatus.ACTIVE:
            found.append(subscription)
    return found


def _take_over_terms(subscription: Subscription) -> None:
    """What the customer agreed to when they saved another method for it."""
    mandate = consents.of_method(subscription).first()
    if mandate is None or mandate.amount_limit is None:
        return
    subscription.agreed_total, subscription.agreed_at = mandate.amount_limit, mandate.agreed_at
    if PaysFrom.METHOD not in subscription.sources:
        subscription.pays_from, subscription.fallback = PaysFrom.METHOD, ""
        for before in consents.of_account(subscription):
            mandates.end(before, by=mandates.REPLACED)
    subscription.save(update_fields=["agreed_total", "agreed_at", "pays_from", "fallback"])


def activate_if_complete(subscription: Subscription) -> bool:
    """Begin one that waits, if it has its license and what it is paid from. One whose invoice was paid with something
    that is not saved is dropped."""
    if subscription.status != SubscriptionStatus.WAITING or subscription.license is None:
        return False
    if consents.is_complete(subscription):
        _activate(subscription)
        return True
    if not consents.being_saved(subscription).exists():
        _drop(subscription)
    return False


def check_method(customer: User, agreed: Agreed, method: SavedMethod | None) -> None:
    """Raise MethodGone unless the method that the customer chose may be charged. Under their lock."""
    if PaysFrom.METHOD not in agreed.sources:
        return
    if method is None or method.customer_id != customer.pk or states.lock(method).status not in CHARGEABLE:
        raise MethodGone


def _lock(license: License) -> License:
    states.lock(User(pk=license.customer_id))
    license = states.lock(license)
    if license.status in (LicenseStatus.REVOKED, LicenseStatus.SUSPENDED):
        raise CannotRenew
    waiting = Subscription.objects.filter(license=license, status=SubscriptionStatus.WAITING)
    for row in waiting:  # of a page that was left
        _drop(row)
    if _renews(license):
        raise RenewsAlready
    return license


def _renews(license: License) -> bool:
    return Subscription.objects.filter(license=license).exclude(status=SubscriptionStatus.STOPPED).exists()


def _new(
    customer: User, agreed: Agreed, *, license: License | None = None, line: InvoiceLine | None = None
) -> Subscription:
    return Subscription.objects.create(
        customer=customer,
        license=license,
        invoice_line=line,
        months=agreed.months,
        currency=agreed.currency,
        agreed_total=agreed.total,
        pays_from=agreed.pays_from,
        fallback=agreed.fallback,
        language=agreed.language,
    )


def _take_over(subscription: Subscription, agreed: Agreed) -> None:
    subscription.months, subscription.currency = agreed.months, agreed.currency
    subscription.agreed_total, subscription.agreed_at = agreed.total, clock.now()
    subscription.pays_from, subscription.fallback = agreed.pays_from, agreed.fallback
    subscription.language = agreed.language
    subscription.save()


def _activate(subscription: Subscription) -> None:
    subscription.status = SubscriptionStatus.ACTIVE
    subscription.save(update_fields=["status"])
    planning.plan_locked(subscription)
    telling.turned_on(subscription)


def _drop(subscription: Subscription) -> int:
    subscription.status, subscription.stopped_by = SubscriptionStatus.STOPPED, UNUSED
    subscription.stopped_at = clock.now()
    subscription.save(update_fields=["status", "stopped_by", "stopped_at"])
    consents.end(subscription, by=mandates.UNUSED)
    return 1
