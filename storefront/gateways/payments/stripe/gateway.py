"""The Stripe gateway: one Checkout Session on Stripe's own page per payment attempt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from storefront.gateways.errors import ConfigurationError, Declined, MissingRight, Unavailable
from storefront.gateways.payments.balance import BalanceMovement
from storefront.gateways.payments.base import (
    Feature,
    PaymentSnapshot,
    ProviderEvent,
    RemoteState,
    StartedPayment,
    StartRequest,
)
from storefront.gateways.payments.diagnosis import Diagnosis, gettext_noop
from storefront.gateways.payments.refunds import RefundRequest, RefundSnapshot
from storefront.gateways.payments.stripe import charging, dashboard, diagnosis, intents, webhooks
from storefront.gateways.payments.stripe.balance import movements_between
from storefront.gateways.payments.stripe.declines import DECLINES
from storefront.gateways.payments.stripe.disputes import disputed_since, disputes_of
from storefront.gateways.payments.stripe.failures import translated
from storefront.gateways.payments.stripe.limits import LIMITS
from storefront.gateways.payments.stripe.opening import open_session, sessions_since
from storefront.gateways.payments.stripe.provoking import provoke_message
from storefront.gateways.payments.stripe.refunds import give_back, refunds_of
from storefront.gateways.payments.stripe.saved import SavedMethods
from storefront.gateways.payments.stripe.snapshots import EXPAND, is_disputed, snapshot


class Gateway(SavedMethods):
    """Hosted Checkout.

    ``provider_reference`` is the session's id, ``charge_reference`` its payment intent's. A saved method is charged
    without a session: there both are the intent's.
    """

    name = "stripe"
    verbose_name, buyer_name = "Stripe", gettext_noop("Bank card")
    limits = LIMITS
    #: Stripe takes up to 24 hours (https://docs.stripe.com/api/checkout/sessions/create, ``expires_at``).
    page_lifetime = timedelta(hours=23)
    #: Stripe remembers a key for at least 24 hours (https://docs.stripe.com/api/idempotent_requests).
    key_lifetime = timedelta(hours=20)
    supports = frozenset((Feature.REFUND, Feature.SAVED_METHOD, Feature.METHOD_SETUP, Feature.UPDATES_METHODS))
    decline_reasons = DECLINES

    def start(self, request: StartRequest) -> StartedPayment:
        """Open a session. Repeating a key within a day returns the first session, else ``Declined``.

        The closing time is moved into Stripe's window (30 minutes to 24 hours from now) and the way back carries the
        time of day, so a late retry may differ from the first call in these; then the session is looked up by the key
        it carries. An e-mail that Stripe refuses is left out, so that the buyer types another one there.

        Raises ``KeySpent`` after two answers of 500, or one that Stripe remembers: it would be the answer for a day;
        and for a key that was used before and opened no session.
        """
        return open_session(self._client, request, now=self._clock())

    def fetch(
        self, provider_reference: str, *, look_for_disputes: bool = False, look_for_refunds: bool = False
    ) -> PaymentSnapshot:
        def ask(expand: list[str]) -> PaymentSnapshot:
            with translated():
                if is_direct:
                    intent = v1.payment_intents.retrieve(provider_reference, params={"expand": expand}).to_dict()
                    found = intents.snapshot(intent)
                else:
                    session = v1.checkout.sessions.retrieve(provider_reference, params={"expand": expand}).to_dict()
                    found, intent = snapshot(session), session["payment_intent"]
                found = self._with_refunds(found, look=look_for_refunds)
                return self._with_disputes(found, look=look_for_disputes or is_disputed(intent))

        v1, is_direct = self._client.v1, provider_reference.startswith(intents.PREFIX)
        return _with_what_may_be_read(ask, intents.EXPAND if is_direct else EXPAND)

    def cancel(self, provider_reference: str) -> PaymentSnapshot:
        """Expire the session, or cancel the intent of a saved method. Stripe refuses unless it is open; then what it
        has become is the answer.

        The intent of a complete session that waits for its buyer is asked to be cancelled. Stripe's documents allow
        that in ``requires_capture`` alone (https://docs.stripe.com/api/payment_intents/cancel), so it may stay WAITING.
        """

        if provider_reference.startswith(intents.PREFIX):
            charging.close(self._client, provider_reference)
            return self.fetch(provider_reference)

        def ask(expand: list[str]) -> PaymentSnapshot:
            with translated():
                session = self._client.v1.checkout.sessions.expire(provider_reference, params={"expand": expand})
                return snapshot(session.to_dict())

        try:
            return _with_what_may_be_read(ask, EXPAND)
        except Declined as refusal:
            current = self.fetch(provider_reference)
            if current.state is RemoteState.OPEN:
                raise Unavailable("Stripe did not close an open session", code=refusal.code) from refusal
            return self._cancel_waiting(current) if current.state is RemoteState.WAITING else current

    def refund(self, request: RefundRequest) -> RefundSnapshot:
        """Raises ``Declined`` for more than is left, a disputed or unpaid charge, or another currency."""
        payment = self.fetch(request.provider_reference)
        return give_back(self._client, payment, request)

    def find_recent(self, *, since: datetime) -> Sequence[PaymentSnapshot]:
        """Sessions *opened* since ``since``, newest first, then charges of saved methods made since. One may be paid up
        to a day, a bank debit settle up to two weeks, after it was opened: look back that much further."""

        def ask(expand: Sequence[str]) -> list[PaymentSnapshot]:
            sessions = sessions_since(self._client, since, expand=expand)
            with translated():
                return [snapshot(session) for session in sessions]

        try:
            found = ask(EXPAND)
            return [*found, *charging.charges_since(self._client, since)]
        except MissingRight as refusal:
            return [replace(each, missing_right=refusal.right) for each in ask(())]

    def find_disputed(self, *, since: datetime) -> Sequence[str]:
        with translated():
            return disputed_since(self._client, since)

    def movements(self, *, since: datetime, until: datetime) -> Sequence[BalanceMovement]:
        with translated():
            return movements_between(self._client, since, until)

    def diagnose(self, *, webhook_url: str, is_thorough: bool = True) -> Sequence[Diagnosis]:
        return diagnosis.diagnose(
            self._client,
            is_live=self.is_live,
            secrets=self._secrets,
            webhook_url=webhook_url,
            is_thorough=is_thorough,
            now=self._clock,
        )

    def provoke_message(self, *, currency: str, return_url: str) -> str:
        """Open a pay page that nobody is sent to and close it at once."""
        return provoke_message(self._client, currency=currency, return_url=return_url)

    def warnings(self) -> Sequence[Diagnosis]:
        return diagnosis.warnings(self._api_key, self._secrets)

    def dashboard_url(self, reference: str) -> str:
        return dashboard.page_of(reference, is_live=self.is_live) if self._api_base == dashboard.API else ""

    def parse_webhook(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> ProviderEvent:
        return webhooks.parse(body, headers, self._secrets, now=now)

    def _cancel_waiting(self, waiting: PaymentSnapshot) -> PaymentSnapshot:
        # Refused as documented, for want of a right that is needed for nothing else, or because it has just been paid.
        with suppress(Declined, ConfigurationError), translated():
            self._client.v1.payment_intents.cancel(waiting.charge_reference)
        return self.fetch(waiting.provider_reference)

    def _with_refunds(self, found: PaymentSnapshot, *, look: bool) -> PaymentSnapshot:
        """A charge says how much was refunded; which refunds these are, and which failed, the refunds themselves."""
        if not found.charge_reference or not (look or found.amount_refunded):
            return found
        try:
            with translated():
                return replace(found, refunds=refunds_of(self._client, found.charge_reference))
        except MissingRight as refusal:
            return replace(found, missing_right=refusal.right)

    def _with_disputes(self, found: PaymentSnapshot, *, look: bool) -> PaymentSnapshot:
        """A charge says for ever that it was disputed; where that stands, only the dispute itself tells."""
        if not (look and found.charge_reference) or found.amount_refunded is None:
            return found
        kept = found.amount - found.amount_refunded
        try:
            with translated():
                return replace(found, disputes=disputes_of(self._client, found.charge_reference, kept=kept))
        except MissingRight as refusal:
            return replace(found, missing_right=refusal.right)


def _with_what_may_be_read(ask: Callable[[list[str]], PaymentSnapshot], expand: Sequence[str]) -> PaymentSnapshot:
    """With the charge or, where our key may not see it, without: whether it is paid, the session itself says."""
    try:
        return ask(list(expand))
    except MissingRight as refusal:
        return replace(ask([]), missing_right=refusal.right)
