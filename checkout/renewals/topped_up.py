"""Renewals that the personal account could not pay: tried again at once when it has enough, not on the plan's next
day. One that was given up is not: its customer was told that nothing is charged any more."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Exists, OuterRef, Subquery

from checkout.renewals import announcing, mails
from storefront.billing.models import Invoice, LedgerEntry
from storefront.billing.models.ledger import AccountKind
from storefront.billing.personal_account import balances
from storefront.billing.services import part_payments
from storefront.billing.states import InvoiceStatus
from storefront.licensing.models import Renewal, RenewalTry
from storefront.licensing.states import PaysFrom, RenewalStatus, SubscriptionStatus
from storefront.licensing.subscriptions import changing

_BATCH = 200
_WAITING = (RenewalStatus.CHARGING, RenewalStatus.NEEDS_BUYER)


def try_again() -> int:
    """A worker's job. Money that came since the last try is a reason to look, enough of it to try. Returns how many
    renewals are tried."""
    last = RenewalTry.objects.filter(renewal=OuterRef("pk"), source=PaysFrom.ACCOUNT).order_by("-number")
    came = LedgerEntry.objects.filter(
        account__kind=AccountKind.CUSTOMER,
        account__customer=OuterRef("license__customer"),
        account__currency=OuterRef("currency"),
        amount__gt=0,
        created_at__gte=OuterRef("last_refused_at"),
    )
    rows = (
        Renewal.objects.filter(status__in=_WAITING, subscription__status=SubscriptionStatus.ACTIVE)
        .annotate(
            last_code=Subquery(last.values("code")[:1]),
            last_refused_at=Subquery(last.values("ended_at")[:1]),
        )
        .filter(last_code=mails.NOT_ENOUGH, invoice__status=InvoiceStatus.OPEN)
        .filter(Exists(came))
        .select_related("license", "subscription", "invoice")
    )
    return sum(_try(row) for row in rows.order_by("pk")[:_BATCH])


def _try(renewal: Renewal) -> bool:
    with transaction.atomic():
        subscription, row = announcing.lock(renewal)
        invoice = row.invoice
        if row.status not in _WAITING or subscription.status != SubscriptionStatus.ACTIVE or invoice is None:
            return False
        if not _covers(invoice):
            return False
        return changing.try_from_account(row)


def _covers(invoice: Invoice) -> bool:
    return balances.spendable(invoice.customer, invoice.currency) >= part_payments.due(invoice)
