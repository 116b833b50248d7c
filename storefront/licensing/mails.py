"""Mails about licenses: rows of the outbox, written in the transaction that causes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import TypedDict

from storefront.billing import tax_words
from storefront.billing.links import withdrawal_url
from storefront.billing.models import Invoice, Refund, RefundPayout, RefundRequest
from storefront.billing.refund_mails import RefundMade
from storefront.billing.services import early_starts, sales
from storefront.billing.states import RefundWay
from storefront.licensing import links, subscription_mails
from storefront.licensing.models import License, LicenseEvent
from storefront.licensing.services import withdrawals
from storefront.licensing.states import LicenseStatus, Suspension
from storefront.licensing.subscriptions import receipts
from storefront.licensing.validity import days_left
from storefront.notifications import mails
from storefront.users.services import access_words


class _OfLicense(TypedDict):
    name: str
    license_number: str
    product: str
    plan: str
    account_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenseChanged(mails.LicenseMail):
    """Staff changed the license. ``change``: extended, end_set, suspended, restored, revoked, moved, address_corrected,
    released. ``valid_until`` is None while its time waits; ``suspended_until`` while it is open."""

    change: str
    is_active: bool
    portal_address: str
    valid_until: datetime | None
    suspended_until: datetime | None = None
    time_runs: bool = False


def payment_received(invoice: Invoice, licenses: Sequence[mails.MailLicense]) -> None:
    """The money of an invoice has arrived, and this is what it bought. Once per invoice, and once more if that was not
    its money after all and it is paid anew."""
    customer = invoice.customer
    renewed = receipts.of(invoice)
    make: Callable[..., mails.PaymentReceived] = mails.PaymentReceived
    if renewed:
        make = partial(subscription_mails.RenewalMade, **renewed)
    mail = make(
        name=customer.get_full_name(),
        order_number=invoice.order.number if invoice.order else "",
        invoice_number=invoice.number,
        lines=[
            mails.MailLine(description=line.description, quantity=line.quantity, amount=line.amount)
            for line in invoice.lines.all()
        ],
        total=invoice.amount,
        **tax_words.for_mail(invoice),
        currency=invoice.currency,
        is_free=invoice.amount == 0,
        licenses=list(licenses),
        account_url=links.licenses_url(invoice.language),
        **_withdrawal(invoice),
        early_start=early_starts.text_of(invoice),
        **access_words(customer, language=invoice.language),
    )
    again = f":{times}" if (times := sales.times_sold(invoice)) > 1 else ""
    key = f"payment_received:{invoice.number}{again}"
    mails.enqueue(mail, to=customer.email, language=invoice.language, key=key)


class _Withdrawal(TypedDict):
    withdraw_url: str
    withdraw_until: datetime | None


def _withdrawal(invoice: Invoice) -> _Withdrawal:
    right = withdrawals.of(invoice)
    if right is None or not right.is_possible:
        return {"withdraw_url": "", "withdraw_until": None}
    return {"withdraw_url": withdrawal_url(invoice), "withdraw_until": right.until}


def refund_made(refunds: Sequence[Refund], *, key: str, language: str) -> None:
    """Money of one decision is on its way to the customer, from one or several payments, with what that does to their
    licenses. Once per ``key``."""
    first = refunds[0]
    invoice, customer = invoice_of(first), first.payment.customer
    methods = dict.fromkeys(filter(None, map(_method, refunds)))
    mail = RefundMade(
        name=customer.get_full_name(),
        order_number=invoice.order.number if invoice and invoice.order else "",
        invoice_number=invoice.number if invoice else "",
        currency=first.payment.currency,
        amount=sum((refund.amount for refund in refunds), Decimal(0)),
        method=", ".join(methods),
        way=first.way,
        answer=_answer(first),
        effects=list(dict.fromkeys(effect for refund in refunds for effect in refund.effects)),
        account_url=links.licenses_url(language),
    )
    mails.enqueue(mail, to=customer.email, language=language, key=key)


def invoice_of(refund: Refund) -> Invoice | None:
    """What a refund is about: what it was decided for, or if the provider made it, what its payment was meant for."""
    return refund.invoice or (None if refund.is_ours else refund.payment.invoice)


def _answer(refund: Refund) -> str:
    """What staff said to the request that the refund came of; a payout's was mailed when they did."""
    if not refund.decision or refund.way == RefundWay.BANK:
        return ""
    said = RefundRequest.objects.filter(decision=refund.decision).values_list("answer", flat=True)
    return said.first() or ""


def _method(refund: Refund) -> str:
    if refund.way != RefundWay.BANK:
        return refund.payment.method_label
    payout = RefundPayout.objects.filter(refund=refund).first()
    return f"{payout.holder}, {payout.masked_account}" if payout else ""


def linked(license: License) -> None:
    """The license is active in its portal now. Once per license and portal."""
    mail = mails.LicenseLinked(**_of(license), portal_address=license.portal_address, valid_until=license.valid_until)
    _enqueue(mail, license, key=f"license_linked:{license.public_id}:{license.member_id}")


def not_linked(license: License) -> None:
    """The license cannot be linked to its portal (``link_problem``). Once per license, reason and address."""
    mail = mails.LicenseNotLinked(**_of(license), portal_address=license.portal_address, problem=license.link_problem)
    key = f"license_not_linked:{license.public_id}:{license.link_problem}:{license.portal_address}"[:200]
    _enqueue(mail, license, key=key)


def staff_must_link(license: License) -> None:
    """The portal of a paid license does not answer: staff look into it. Once per license and address."""
    mails.staff_notice(
        key=f"license_unproven:{license.public_id}:{license.portal_address}"[:200],
        subject=f"License {license.number} waits for {license.portal_address}, which does not answer us",
        text=(
            f"The app is installed there, but {license.portal_address} has not answered our questions: its plan may "
            "have no REST, its server may stand in a company's network or have a certificate of its own.\n\n"
            "The license's time stands still for now. Once you have made sure that this Bitrix24 is the customer's, "
            "link the license by hand."
        ),
    )


def ending(license: License, step: int, now: datetime) -> None:
    """The license ends soon. Once per license, end and step (days before it)."""
    mail = mails.LicenseEnding(
        **_of(license),
        portal_address=license.portal_address,
        valid_until=license.valid_until,
        days=days_left(license, now),
        extend_url=links.extend_url(license),
    )
    _enqueue(mail, license, key=f"license_ending:{license.public_id}:{license.valid_until:%Y%m%d%H%M%S}:{step}")


def extended_by_another(license: License, invoice: Invoice) -> None:
    """Somebody else has paid for a period of the customer's license. Once per invoice and license."""
    mail = mails.LicenseExtended(**_of(license), valid_until=license.valid_until)
    _enqueue(mail, license, key=f"license_extended:{invoice.number}:{license.public_id}")


def changed(license: License, change: str, event: LicenseEvent) -> None:
    """Staff changed the license and wants the customer to know. Once per event."""
    mail = LicenseChanged(
        **_of(license),
        change=change,
        is_active=license.status == LicenseStatus.ACTIVE,
        portal_address=license.portal_address,
        valid_until=None if license.begins_by else license.valid_until,
        suspended_until=license.suspended_until,
        time_runs=license.suspension == Suspension.RUNS,
    )
    _enqueue(mail, license, key=f"license_changed:{license.public_id}:{event.pk}")


def _enqueue(mail: mails.Mail, license: License, *, key: str) -> None:
    mails.enqueue(mail, to=license.customer.email, language=license.customer.language, key=key)


def _of(license: License) -> _OfLicense:
    return {
        "name": license.customer.get_full_name(),
        "license_number": license.number,
        "product": license.product_title,
        "plan": license.plan_name,
        "account_url": links.license_url(license),
    }


def staff_must_grant_again(license: License, invoice: Invoice, event: LicenseEvent) -> None:
    """Money came back after a lost dispute: staff give back the periods that ``event`` revoked. Once per event."""
    mails.staff_notice(
        key=f"regained:{license.number}:{event.pk}",
        subject=f"License {license.number}: give days back",
        text=f"The money of invoice {invoice.number} came back after a lost dispute. {event.detail['months']} "
        f"months of license {license.number} were taken back for it: give them to the customer again.",
    )
