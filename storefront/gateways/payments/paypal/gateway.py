"""The PayPal gateway: one order for each payment attempt, agreed to on PayPal's page and captured by us."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from storefront.gateways.errors import ConfigurationError, Declined, MissingRight, Unavailable
from storefront.gateways.http import HttpClient
from storefront.gateways.payments.base import (
    Feature,
    PaymentSnapshot,
    ProviderEvent,
    RemoteState,
    StartedPayment,
    StartRequest,
)
from storefront.gateways.payments.diagnosis import Diagnosis
from storefront.gateways.payments.paypal import dashboard, diagnosis, orders, vault, webhooks
from storefront.gateways.payments.paypal.amounts import LIMITS
from storefront.gateways.payments.paypal.certificates import Certificates
from storefront.gateways.payments.paypal.client import Client, readable
from storefront.gateways.payments.paypal.declines import ALREADY_TAKEN, CHOOSE_AGAIN, DECLINES, FINAL, NOT_AGREED
from storefront.gateways.payments.paypal.disputes import disputed_since, disputes_of
from storefront.gateways.payments.paypal.refunds import give_back
from storefront.gateways.payments.paypal.saved import SavedMethods
from storefront.gateways.payments.refunds import RefundRequest, RefundSnapshot

_PAID = (RemoteState.SUCCEEDED, RemoteState.PROCESSING)
LIVE, SANDBOX = "https://api-m.paypal.com", "https://api-m.sandbox.paypal.com"
#: CSP sources of the pages that buyers are sent to, by the API's origin
_PAGES = {LIVE: ("https://www.paypal.com",), SANDBOX: ("https://www.sandbox.paypal.com",)}


logger = logging.getLogger(__name__)


class Gateway(SavedMethods):
    """Orders v2.

    ``provider_reference`` is the order's id, ``charge_reference`` its capture's. PayPal cannot list orders, close one
    or be made to send a message: ``find_recent`` and ``provoke_message`` are unsupported, ``cancel`` only looks. What
    it lists in reports (Transaction Search) comes hours later and without the orders' ids, so there are no
    ``movements``.

    Args:
        client_id, client_secret: of a REST app. Whether money is real, ``api_base`` tells.
        webhook_ids: of the app's webhook; two while it is moved.
        api_base: LIVE, SANDBOX or a stand-in's origin, no trailing slash.
        verify: how messages are proven: by PayPal's certificate here, or by asking PayPal ("api"), which is also done
            where the certificate cannot be had.
        timeouts: seconds to connect, and to wait for an answer.

    Raises ``ConfigurationError`` if something is missing, or real money would travel unencrypted.
    """

    name = "paypal"
    verbose_name = "PayPal"
    limits = LIMITS
    page_lifetime = orders.LIFE
    #: PayPal remembers the key of an order for six hours, those of captures and refunds for 45 days.
    key_lifetime = timedelta(hours=5)
    supports = frozenset(
        (Feature.REFUND, Feature.CAPTURE, Feature.SAVED_METHOD, Feature.METHOD_SETUP, Feature.UPDATES_METHODS)
    )
    decline_reasons = DECLINES
    forgets_unused = True

    def __init__(
        self,
        *,
        client_id: str,
        client_secret: str,
        webhook_ids: Sequence[str],
        api_base: str = LIVE,
        verify: Literal["certificate", "api"] = "certificate",
        timeouts: tuple[float, float] = (3.0, 10.0),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if not client_id.strip() or not client_secret.strip():
            raise ConfigurationError("PayPal's client id or secret is missing")
        if isinstance(webhook_ids, str) or not (ids := tuple(each for each in webhook_ids if each.strip())):
            raise ConfigurationError("the id of PayPal's webhook is missing")
        base = urlsplit(api_base)
        origin = f"{base.scheme}://{base.netloc}"
        self.is_live = origin == LIVE
        is_stand_in = base.scheme == "http"
        if not is_stand_in and origin not in _PAGES:
            raise ConfigurationError(f"{origin} is none of PayPal's addresses")
        self._webhook_ids, self._verify, self._clock = ids, verify, clock
        self.redirect_origins = _PAGES.get(origin, (origin,))
        connect_timeout, read_timeout = timeouts
        http = HttpClient(
            connect_timeout=connect_timeout,
            read_timeout=read_timeout,
            total_timeout=connect_timeout + read_timeout,
            allow_loopback=is_stand_in,
        )
        self._client = Client(http, api_base=origin, client_id=client_id, client_secret=client_secret, clock=clock)
        self._certificates = Certificates(http, also_from=(origin,) if is_stand_in else ())

    def start(self, request: StartRequest) -> StartedPayment:
        """Create an order. The same key returns the first one, as it is by now, unless that asks for something else.

        Where the account may not keep anything, PayPal refuses the whole order: it is asked for once more without that,
        under a key of its own, since a payment is worth more than a saved method.
        """
        body = orders.params(request)
        try:
            order = self._open(vault.with_vault(body, request.save) if request.save else body, request)
        except Declined as refusal:
            if not request.save or refusal.code not in vault.NOT_ENABLED:
                raise
            logger.warning("nothing is saved: PayPal has not enabled this account to (%s)", refusal)
            order = self._open(body, replace(request, idempotency_key=f"{request.idempotency_key}-unsaved"))
        with readable():
            return StartedPayment(*orders.started(order))

    def fetch(
        self, provider_reference: str, *, look_for_disputes: bool = False, look_for_refunds: bool = False
    ) -> PaymentSnapshot:
        """Refunds always come with the order; disputes only if asked for."""
        found = self._read(self._client.get(_path(provider_reference)))
        return self._with_disputes(found) if look_for_disputes and found.charge_reference else found

    def cancel(self, provider_reference: str) -> PaymentSnapshot:
        """What becomes of an order whose money is not asked for (any more): PayPal has no call to close one."""
        found = self.fetch(provider_reference)
        if found.state in (RemoteState.OPEN, RemoteState.APPROVED):
            return replace(found, state=RemoteState.EXPIRED, redirect_url="", approval="")
        return found

    def capture(self, provider_reference: str, *, idempotency_key: str) -> PaymentSnapshot:
        """https://developer.paypal.com/docs/api/orders/v2/#orders_capture. Any refusal is followed by a look: what the
        order says counts."""
        try:
            order = self._client.post(f"{_path(provider_reference)}/capture", {}, request_id=idempotency_key)
        except Declined as refusal:
            return self._refused(provider_reference, refusal)
        taken = self._read(order)
        if taken.state in (RemoteState.OPEN, RemoteState.APPROVED):
            raise Unavailable("PayPal does not say what became of a capture", code="unreadable_answer")
        return taken

    def refund(self, request: RefundRequest) -> RefundSnapshot:
        """Within 180 days of the payment. Raises ``Declined`` for more than is left, an unpaid or disputed charge, or
        another currency."""
        return give_back(self._client, self.fetch(request.provider_reference), request)

    def find_disputed(self, *, since: datetime) -> Sequence[str]:
        return disputed_since(self._client, since, now=self._clock())

    def probe(self) -> None:
        self._client.authorization()

    def parse_webhook(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> ProviderEvent:
        """Raises ``Unavailable`` if PayPal must be asked for a proof and does not answer; it sends the message anew."""
        webhooks.check_shape(body)
        proof = webhooks.Proof.of(headers)
        webhooks.check_age(proof, now)
        self._prove(body, proof, now)
        return webhooks.read(body, is_live=self.is_live)

    def diagnose(self, *, webhook_url: str, is_thorough: bool = True) -> Sequence[Diagnosis]:
        return diagnosis.diagnose(
            self._client, is_live=self.is_live, webhook_ids=self._webhook_ids, webhook_url=webhook_url, now=self._clock
        )

    def dashboard_url(self, reference: str) -> str:
        return dashboard.page_of(reference, api_base=self._client.api_base)

    def _prove(self, body: bytes, proof: webhooks.Proof, now: datetime) -> None:
        if self._verify == "certificate":
            try:
                return webhooks.prove_here(body, proof, self._webhook_ids, self._certificates, now=now)
            except Unavailable:
                pass  # without a certificate PayPal itself is asked
        return webhooks.prove_there(body, proof, self._webhook_ids, self._client)

    def _refused(self, provider_reference: str, refusal: Declined) -> PaymentSnapshot:
        found = self.fetch(provider_reference)
        if found.state not in (RemoteState.OPEN, RemoteState.APPROVED, RemoteState.EXPIRED):
            return found  # it was taken by another call
        if refusal.code in ALREADY_TAKEN:
            raise Unavailable("PayPal says that an order is captured, and shows no capture", code="unreadable_answer")
        if refusal.code in CHOOSE_AGAIN | NOT_AGREED and found.state is not RemoteState.EXPIRED:
            page = found.redirect_url or self.page_of(provider_reference)
            # two calls at once: the one that is late finds the order waiting again, and must not hide why
            code = refusal.code if refusal.code in CHOOSE_AGAIN else ""
            return replace(found, state=RemoteState.OPEN, failure_code=code, redirect_url=page)
        if refusal.code not in FINAL and found.state is not RemoteState.EXPIRED:
            raise Unavailable(f"PayPal does not take an order's money ({refusal.code})", code="unknown_refusal")
        return replace(found, state=RemoteState.FAILED, failure_code=refusal.code, redirect_url="")

    def page_of(self, provider_reference: str) -> str:
        """PayPal's page about an order, where another way to pay can be chosen."""
        return f"{self.redirect_origins[0]}/checkoutnow?token={quote(provider_reference, safe='')}"

    def _read(self, order: Mapping[str, Any]) -> PaymentSnapshot:
        with readable():
            found = orders.snapshot(order, is_live=self.is_live, now=self._clock())
            source = (order.get("payment_source") or {}).get(vault.KIND) or {}
            return replace(found, saved_method=vault.saved_with(source)) if found.state in _PAID else found

    def _with_disputes(self, found: PaymentSnapshot) -> PaymentSnapshot:
        kept = found.amount - (found.amount_refunded or 0)
        try:
            return replace(found, disputes=disputes_of(self._client, found.charge_reference, kept=kept))
        except MissingRight as refusal:
            return replace(found, missing_right=refusal.right)


def _path(order_id: str) -> str:
    return f"/v2/checkout/orders/{quote(order_id, safe='')}"
