"""The Stripe gateway: one Checkout Session on Stripe's own page per payment attempt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from storefront.gateways.errors import ConfigurationError, Declined, Unavailable
from storefront.gateways.http import HttpClient
from storefront.gateways.payments.base import (
    PaymentGateway,
    PaymentSnapshot,
    ProviderEvent,
    RefundRequest,
    RefundSnapshot,
    RemoteState,
    StartedPayment,
    StartRequest,
)
from storefront.gateways.payments.stripe import webhooks
from storefront.gateways.payments.stripe.amounts import from_minor, to_minor
from storefront.gateways.payments.stripe.failures import translated
from storefront.gateways.payments.stripe.limits import LIMITS
from storefront.gateways.payments.stripe.opening import open_session, sessions_since
from storefront.gateways.payments.stripe.snapshots import EXPAND, snapshot, takes_money

if TYPE_CHECKING:
    import stripe

#: Stripe's own words for a refund; "fraudulent" also blocks the card, so it is sent only when it is meant.
REFUND_REASONS = frozenset(("duplicate", "fraudulent", "requested_by_customer"))
REFUND_STATES = {
    "pending": "pending",
    "requires_action": "pending",
    "succeeded": "succeeded",
    "failed": "failed",
    "canceled": "failed",
}
#: bytes; a page of a hundred sessions with their charges is about one megabyte
LARGEST_ANSWER = 8 * 1024 * 1024


class Gateway(PaymentGateway):
    """Hosted Checkout.

    ``provider_reference`` is the session's id, ``charge_reference`` its payment intent's. One call makes at most
    1 + ``max_network_retries`` attempts, half a second apart, each bounded by the sum of the two timeouts (seconds);
    a retry carries the same idempotency key, so it can repeat nothing.

    Args:
        api_key: secret or restricted key; its prefix says whether money is real.
        webhook_secrets: every ``whsec_...`` valid at the moment; two while one is being rolled.
        api_base: no trailing slash; another address only for test keys.

    Raises ``ConfigurationError`` if a key is missing or of no known mode, or real money would travel unencrypted.
    """

    name = "stripe"
    limits = LIMITS

    def __init__(
        self,
        *,
        api_key: str,
        webhook_secrets: Sequence[str],
        api_base: str = "https://api.stripe.com",
        connect_timeout: float = 3.0,
        read_timeout: float = 10.0,
        max_network_retries: int = 1,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        mode = api_key.split("_")[1:2]
        if not api_key.startswith(("sk_", "rk_")) or mode not in (["live"], ["test"]):
            raise ConfigurationError("Stripe's API key is missing or has no known prefix (sk_test_, rk_live_, ...)")
        self.is_live = mode == ["live"]
        if self.is_live and not api_base.startswith("https://"):
            raise ConfigurationError("a live Stripe key is only ever sent over https")
        self._secrets = tuple(secret for secret in webhook_secrets if secret.strip())
        if isinstance(webhook_secrets, str) or not self._secrets:
            raise ConfigurationError("Stripe's webhook secrets are missing")
        self._api_key = api_key
        self._api_base = api_base.rstrip("/")
        self._timeouts = (connect_timeout, read_timeout)
        self._retries = max_network_retries
        self._clock = clock

    @cached_property
    def _client(self) -> stripe.StripeClient:
        """Made on first use: importing the SDK takes longer than any page should."""
        import stripe

        from storefront.gateways.payments.stripe.transport import Transport

        connect_timeout, read_timeout = self._timeouts
        http = HttpClient(
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            total_timeout=connect_timeout + read_timeout,
            max_body=LARGEST_ANSWER,
            allow_loopback=not self.is_live,
        )
        stripe.enable_telemetry = False
        return stripe.StripeClient(
            self._api_key,
            base_addresses={"api": self._api_base},
            http_client=Transport(http),
            max_network_retries=self._retries,
        )

    def start(self, request: StartRequest) -> StartedPayment:
        """Open a session. Repeating a key within a day returns the first session, else ``Declined``.

        The closing time is moved into Stripe's window (30 minutes to 24 hours from now) and the way back carries the
        time of day, so a late retry may differ from the first call in these; then the session is looked up by the key
        it carries. An e-mail that Stripe refuses is left out, so that the buyer types another one there.

        Raises ``KeySpent`` after two answers of 500, or one that Stripe remembers: it would be the answer for a day;
        and for a key that was used before and opened no session.
        """
        return open_session(self._client, request, now=self._clock())

    def fetch(self, provider_reference: str) -> PaymentSnapshot:
        with translated():
            session = self._client.v1.checkout.sessions.retrieve(provider_reference, params={"expand": list(EXPAND)})
            return self._read(session.to_dict())

    def cancel(self, provider_reference: str) -> PaymentSnapshot:
        """Expire the session. Stripe refuses unless it is open; then what it has become is the answer.

        The intent of a complete session that waits for its buyer is asked to be cancelled. Stripe's documents allow
        that in ``requires_capture`` alone (https://docs.stripe.com/api/payment_intents/cancel), so it may stay WAITING.
        """
        try:
            with translated():
                session = self._client.v1.checkout.sessions.expire(provider_reference, params={"expand": list(EXPAND)})
                return self._read(session.to_dict())
        except Declined as refusal:
            current = self.fetch(provider_reference)
            if current.state is RemoteState.OPEN:
                raise Unavailable("Stripe did not close an open session", code=refusal.code) from refusal
            return self._cancel_waiting(current) if current.state is RemoteState.WAITING else current

    def refund(self, request: RefundRequest) -> RefundSnapshot:
        """Raises ``Declined`` for more than is left, a disputed or unpaid charge, or another currency."""
        payment = self.fetch(request.provider_reference)
        amount = to_minor(request.amount, request.currency)
        if payment.state is not RemoteState.SUCCEEDED or request.currency.upper() != payment.currency or not amount:
            raise Declined("nothing was paid that could be refunded so", code="not_refundable")
        metadata = {webhooks.OUR_REFERENCE: payment.our_reference, "reason": request.reason[:500]}
        params: dict[str, Any] = {
            "payment_intent": payment.charge_reference,
            "amount": amount,
            "metadata": {key: value for key, value in metadata.items() if value},
        }
        if request.reason in REFUND_REASONS:
            params["reason"] = request.reason
        with translated():
            refund = self._client.v1.refunds.create(
                params=params,  # type: ignore[arg-type]  # built step by step; a TypedDict cannot express that
                options={"idempotency_key": request.idempotency_key},
            ).to_dict()
            currency = refund["currency"].upper()
            return RefundSnapshot(
                refund_reference=refund["id"],
                state=REFUND_STATES[refund["status"]],
                amount=from_minor(refund["amount"], currency),
                currency=currency,
            )

    def find_recent(self, *, since: datetime) -> Sequence[PaymentSnapshot]:
        """Sessions *opened* since ``since``, newest first. One may be paid up to a day, a bank debit settle up to two
        weeks, after it was opened: look back that much further."""
        sessions = sessions_since(self._client, since)
        with translated():
            return [self._read(session) for session in sessions]

    def parse_webhook(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> ProviderEvent:
        return webhooks.parse(body, headers, self._secrets, now=now)

    def _cancel_waiting(self, waiting: PaymentSnapshot) -> PaymentSnapshot:
        # Refused as documented, for want of a right that is needed for nothing else, or because it has just been paid.
        with suppress(Declined, ConfigurationError), translated():
            self._client.v1.payment_intents.cancel(waiting.charge_reference)
        return self.fetch(waiting.provider_reference)

    def _read(self, session: Mapping[str, Any]) -> PaymentSnapshot:
        """A charge stays ``disputed`` for ever once it was; whether it still is, only the dispute itself tells."""
        found = snapshot(session)
        if not found.is_disputed:
            return found
        disputes = self._client.v1.disputes.list(params={"payment_intent": found.charge_reference})
        return replace(found, is_disputed=any(takes_money(each.status) for each in disputes.data))
