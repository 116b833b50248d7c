"""What customers and staff are told of renewals: rows of the outbox, in the transaction that causes them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, TypedDict

from django.utils import translation
from django.utils.translation import gettext as _

from checkout.renewals import moved_prices
from checkout.renewals.quotes import Quote
from storefront.billing.links import pay_url
from storefront.billing.models import InvoiceLine, PaymentAttempt
from storefront.billing.status import decline_in_words, failure_reason
from storefront.core import clock
from storefront.core.instants import days_between
from storefront.core.language import nearest_language
from storefront.licensing import subscription_mails
from storefront.licensing.models import LicensePeriod, Renewal, RenewalTry
from storefront.licensing.subscriptions.labels import labels_of
from storefront.licensing.validity import grace
from storefront.notifications import addresses
from storefront.notifications import mails as outgoing
from storefront.users.models import User

#: ``RenewalTry.code`` where nothing was asked of a provider.
NOT_ENOUGH, NO_METHOD, CARD_TRIED, NOT_ALLOWED = "not_enough", "no_method", "card_tried", "not_allowed"
_HELD = {
    "notice_lost": "the notice to the customer came back or could not be sent. Correct the address with the customer.",
    "no_tax_rate": "the table of tax rates lacks the rate of the payer's country.",
    "not_sold": "this license type is not sold for that period any more. Offer the customer another one.",
    "nothing_to_pay": "it costs nothing at today's price.",
}


class _Charge(TypedDict):
    currency: str
    amount: Decimal
    months: int
    method: str
    fallback: str | None


def coming(row: Renewal, quote: Quote) -> None:
    """The notice before the charge, under ``row.notice_key``."""
    days = max(days_between(clock.now(), row.due_at), 0)
    before = _before(row)
    mail = subscription_mails.RenewalComing(
        **subscription_mails.of(row.license, row.subscription.public_id), **_charge(row),
        days=days, renews_at=max(row.due_at, clock.now()), old_amount=before.amount if before else None,
        change=_change(row, before, quote),
    )  # fmt: skip
    _enqueue(mail, row, key=row.notice_key)


def needs_consent(row: Renewal) -> None:
    """The price is above the agreed one."""
    mail = subscription_mails.RenewalNeedsConsent(
        **subscription_mails.of(row.license, row.subscription.public_id), **_charge(row),
        agreed=row.subscription.agreed_total, renews_at=row.due_at,
    )  # fmt: skip
    _enqueue(mail, row, key=f"renewal_consent:{row.public_id}:{row.notices}")


def refused(row: Renewal, tried: RenewalTry | None, *, code: str, next_try_at: datetime | None, is_last: bool) -> None:
    """A charge was refused; ``is_last``: that was the last try. Once per try."""
    invoice = row.invoice
    if invoice is None:
        raise ValueError("nothing was charged")
    told: dict[str, Any] = {
        **subscription_mails.of(row.license, row.subscription.public_id),
        **_charge(row),
        "amount": invoice.amount,
        "reason": _reason(row, tried, code),
        "valid_until": row.license.valid_until,
        "works_until": row.license.valid_until + grace(),
        "pay_url": pay_url(invoice),
    }
    if tried is not None:
        told |= {"method": tried.label, "fallback": None}
    mail = (
        subscription_mails.RenewalGivenUp(**told)
        if is_last
        else subscription_mails.RenewalFailed(**told, next_try_at=next_try_at)
    )
    number = tried.number if tried else 0
    _enqueue(mail, row, key=f"renewal_refused:{row.public_id}:{row.round}:{number}:{code}"[:200])


def card_expiring(row: Renewal, label: str, expires_on: Any, step: int) -> None:
    """The card is good no more when the renewal is due."""
    told = _charge(row) | {"method": label}
    mail = subscription_mails.CardExpiring(
        **subscription_mails.of(row.license, row.subscription.public_id),
        **told,  # type: ignore[arg-type]
        expires_on=expires_on,
        renews_at=row.due_at,
    )
    _enqueue(mail, row, key=f"card_expiring:{row.public_id}:{row.round}:{step}:{expires_on}")


def tell_staff_held(row: Renewal) -> None:
    """A renewal waits for staff. Once per renewal and reason."""
    outgoing.staff_notice(
        key=f"renewal_held:{row.public_id}:{row.notices}:{row.problem}",
        subject=f"The renewal of license {row.license.number} waits",
        text=(
            f"Nothing is charged: {_HELD.get(row.problem, row.problem)}\n\n"
            f"The license ends on {row.extends_from:%d %B %Y}."
        ),
    )


def tell_staff_refused(row: Renewal, code: str) -> None:
    """A charge was refused for something on our side, or as suspicious."""
    outgoing.staff_notice(
        key=f"renewal_ours:{row.public_id}:{row.round}:{code}"[:200],
        subject=f"The renewal of license {row.license.number} was refused: {code}",
        text=(
            f"The provider refused the charge for a reason that trying again does not cure ({code}). It is not tried "
            "again; the customer has the pay link.\n\nThe invoice is "
            f"{row.invoice.number if row.invoice else 'not issued'}."
        ),
    )


def takes_mail(customer: User) -> bool:
    """Whether mails are not known to come back from their address."""
    known = addresses.find(customer.email)
    return known is None or not known.is_bounced


def _charge(row: Renewal) -> _Charge:
    first, second = labels_of(row.subscription)
    return {
        "currency": row.currency,
        "amount": row.total or Decimal(0),
        "months": row.months,
        "method": first,
        "fallback": second,
    }


def _before(row: Renewal) -> InvoiceLine | None:
    """The line that paid the period before, where that was another sum for as long a period."""
    periods = LicensePeriod.objects.filter(license=row.license, revoked_at=None, months=row.months)
    last = periods.exclude(invoice_line=None).select_related("invoice_line__invoice").order_by("-pk").first()
    line = last.invoice_line if last else None
    if line is None or line.quantity != 1 or line.invoice.currency != row.currency:
        return None
    return line if line.amount != row.total else None


def _change(row: Renewal, before: InvoiceLine | None, quote: Quote) -> str:
    if before is None:
        return ""
    with translation.override(nearest_language(row.license.customer.language)):
        return moved_prices.why(before, quote)


def _reason(row: Renewal, tried: RenewalTry | None, code: str) -> str:
    """Why and what helps, in the customer's language; never what hints at fraud."""
    with translation.override(nearest_language(row.license.customer.language)):
        if code == NOT_ENOUGH:
            return _("There is not enough money on it.")
        if code in (NO_METHOD, NOT_ALLOWED):
            return _("There is no saved method that may be charged for it any more.")
        if code == CARD_TRIED:
            return _("The card was refused too often lately, and is not asked any more for now.")
        attempt = tried.attempt if tried else None
        if attempt is None:
            return _("It could not be charged.")
        return failure_reason(attempt) if attempt.provider_reference else _declined(attempt)


def _declined(attempt: PaymentAttempt) -> str:
    return decline_in_words(attempt.gateway, attempt.failure_code)


def _enqueue(mail: outgoing.Mail, row: Renewal, *, key: str) -> None:
    customer = row.license.customer
    outgoing.enqueue(mail, to=customer.email, language=customer.language, key=key)
