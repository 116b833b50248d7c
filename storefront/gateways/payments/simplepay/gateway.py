"""The SimplePay gateway: one transaction with a page of its own per payment attempt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from storefront.gateways.errors import ConfigurationError, Declined, KeySpent, NotFound, Unavailable
from storefront.gateways.http import HttpClient
from storefront.gateways.payments.base import (
    Feature,
    PaymentGateway,
    PaymentSnapshot,
    ProviderEvent,
    RemoteState,
    StartedPayment,
    StartRequest,
)
from storefront.gateways.payments.diagnosis import Diagnosis
from storefront.gateways.payments.listing import UnreadableCharge
from storefront.gateways.payments.refunds import RefundRequest, RefundSnapshot, RefundState
from storefront.gateways.payments.simplepay import accounts as accounts_
from storefront.gateways.payments.simplepay import diagnosis, ipn
from storefront.gateways.payments.simplepay.api import EXISTS, Api, stamp
from storefront.gateways.payments.simplepay.limits import limits, written
from storefront.gateways.payments.simplepay.snapshots import REASONS, Reference, is_ours, reference, snapshot
from storefront.gateways.receipts import Receipt

LIVE = "https://secure.simplepay.hu"
#: Of its pages; any other one reads English.
LANGUAGES = frozenset("AR BG CS DE EN ES FR IT HR HU PL RO RU SK TR ZH".split())
#: bytes; some hundred transactions with their details
LARGEST_ANSWER = 8 * 1024 * 1024


class Gateway(PaymentGateway):
    """SimplePay of OTP, cards on its own page.

    ``provider_reference`` is the ``orderRef`` that we give a transaction, ``charge_reference`` SimplePay's number.

    It saves no method here. SimplePay gives tokens when a payment starts, at most 24, of which each pays once, up to a
    largest sum and a last day within two years that are fixed beforehand, and it tells them in that one answer alone: a
    lost answer loses them, and a renewal at a changed price or of the third year would not be paid.

    Args:
        accounts: ``CURRENCY:MERCHANT:KEY`` each, see ``accounts.read``.
        api_base: ``https://secure.simplepay.hu``; of any other origin no money is real.
        timeouts: seconds to connect, and to wait for an answer.

    Raises ``ConfigurationError`` if an account cannot be read; calls raise it where the API is not asked over https.
    """

    name = "simplepay"
    verbose_name = "SimplePay (OTP)"
    buyer_name = company = "SimplePay"
    #: SimplePay's own default is half an hour; a page that cannot be closed must not stay open for long.
    page_lifetime = timedelta(minutes=30)
    key_lifetime = timedelta(minutes=30)
    supports = frozenset({Feature.REFUND})
    repeats_refunds = False  # a refund has no key there
    keeps_refund_keys = False
    decline_reasons = REASONS
    day_zone = "Europe/Budapest"

    def __init__(
        self,
        *,
        accounts: Sequence[str],
        api_base: str = LIVE,
        timeouts: tuple[float, float] = (3.0, 8.0),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        base = api_base.rstrip("/")
        self.is_live = base == LIVE
        connect, read = timeouts
        http = HttpClient(
            connect_timeout=connect, read_timeout=read, total_timeout=connect + read, max_body=LARGEST_ANSWER,
            allow_loopback=not self.is_live,
        )  # fmt: skip
        self._accounts = accounts_.read(accounts)
        self._apis = {currency: Api(account, http=http, base=base) for currency, account in self._accounts.items()}
        self.limits = limits(self._accounts)
        self._clock = clock
        page = urlsplit(base)
        # The page is of another host, and leads on to those of banks.
        self.redirect_origins = ("https:",) if page.scheme == "https" else (f"{page.scheme}://{page.netloc}",)

    def start(self, request: StartRequest) -> StartedPayment:
        """Open a transaction. A second call under one key raises ``KeySpent``: SimplePay does not tell the address of
        its page again."""
        if problem := self.limits.problem(request.amount, request.currency):
            raise Declined(f"{request.amount} {request.currency} cannot be charged", code=f"amount_{problem.code}")
        if request.lines and sum(line.amount for line in request.lines) != request.amount:
            raise Declined("the lines do not add up to the amount", code="invalid_amount")
        if not self.limits.takes_email(request.customer_email):
            raise Declined("SimplePay needs the buyer's e-mail address", code="email_missing")
        carried = Reference(request.our_reference, request.currency)
        reference(str(carried))
        try:
            answer = self._apis[request.currency].call("start", _opening(request, carried))
        except Declined as refusal:
            if refusal.code == EXISTS:
                raise KeySpent("SimplePay has a transaction of this orderRef", code=EXISTS) from refusal
            raise
        address = answer.get("paymentUrl")
        if answer.get("orderRef") != str(carried) or not self._is_page(address):
            raise Unavailable("a transaction without its page", code="unreadable_answer")
        return StartedPayment(str(carried), str(address), request.expires_at)

    def fetch(
        self, provider_reference: str, *, look_for_disputes: bool = False, look_for_refunds: bool = False
    ) -> PaymentSnapshot:
        """SimplePay tells of no dispute; refunds come with every answer."""
        carried = reference(provider_reference)
        api = self._api_of(carried.currency)
        found = [
            each for each in api.transactions({"orderRefs": [str(carried)]}) if each.get("orderRef") == str(carried)
        ]
        if not found:
            raise NotFound("SimplePay does not know this orderRef")
        return snapshot(found[0], is_live=self.is_live, merchant=api.account.merchant)

    def cancel(self, provider_reference: str) -> PaymentSnapshot:
        """Close the page. One that SimplePay does not close counts as closed, as it closes by itself soon; money that
        comes by it all the same is found."""
        found = self.fetch(provider_reference)
        if found.state is not RemoteState.OPEN:
            return found
        carried = reference(provider_reference)
        try:
            asked = {"orderRef": str(carried), "currency": carried.currency}
            self._api_of(carried.currency).call("transactionCancel", asked)
        except Declined:
            pass  # paid, or on its way
        except Unavailable as exc:
            if exc.code != "http_404":  # an account without this call
                raise
        found = self.fetch(provider_reference)
        return replace(found, state=RemoteState.EXPIRED) if found.state is RemoteState.OPEN else found

    def refund(self, request: RefundRequest) -> RefundSnapshot:
        """Raises ``Declined`` for more than is left, an unpaid transaction, another currency; ``Unavailable`` also for
        one that was taken and is not listed yet."""
        payment = self.fetch(request.provider_reference)
        left = payment.amount - (payment.amount_refunded or 0)
        problem = self.limits.problem(request.amount, request.currency)
        if problem or payment.currency != request.currency or not 0 < request.amount <= left:
            raise Declined("this cannot be refunded", code="amount")
        if payment.state is not RemoteState.SUCCEEDED:
            raise Declined("nothing was paid", code="not_paid")
        carried = reference(request.provider_reference)
        total = written(request.amount, request.currency)
        asked = {"orderRef": str(carried), "currency": carried.currency, "refundTotal": total}
        number = str(self._api_of(carried.currency).call("refund", asked).get("refundTransactionId") or "")
        number = number or self._new_refund(payment, request)
        return RefundSnapshot(number, RefundState.SUCCEEDED, request.amount, request.currency, request.idempotency_key)

    def _new_refund(self, before: PaymentSnapshot, request: RefundRequest) -> str:
        """The number of a refund that was taken just now, where the answer does not name it."""
        known = {each.refund_reference for each in before.refunds or ()}
        for each in self.fetch(request.provider_reference).refunds or ():
            if each.refund_reference not in known and each.amount == request.amount:
                return each.refund_reference
        raise Unavailable("SimplePay does not list the refund", code="refund_not_listed")

    def find_recent(self, *, since: datetime) -> Sequence[PaymentSnapshot | UnreadableCharge]:
        """Those whose ``orderRef`` is one of ours: others may use the account as well."""
        until = self._clock() + timedelta(minutes=1)
        listed: list[PaymentSnapshot | UnreadableCharge] = []
        for api in self._apis.values() if since < until else ():
            for each in api.begun(since, until):
                if not is_ours(each.get("orderRef")):
                    continue
                try:
                    listed.append(snapshot(each, is_live=self.is_live, merchant=api.account.merchant))
                except Unavailable:  # the others go on
                    listed.append(UnreadableCharge(str(each["orderRef"]), str(each.get("transactionId") or "")[:40]))
        return listed

    def diagnose(self, *, webhook_url: str, is_thorough: bool = True) -> Sequence[Diagnosis]:
        apis = [*self._apis.values()]
        return [*diagnosis.diagnose(apis, is_live=self.is_live, webhook_url=webhook_url, now=self._clock())]

    def parse_webhook(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> ProviderEvent:
        return ipn.parse(body, headers, [*self._accounts.values()], is_live=self.is_live)

    def receipt(self, body: bytes, *, now: datetime) -> Receipt:
        return ipn.receipt(body, [*self._accounts.values()], now=now)

    def _api_of(self, currency: str) -> Api:
        if currency not in self._apis:
            raise ConfigurationError(f"no account at SimplePay for {currency}")
        return self._apis[currency]

    def _is_page(self, address: object) -> bool:
        return isinstance(address, str) and address.startswith(self.redirect_origins) and len(address) < 1000


def _opening(request: StartRequest, carried: Reference) -> dict[str, Any]:
    language = request.language.partition("-")[0].upper()
    return {
        "orderRef": str(carried),
        "currency": request.currency,
        "customerEmail": request.customer_email,
        "language": language if language in LANGUAGES else "EN",
        "methods": ["CARD"],
        "total": written(request.amount, request.currency),
        "timeout": stamp(request.expires_at),
        "url": request.return_url,
    }
