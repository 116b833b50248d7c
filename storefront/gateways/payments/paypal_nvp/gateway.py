"""The classic PayPal gateway: one token of Express Checkout per payment attempt, its money taken in a second step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from storefront.gateways.errors import ConfigurationError, Declined
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
from storefront.gateways.payments.paypal_nvp import diagnosis, failures, ipn
from storefront.gateways.payments.paypal_nvp.addresses import addresses
from storefront.gateways.payments.paypal_nvp.limits import LIMITS
from storefront.gateways.payments.paypal_nvp.models import NvpCharge, NvpRefund
from storefront.gateways.payments.paypal_nvp.opening import TOKEN_LIFETIME, open_charge
from storefront.gateways.payments.paypal_nvp.post import Connection
from storefront.gateways.payments.paypal_nvp.refunds import give_back
from storefront.gateways.payments.paypal_nvp.taking import look, take
from storefront.gateways.payments.paypal_nvp.transactions import plain, search, transaction_of
from storefront.gateways.payments.refunds import RefundRequest, RefundSnapshot


class Gateway(PaymentGateway):
    """Express Checkout by NVP, through django-oscar-paypal.

    ``provider_reference`` is the token, ``charge_reference`` PayPal's id of the payment. What stands between calls is
    in ``models.NvpCharge``. No request is repeated by itself.

    Args:
        user, password, signature: the API credentials (*API username* and so on).
        merchant_id: the account that must receive the money, as PayPal names it (*PayPal Merchant ID*).
        api_base: ``addresses.LIVE``, ``addresses.TEST``, or the origin of a stand-in.
        site_url: origin of the shop, to whose ``/hooks/paypal_nvp/`` PayPal sends its messages.
        timeouts: seconds to connect, and to wait for an answer.

    Raises ``ConfigurationError`` if a value is missing.
    """

    name = "paypal_nvp"
    verbose_name, company = "PayPal (classic)", "PayPal"
    limits = LIMITS
    page_lifetime = TOKEN_LIFETIME
    key_lifetime = timedelta(hours=2)
    supports = frozenset({Feature.CAPTURE, Feature.REFUND})
    decline_reasons = failures.REASONS

    def __init__(
        self,
        *,
        user: str,
        password: str,
        signature: str,
        merchant_id: str,
        api_base: str,
        site_url: str,
        timeouts: tuple[float, float] = (3.0, 10.0),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if not (user and password and signature and merchant_id):
            raise ConfigurationError("PayPal's classic credentials are missing")
        self._addresses = addresses(api_base.rstrip("/"))
        self.is_live = self._addresses.is_live
        self.redirect_origins = (self._addresses.pages,)
        connect, read = timeouts
        self._http = HttpClient(
            connect_timeout=connect, read_timeout=read, total_timeout=connect + read, allow_loopback=not self.is_live
        )
        self._connection = Connection(self._addresses.api, user, password, signature, self._http)
        self._account = merchant_id
        self._notify_url = f"{site_url.rstrip('/')}/hooks/{self.name}/"
        self._clock = clock

    def start(self, request: StartRequest) -> StartedPayment:
        """Ask for a token. A key that has one gets no second; one whose answer was lost is never used."""
        return open_charge(self._connection, self._addresses, request, notify_url=self._notify_url, now=self._clock())

    def fetch(
        self, provider_reference: str, *, look_for_disputes: bool = False, look_for_refunds: bool = False
    ) -> PaymentSnapshot:
        """The token until something was paid by it, afterwards the payment: PayPal forgets tokens after hours."""
        charge = NvpCharge.objects.filter(token=provider_reference).exclude(transaction_id=None).first()
        if charge is None:
            found = look(self._connection, self._addresses, provider_reference, now=self._clock())
            if isinstance(found, PaymentSnapshot):
                return found
            charge = found
        return transaction_of(
            self._connection,
            charge,
            is_live=self.is_live,
            look_for_disputes=look_for_disputes,
            look_for_refunds=look_for_refunds,
        )

    def capture(self, provider_reference: str, *, idempotency_key: str) -> PaymentSnapshot:
        """DoExpressCheckoutPayment, if amount, currency and references are those that were asked for."""
        charge = NvpCharge.objects.filter(token=provider_reference).first()
        if charge is not None and charge.transaction_id is None:
            take(self._connection, charge, idempotency_key, notify_url=self._notify_url, now=self._clock())
        found = self.fetch(provider_reference)
        # Refused, or nothing that could be taken: it is the caller who says when to try again.
        return replace(found, state=RemoteState.OPEN, approval="") if found.state is RemoteState.APPROVED else found

    def cancel(self, provider_reference: str) -> PaymentSnapshot:
        """PayPal closes no token before its time; the caller takes nothing by it any more."""
        found = self.fetch(provider_reference)
        if found.state not in (RemoteState.OPEN, RemoteState.APPROVED):
            return found
        return replace(found, state=RemoteState.EXPIRED, redirect_url="", failure_code="", approval="")

    def refund(self, request: RefundRequest) -> RefundSnapshot:
        """Whole or part, by what is left. Raises ``Declined`` for more, a reversed or unpaid payment, or another
        currency."""
        payment = self.fetch(request.provider_reference, look_for_refunds=True, look_for_disputes=True)
        charge = NvpCharge.objects.filter(token=request.provider_reference).exclude(transaction_id=None).first()
        if charge is None:
            raise Declined("nothing was paid that could be refunded", code="not_refundable")
        return give_back(self._connection, charge, payment, request)

    def find_disputed(self, *, since: datetime) -> Sequence[str]:
        """Payments that were reversed, or refunded by others than us, since then: neither needs a message to be seen.

        PayPal lists the newest hundred of each.
        """
        charges = [each["TRANSACTIONID"] for each in search(self._connection, since=since, STATUS="Reversed")]
        ours = set(NvpRefund.objects.filter(created_at__gte=since).values_list("refund_id", flat=True))
        for each in search(self._connection, since=since, TRANSACTIONCLASS="Refund"):
            if each["TRANSACTIONID"] not in ours and plain(each["TYPE"]) == "refund":
                refund = self._connection.ask("GetTransactionDetails", TRANSACTIONID=each["TRANSACTIONID"])
                charges.append(refund.get("PARENTTRANSACTIONID", ""))
        return [each for each in charges if each]

    def probe(self) -> None:
        self._connection.ask("GetPalDetails")

    def diagnose(self, *, webhook_url: str, is_thorough: bool = True) -> Sequence[Diagnosis]:
        return diagnosis.diagnose(
            self._connection, account=self._account, is_live=self.is_live, webhook_url=webhook_url, now=self._clock
        )

    def warnings(self) -> Sequence[Diagnosis]:
        return diagnosis.warnings()

    def dashboard_url(self, reference: str) -> str:
        """The page of a payment in the seller's account; a token has none."""
        return "" if reference.startswith("EC-") else self._addresses.transaction_page(reference)

    def parse_webhook(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> ProviderEvent:
        """Asks PayPal whether it sent this: for the worker, not for the request that brought it."""
        event = ipn.proven(self._http, self._addresses.verify, body, account=self._account)
        charge = NvpCharge.objects.filter(our_reference=event.our_reference).exclude(token=None).first()
        return replace(event, provider_reference=(charge.token if charge else None) or "")
