"""Signed links that work without a log-in."""

from __future__ import annotations

from datetime import datetime

from django.core import signing
from django.urls import reverse

from storefront.billing.models import Invoice, MethodSetup, PaymentAttempt
from storefront.core.language import absolute_url

_PAY = signing.Signer(sep=".", salt="storefront.billing.pay")
_RETURN = signing.TimestampSigner(sep=".", salt="storefront.billing.return")
_FREE = signing.TimestampSigner(sep=".", salt="storefront.billing.free")
_WITHDRAW = signing.Signer(sep=".", salt="storefront.billing.withdraw")
RETURN_LINK_SECONDS = 7 * 24 * 3600


class _Dated(signing.TimestampSigner):
    """Signs return tokens as of a moment (aware)."""

    def __init__(self, moment: datetime) -> None:
        super().__init__(sep=_RETURN.sep, salt=_RETURN.salt)
        self._moment = moment

    def timestamp(self) -> str:
        return signing.b62_encode(int(self._moment.timestamp()))


def pay_token(invoice: Invoice) -> str:
    """The invoice's one pay token: 128 random bits, signed. The same for ever, dead once paid or void."""
    return _PAY.sign(invoice.public_id)


def read_pay_token(token: str) -> str | None:
    """The public id of the invoice a pay token names, or None for anything we did not sign."""
    try:
        return _PAY.unsign(token)
    except signing.BadSignature:
        return None


def pay_path(invoice: Invoice) -> str:
    """The pay page in the language of the page that links to it."""
    return reverse("pay", kwargs={"token": pay_token(invoice)})


def payer_path(invoice: Invoice) -> str:
    """The page that addresses an unpaid invoice to another payer."""
    return reverse("pay-payer", kwargs={"token": pay_token(invoice)})


def transfer_path(invoice: Invoice) -> str:
    """The page that tells how to pay an invoice by bank transfer, and takes payment proofs."""
    return reverse("pay-transfer", kwargs={"token": pay_token(invoice)})


def pay_url(invoice: Invoice) -> str:
    """The absolute pay link, as it stands in mails, in the invoice's language."""
    return absolute_url("pay", language=invoice.language, token=pay_token(invoice))


def cancel_url(invoice: Invoice) -> str:
    """Where the provider's page leads a buyer who does not pay: the pay page, which says what happened."""
    return f"{pay_url(invoice)}?cancelled=1"


def return_url(attempt: PaymentAttempt) -> str:
    """Where the provider sends the buyer back to: a page that shows and never decides. Good for a week from the
    beginning of the attempt, and the same each time: a request that is repeated under its key must not differ."""
    token = _Dated(attempt.created_at).sign(attempt.public_id)
    return absolute_url("pay-result", language=attempt.invoice.language, token=token)


def read_return_token(token: str) -> str | None:
    """The public id of the payment a return token names, or None if forged or too old."""
    try:
        return _RETURN.unsign(token, max_age=RETURN_LINK_SECONDS)
    except signing.BadSignature:
        return None


def result_path(invoice: Invoice) -> str:
    """The page after an invoice that was paid without a provider's page, or was of zero: the same as after a payment.
    Good for a week."""
    return reverse("pay-result", kwargs={"token": _FREE.sign(invoice.public_id)})


def read_result_token(token: str) -> str | None:
    """The public id of the invoice that a result token names, or None if forged or too old."""
    try:
        return _FREE.unsign(token, max_age=RETURN_LINK_SECONDS)
    except signing.BadSignature:
        return None


def withdrawal_token(invoice: Invoice) -> str:
    """Opens the page on which a consumer withdraws from a contract; how long that is possible, the law says."""
    return _WITHDRAW.sign(invoice.public_id)


def read_withdrawal_token(token: str) -> str | None:
    """The public id of the invoice that a token names, or None for anything we did not sign."""
    try:
        return _WITHDRAW.unsign(token)
    except signing.BadSignature:
        return None


def withdrawal_path(invoice: Invoice) -> str:
    return reverse("contract-withdrawal", kwargs={"token": withdrawal_token(invoice)})


def withdrawal_url(invoice: Invoice, language: str = "") -> str:
    """The same, absolute, in ``language``, by default the invoice's."""
    return absolute_url("contract-withdrawal", language=language or invoice.language, token=withdrawal_token(invoice))


def next_path(invoice: Invoice) -> str:
    """Where a buyer goes on after placing the order: to the pay page, or straight to the result if nothing is to be
    paid."""
    return result_path(invoice) if invoice.amount == 0 else pay_path(invoice)


def methods_url(language: str) -> str:
    """The customer's saved methods."""
    return absolute_url("account-methods", language=language)


def setup_return_url(setup: MethodSetup) -> str:
    """Where a customer comes back to who has saved a method at a provider; it asks for a log-in."""
    return absolute_url("account-method-added", language=setup.language, public_id=setup.public_id)
