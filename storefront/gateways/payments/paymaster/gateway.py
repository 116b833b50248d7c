"""The PayMaster gateway: one invoice for each payment attempt, paid on its page or by a token."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from storefront.gateways.errors import ConfigurationError, Declined, NotFound, Unavailable
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
from storefront.gateways.payments.paymaster import amounts, diagnosis, messages, snapshots, tokens
from storefront.gateways.payments.paymaster.api import Api, Object
from storefront.gateways.payments.paymaster.bodies import Bodies
from storefront.gateways.payments.paymaster.declines import CLASSES, DECLINES
from storefront.gateways.payments.refunds import RefundRequest, RefundSnapshot
from storefront.gateways.payments.saved_methods import (
    ChargeRequest,
    MethodState,
    SavedMethodSnapshot,
    SetupRequest,
    SetupSnapshot,
)

logger = logging.getLogger(__name__)

LIVE = "https://paymaster.ru/api/v2"
#: How long a page is asked to stay open.
LIFE = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
#: bytes; a page of a list
LARGEST_ANSWER = 8 * 1024 * 1024
_SETUP_STATES = {
    MethodState.PENDING: RemoteState.OPEN,
    MethodState.ACTIVE: RemoteState.SUCCEEDED,
    MethodState.GONE: RemoteState.FAILED,
}


class Gateway(PaymentGateway):
    """One-stage payments in roubles; saved cards are PayMaster's tokens.

    ``provider_reference`` and ``charge_reference`` are PayMaster's id of a payment. Its messages are not signed: each
    is a mere hint. A payment does not tell the address of its page; asking again under the same key does.

    Args:
        merchant_id, token: of the account; the token may make invoices, payments, refunds and tokens.
        site_url: this shop's origin, to which PayMaster is told to send its messages.
        is_test: no money is real (``testMode``); a payment of the other mode is told as such.
        timeouts: seconds to connect, and to wait for an answer.

    Raises ``ConfigurationError`` if something is missing, or real money would travel unencrypted.
    """

    name = "paymaster"
    verbose_name = "PayMaster"
    limits = amounts.LIMITS
    page_lifetime = LIFE
    #: Not documented; a day is what others keep keys.
    key_lifetime = timedelta(hours=20)
    supports = frozenset({Feature.REFUND, Feature.SAVED_METHOD, Feature.METHOD_SETUP, Feature.UPDATES_METHODS})
    decline_reasons = DECLINES
    refusal_classes = CLASSES
    proves_messages = False
    keeps_refund_keys = False
    day_zone = "Europe/Moscow"

    def __init__(
        self,
        *,
        merchant_id: str,
        token: str,
        site_url: str,
        api_base: str = LIVE,
        is_test: bool = False,
        timeouts: tuple[float, float] = (3.0, 10.0),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if not merchant_id.strip() or not token.strip():
            raise ConfigurationError("PayMaster's merchant id or token is missing")
        base = urlsplit(api_base)
        is_stand_in = base.scheme == "http"
        self.is_live = not is_test
        if self.is_live and is_stand_in:
            raise ConfigurationError("PayMaster is only ever asked over https where money is real")
        self._merchant_id, self._clock = merchant_id, clock
        self._callback_url = f"{site_url.rstrip('/')}/hooks/paymaster/"
        connect, read = timeouts
        http = HttpClient(
            connect_timeout=connect, read_timeout=read, total_timeout=connect + read, max_body=LARGEST_ANSWER,
            allow_loopback=is_stand_in,
        )  # fmt: skip
        self._api = Api(http, base=api_base.rstrip("/"), token=token, merchant_id=merchant_id)
        self._bodies = Bodies(merchant_id=merchant_id, callback_url=self._callback_url, is_test=is_test)
        # The page leads on to those of banks.
        self.redirect_origins = (f"http://{base.netloc}",) if is_stand_in else ("https:",)

    def start(self, request: StartRequest) -> StartedPayment:
        amounts.check(request.amount, request.currency)
        if request.lines and sum(line.amount for line in request.lines) != request.amount:
            raise Declined("the lines do not add up to the amount", code="invalid_amount")
        made = self._api.make("invoices", self._bodies.invoice(request), key=request.idempotency_key)
        return _started(made, "paymentId", request.expires_at)

    def fetch(
        self, provider_reference: str, *, look_for_disputes: bool = False, look_for_refunds: bool = False
    ) -> PaymentSnapshot:
        """A payment does not tell what was refunded of it: that is listed apart."""
        payment = self._api.payment(provider_reference)
        refunds = self._refunds(_day(payment.get("created"))) if payment.get("status") == "Settled" else []
        return snapshots.snapshot(payment, refunds, look=look_for_disputes or look_for_refunds)

    def cancel(self, provider_reference: str) -> PaymentSnapshot:
        """A page that PayMaster does not let us close counts as closed: it closes by itself, and money that comes by it
        all the same is found."""
        found = self.fetch(provider_reference)
        if found.state is not RemoteState.OPEN:
            return found
        with suppress(Declined):
            self._api.cancel(provider_reference)
        found = self.fetch(provider_reference)
        return replace(found, state=RemoteState.EXPIRED, redirect_url="") if found.state is RemoteState.OPEN else found

    def refund(self, request: RefundRequest) -> RefundSnapshot:
        """Raises ``Declined`` for more than is left, another currency, or a payment that was not paid."""
        if request.currency not in self.limits.currencies or self.limits.problem(request.amount, request.currency):
            raise Declined("this cannot be refunded", code="amount")
        amount = amounts.written(request.amount, request.currency)
        body = {"paymentId": request.provider_reference, "amount": amount}
        made = self._api.make("refunds", body, key=request.idempotency_key)
        try:
            return snapshots.refund(made, key=request.idempotency_key)
        except (KeyError, TypeError, ArithmeticError) as exc:
            raise Unavailable("a refund that cannot be read", code="unreadable_answer") from exc

    def find_recent(self, *, since: datetime) -> Sequence[PaymentSnapshot | UnreadableCharge]:
        """Payments of this shop made since then. A list tells a part of each, so that each is asked for by itself."""
        until = self._clock() + MINUTE
        if since >= until:
            return []
        listed: list[PaymentSnapshot | UnreadableCharge] = []
        mine = [each for each in self._api.listed("payments", since=since, until=until) if snapshots.is_ours(each)]
        refunds = self._refunds(since) if mine else []
        for each in mine:
            reference = str(each.get("id") or "")[:100]
            try:
                listed.append(snapshots.snapshot(self._api.payment(reference), refunds))
            except (NotFound, Unavailable) as exc:
                if isinstance(exc, Unavailable) and exc.code != "unreadable_answer":
                    raise
                listed.append(UnreadableCharge(reference))  # the others go on
        return listed

    def charge(self, request: ChargeRequest) -> StartedPayment:
        amounts.check(request.amount, request.currency)
        made = self._api.make("payments", self._bodies.charge(request), key=request.idempotency_key)
        started = _started(made, "id", None)
        if request.is_unattended and made.get("status") == "Confirmation":
            try:  # nobody is there to confirm it, and nobody may do so later
                self._api.cancel(started.provider_reference)
            except Declined as refusal:
                logger.warning("PayMaster: a charge that waits for its buyer is not cancelled (%s)", refusal.code)
        return started

    def start_setup(self, request: SetupRequest) -> StartedPayment:
        made = self._api.make("tokenization", self._bodies.setup(request), key=request.idempotency_key)
        return _started(made, "tokenId", None)

    def finish_setup(self, provider_reference: str, *, idempotency_key: str) -> SetupSnapshot:
        """The page is known by the id of its token, which does not tell whose it is."""
        method = self.fetch_method(provider_reference)
        return SetupSnapshot(
            provider_reference=provider_reference,
            our_reference="",
            state=_SETUP_STATES[method.state],
            is_live=self.is_live,
            method=method if method.state is MethodState.ACTIVE else None,
        )

    def fetch_method(self, method_reference: str) -> SavedMethodSnapshot:
        try:
            return tokens.snapshot(self._api.token(method_reference))
        except (KeyError, TypeError) as exc:
            raise Unavailable("a token that cannot be read", code="unreadable_answer") from exc

    def forget_method(self, provider_customer: str, method_reference: str) -> None:
        with suppress(Declined, NotFound):
            self._api.revoke(method_reference)

    def parse_webhook(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> ProviderEvent:
        return messages.parse(body, merchant_id=self._merchant_id, is_live=self.is_live)

    def diagnose(self, *, webhook_url: str, is_thorough: bool = True) -> Sequence[Diagnosis]:
        return diagnosis.diagnose(
            self._api, is_live=self.is_live, callback_url=self._callback_url, webhook_url=webhook_url, now=self._clock()
        )

    def probe(self) -> None:
        now = self._clock()
        list(self._api.listed("payments", since=now - MINUTE, until=now))

    def _refunds(self, since: datetime) -> list[Object]:
        return list(self._api.listed("refunds", since=since, until=self._clock() + MINUTE))


def _started(made: Object, name: str, closes_at: datetime | None) -> StartedPayment:
    """``name``: of the field that holds the id."""
    reference, page = made.get(name), made.get("url") or ""
    if not isinstance(reference, str) or not reference or not isinstance(page, str):
        raise Unavailable("an answer without its id", code="unreadable_answer")
    return StartedPayment(reference, page, closes_at)


def _day(told: object) -> datetime:
    """When a payment was made, with an hour to spare. Raises ``Unavailable``."""
    try:
        found = datetime.fromisoformat(str(told))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)) - timedelta(hours=1)
    except ValueError as exc:
        raise Unavailable("a payment without its day", code="unreadable_answer") from exc
