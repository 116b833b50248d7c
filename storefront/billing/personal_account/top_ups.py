"""Adding funds: an invoice of its own kind, which names no service. Paid, its money stays on the personal account."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from storefront.billing.errors import BillingError
from storefront.billing.models import Invoice, Seller
from storefront.billing.models.account_settings import limit_in
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import invoices, taxation
from storefront.billing.services.invoices import NewLine
from storefront.billing.states import InvoiceKind, InvoiceStatus
from storefront.core import clock, money, states
from storefront.core.instants import day_of
from storefront.core.money import MoneySum
from storefront.users.models import User

#: The same amount for the same payer is the same wish for so long: a form sent twice issues one invoice.
SAME_WISH = timedelta(hours=1)
_NOTHING = Decimal(0)


class AmountRefused(BillingError):
    """The amount is outside the seller's limits; the message says which."""


class NotOffered(BillingError):
    """The seller takes no advance payments."""

    @property
    def message(self) -> str:  # type: ignore[override]
        return _("Funds cannot be added at the moment.")


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be added in one currency, major units; None: no limit."""

    smallest: Decimal
    largest: Decimal | None
    a_day: Decimal | None


def is_offered() -> bool:
    """Whether customers may add funds. One query."""
    seller = _seller()
    return seller is None or seller.takes_advance_payments


def limits_in(currency: str) -> Limits:
    """One query."""
    seller = _seller()
    unit = money.minor_unit(currency)
    if seller is None:
        return Limits(unit, None, None)
    smallest = limit_in(currency, seller.top_up_smallest)
    return Limits(smallest or unit, limit_in(currency, seller.top_up_largest), limit_in(currency, seller.top_up_a_day))


def issue(*, customer: User, amount: Decimal, currency: str, payer: PayerDetails, language: str) -> Invoice:
    """The invoice for an advance payment, open; the one of just before where it is the same wish.

    ``amount``: major units. Locks the customer, so that the limit of a day holds for two tabs. Raises NotOffered,
    AmountRefused.
    """
    with transaction.atomic():
        customer = states.lock(User(pk=customer.pk))
        if not is_offered():
            raise NotOffered
        if same := _same(customer, amount, currency, _printed(payer, customer)):
            return same
        _check(customer, amount, currency)
        return write(customer=customer, amount=amount, currency=currency, payer=payer, language=language)


def write(*, customer: User, amount: Decimal, currency: str, payer: PayerDetails, language: str) -> Invoice:
    """A new invoice for an advance payment, whatever was issued before. The caller has checked the amount and holds
    the customer's lock."""
    details = _printed(payer, customer)
    with translation.override(language):
        line = NewLine(description=_("Advance payment"), amount=amount, list_amount=amount)
    return invoices.issue(
        customer=customer,
        order=None,
        currency=currency,
        payer=details,
        lines=[line],
        language=language,
        kind=InvoiceKind.ADVANCE_PAYMENT,
        tax_decision=taxation.decide_for_advance(payer=details),
    )


def _printed(payer: PayerDetails, customer: User) -> dict[str, str]:
    """The payer on the invoice; the e-mail, which the provider's page would ask for, is the customer's."""
    return replace(payer, email=customer.email).to_json()


def _seller() -> Seller | None:
    return Seller.objects.filter(is_default=True).order_by("-pk").first()


def _same(customer: User, amount: Decimal, currency: str, payer: dict[str, str]) -> Invoice | None:
    wishes = _advances(customer, currency).filter(
        status=InvoiceStatus.OPEN, amount=amount, issued_at__gt=clock.now() - SAME_WISH
    )
    return next((each for each in wishes if each.payer == payer), None)


def _check(customer: User, amount: Decimal, currency: str) -> None:
    limits = limits_in(currency)
    if not money.is_exact(amount, currency) or amount < limits.smallest:
        text = _("Add %(amount)s or more.")
        raise AmountRefused(text % {"amount": money.display(limits.smallest, currency)})
    if limits.largest is not None and amount > limits.largest:
        text = _("Add %(amount)s at most.")
        raise AmountRefused(text % {"amount": money.display(limits.largest, currency)})
    if limits.a_day is None:
        return
    left = max(_NOTHING, limits.a_day - _added_today(customer, currency))
    if amount > left:
        text = _("%(limit)s can be added a day; %(left)s of it are left today.")
        words = {"limit": money.display(limits.a_day, currency), "left": money.display(left, currency)}
        raise AmountRefused(text % words)


def _added_today(customer: User, currency: str) -> Decimal:
    """What invoices of today ask for or have brought."""
    now = clock.now()
    recent = _advances(customer, currency).exclude(status=InvoiceStatus.VOID).filter(
        issued_at__gt=now - timedelta(days=2)
    )  # fmt: skip
    today = [each.pk for each in recent if day_of(each.issued_at) == day_of(now)]
    total: Decimal = Invoice.objects.filter(pk__in=today).aggregate(sum=MoneySum("amount"))["sum"] or _NOTHING
    return total


def _advances(customer: User, currency: str) -> QuerySet[Invoice]:
    return Invoice.objects.filter(customer=customer, currency=currency, kind=InvoiceKind.ADVANCE_PAYMENT)
