"""The YooKassa gateway: one payment with a page of YooKassa's per attempt, money taken at once."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from storefront.gateways.errors import (
    ConfigurationError,
    Declined,
    InvalidSignature,
    MissingRight,
    NotFound,
    Unavailable,
)
from storefront.gateways.http import HttpClient
from storefront.gateways.payments.base import (
    EventKind,
    Feature,
    PaymentGateway,
    PaymentSnapshot,
    ProviderEvent,
    RemoteState,
    StartedPayment,
    StartRequest,
)
from storefront.gateways.payments.diagnosis import Diagnosis, gettext_noop
from storefront.gateways.payments.listing import UnreadableCharge
from storefront.gateways.payments.refunds import RefundRequest, RefundSnapshot
from storefront.gateways.payments.yookassa import diagnosis, notices, payments, refunds
from storefront.gateways.payments.yookassa.amounts import LIMITS
from storefront.gateways.payments.yookassa.client import Client, Object, readable
from storefront.gateways.payments.yookassa.declines import DECLINES, REFUSALS
from storefront.gateways.payments.yookassa.receipts import ReceiptRules, receipt
from storefront.gateways.payments.yookassa.saving import Saving, check

logger = logging.getLogger(__name__)

#: bytes; a hundred payments with all their details
LARGEST_ANSWER = 4 * 1024 * 1024
CABINET = "https://yookassa.ru/my/payments?search="


class Gateway(Saving, PaymentGateway):
    """Hosted page ("smart payment"): the buyer chooses there how to pay.

    ``provider_reference`` and ``charge_reference`` are both YooKassa's id of the payment. A page cannot be withdrawn:
    it closes after an hour, and money that comes by it all the same is found.

    Args:
        shop_id: of the account; ``secret_key``: its API key, whose beginning tells the mode (``live_``, ``test_``).
        receipts: send receipts by 54-FZ with payments and refunds; the arguments that follow are those of
            ``ReceiptRules``.
        timeouts: seconds to connect, and to wait for an answer.

    Raises ``ConfigurationError`` if something is missing, or real money would travel unencrypted.
    """

    name = "yookassa"
    verbose_name = company = "YooKassa"
    buyer_name = gettext_noop("Card, SBP or wallet by YooKassa")
    limits = LIMITS
    page_lifetime = payments.LIFE
    #: YooKassa remembers a key for 24 hours.
    key_lifetime = timedelta(hours=23)
    supports = frozenset({Feature.REFUND, Feature.SAVED_METHOD, Feature.METHOD_SETUP})
    decline_reasons = DECLINES
    refusal_classes = REFUSALS

    def __init__(
        self,
        *,
        shop_id: str,
        secret_key: str,
        api_base: str = "https://api.yookassa.ru",
        receipts: bool = False,
        vat_codes: Mapping[str, int] | None = None,
        tax_system: int | None = None,
        payment_subject: str = "service",
        payment_mode: str = "full_payment",
        timeouts: tuple[float, float] = (3.0, 10.0),
    ) -> None:
        if not shop_id.strip() or not secret_key.startswith(("live_", "test_")):
            raise ConfigurationError("YooKassa's shop id or secret key (live_..., test_...) is missing")
        self.is_live = secret_key.startswith("live_")
        if self.is_live and not api_base.startswith("https://"):
            raise ConfigurationError("YooKassa is only ever asked over https where money is real")
        self._rules = ReceiptRules(vat_codes or {}, tax_system, payment_subject, payment_mode) if receipts else None
        connect, read = timeouts
        http = HttpClient(
            connect_timeout=connect, read_timeout=read, total_timeout=connect + read, max_body=LARGEST_ANSWER,
            allow_loopback=not self.is_live,
        )  # fmt: skip
        self._client = Client(http, base=f"{api_base.rstrip('/')}/v3", shop_id=shop_id, secret_key=secret_key)
        parts = urlsplit(api_base)
        # The page leads on to those of banks.
        self.redirect_origins = ("https:",) if parts.scheme == "https" else (f"{parts.scheme}://{parts.netloc}",)

    def start(self, request: StartRequest) -> StartedPayment:
        """Raises ``Declined`` where the amount is beyond ``limits`` or the lines do not add up to it.

        A shop that YooKassa does not allow to save methods is refused the whole payment: it is then asked for without
        saving, under a key that belongs to this one.
        """
        check(request.amount, request.currency)
        if request.lines and sum(line.amount for line in request.lines) != request.amount:
            raise Declined("the lines do not add up to the amount", code="invalid_amount")
        asked = payments.body(request) | {"confirmation": payments.page(request), "save_payment_method": False}
        asked |= self._receipt(request, request.lines)
        if request.save is None:
            return self._begin(asked, request.idempotency_key)
        kept = {"save_payment_method": True, "merchant_customer_id": request.save.customer_reference[:200]}
        try:
            return self._begin(asked | kept, request.idempotency_key)
        except MissingRight as refusal:
            logger.warning("YooKassa does not let this shop save methods of payment (%s)", refusal.right)
            return self._begin(asked, f"{request.idempotency_key[:58]}-plain")

    def fetch(
        self, provider_reference: str, *, look_for_disputes: bool = False, look_for_refunds: bool = False
    ) -> PaymentSnapshot:
        return self._read(self._client.get("payments", provider_reference), look=look_for_refunds)

    def cancel(self, provider_reference: str) -> PaymentSnapshot:
        """A page cannot be withdrawn: one that is not paid counts as closed, whatever comes by it later."""
        found = self.fetch(provider_reference)
        is_open = found.state is RemoteState.OPEN
        return replace(found, state=RemoteState.EXPIRED, redirect_url="") if is_open else found

    def refund(self, request: RefundRequest) -> RefundSnapshot:
        """Raises ``Declined`` for more than is left, an unpaid charge, another currency or too old a payment."""
        payment = self.fetch(request.provider_reference)
        if payment.state is not RemoteState.SUCCEEDED:
            raise Declined("nothing was paid", code="not_paid")
        is_exact = request.amount % LIMITS.step_in(request.currency) == 0
        if not is_exact or request.currency != payment.currency or not 0 < request.amount <= payment.amount:
            raise Declined("this cannot be refunded", code="amount")
        asked = refunds.body(request)
        if self._rules is not None:
            asked["receipt"] = receipt(
                self._rules, request.lines, amount=request.amount, currency=request.currency,
                email=request.customer_email, name=request.reason,
            )  # fmt: skip
        answer = self._client.post("refunds", asked, key=request.idempotency_key)
        with readable():
            return refunds.of(answer)

    def find_recent(self, *, since: datetime) -> Sequence[PaymentSnapshot | UnreadableCharge]:
        """Payments of ours that were begun or paid since then; other software may use the account as well."""
        moment = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        found: dict[str, Object] = {}
        for column in ("created_at", "captured_at"):
            for payment in self._client.listed("payments", {f"{column}.gte": moment}):
                found.setdefault(str(payment.get("id"))[:64], payment)
        return list(self._readable(found))

    def _readable(self, found: Mapping[str, Object]) -> Iterable[PaymentSnapshot | UnreadableCharge]:
        for reference, payment in found.items():
            if not notices.metadata(payment):
                continue
            try:
                yield self._read(payment)
            except Unavailable as exc:
                if exc.code != "unreadable_answer":
                    raise
                yield UnreadableCharge(reference, reference)

    def parse_webhook(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> ProviderEvent:
        """Asks YooKassa for what the message is about: what it says itself proves nothing.

        Raises ``InvalidSignature`` for what is not there.
        """
        event = notices.claimed(body)
        try:
            if event.kind is EventKind.SETUP_CHANGED:
                method = self._client.get("payment_methods", event.method_reference)
                return replace(event, our_reference=notices.metadata(method), is_live=self.is_live)
            if event.kind is EventKind.IGNORED:
                return event
            found = self.fetch(event.provider_reference)
        except NotFound as exc:
            raise InvalidSignature("a message about nothing that is there", code="not_found") from exc
        return replace(event, our_reference=found.our_reference, is_live=found.is_live)

    def diagnose(self, *, webhook_url: str, is_thorough: bool = True) -> Sequence[Diagnosis]:
        return diagnosis.diagnose(
            self._client, is_live=self.is_live, sends_receipts=self._rules is not None, webhook_url=webhook_url
        )

    def probe(self) -> None:
        self._client.get("me")

    def dashboard_url(self, reference: str) -> str:
        is_real = self.redirect_origins == ("https:",)
        return f"{CABINET}{reference}" if reference and is_real else ""

    def _read(self, payment: Object, *, look: bool = False) -> PaymentSnapshot:
        """With its refunds where there are some, or if asked."""
        with readable():
            is_refunded = payments.refunded(payment) > 0
        given: list[RefundSnapshot] | None = None
        if payment.get("status") == "succeeded" and (look or is_refunded):
            listed = list(self._client.listed("refunds", {"payment_id": str(payment.get("id"))}))
            with readable():
                given = [refunds.of(each) for each in reversed(listed)]
        with readable():
            return payments.snapshot(payment, given if given or look else None)
