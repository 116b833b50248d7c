"""The 2Checkout gateway: one buy link to its own page per payment attempt."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from storefront.gateways.errors import ConfigurationError, Declined, Unavailable
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
from storefront.gateways.payments.refunds import RefundRequest, RefundSnapshot
from storefront.gateways.payments.twocheckout import diagnosis, ipn, signatures
from storefront.gateways.payments.twocheckout.api import NUMBER, Api, Order
from storefront.gateways.payments.twocheckout.disputes import STAGES
from storefront.gateways.payments.twocheckout.limits import LIMITS
from storefront.gateways.payments.twocheckout.links import is_ours, link, reference
from storefront.gateways.payments.twocheckout.refunds import body, gross_of
from storefront.gateways.payments.twocheckout.snapshots import Terms, also_paid, chosen, snapshot, sure, unused
from storefront.gateways.receipts import Receipt

#: 2Checkout counts days in a zone of its own; orders are listed by day.
MARGIN = timedelta(days=2)
#: How long after an order its buyer's bank may still take the money back.
DISPUTABLE = timedelta(days=180)
#: bytes; fifty orders with all their details
LARGEST_ANSWER = 8 * 1024 * 1024


class Gateway(PaymentGateway):
    """Hosted page by buy link (ConvertPlus).

    ``provider_reference`` is the reference that the link carries, ``charge_reference`` 2Checkout's number of the order
    made through it. A link cannot be withdrawn: it closes by itself, soon, and money that comes by it all the same is
    found.

    Args:
        merchant_code: of the account; ``secret_keys``: the account's, the present one first, and the former one for a
            day while it is changed; ``buy_link_secret``: the secret word that links are signed with.
        takes_test_orders: no money is real; links ask for test orders, and no other order counts.
        is_merchant_of_record: the account is on the plan 2Monetize: 2Checkout sells, adds the buyer's tax to our
            amounts and issues the invoice; amounts are compared without that tax.
        delivers_early: money counts when it is received and approved, before the order is complete.
        accepts_sha2: notifications signed with SHA2-256 prove as well; by default SHA3-256 alone.
        timeouts: seconds to connect, and to wait for an answer.

    Raises ``ConfigurationError`` if something is missing, or real money would travel unencrypted.
    """

    name = "twocheckout"
    verbose_name = "2Checkout"
    limits = LIMITS
    #: Shorter than the time after which a closed charge is looked at once more, as a link cannot be withdrawn.
    page_lifetime = timedelta(minutes=50)
    #: A link is made without asking anybody, and is the same for the same request.
    key_lifetime = timedelta(minutes=50)
    supports = frozenset({Feature.REFUND})
    repeats_refunds = False  # a refund is known again once it is listed, not before

    def __init__(
        self,
        *,
        merchant_code: str,
        secret_keys: Sequence[str],
        buy_link_secret: str,
        checkout_base: str = "https://secure.2checkout.com",
        api_base: str = "https://api.2checkout.com",
        takes_test_orders: bool = False,
        is_merchant_of_record: bool = False,
        delivers_early: bool = False,
        accepts_sha2: bool = False,
        timeouts: tuple[float, float] = (3.0, 8.0),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._keys = tuple(key for key in secret_keys if key.strip())
        if isinstance(secret_keys, str) or not (merchant_code and self._keys and buy_link_secret):
            raise ConfigurationError("2Checkout's merchant code, secret key or buy link secret word is missing")
        self.is_live = not takes_test_orders
        if self.is_live and not (api_base.startswith("https://") and checkout_base.startswith("https://")):
            raise ConfigurationError("2Checkout is only ever asked over https where money is real")
        self._merchant, self._word, self._checkout = merchant_code, buy_link_secret, checkout_base.rstrip("/")
        self.is_merchant_of_record = is_merchant_of_record
        self._terms = Terms(is_net=is_merchant_of_record, is_early=delivers_early)
        self._digests = tuple(signatures.FIELDS) if accepts_sha2 else ("sha3_256",)
        self._clock = clock
        connect, read = timeouts
        http = HttpClient(
            connect_timeout=connect, read_timeout=read, total_timeout=connect + read, max_body=LARGEST_ANSWER,
            allow_loopback=not self.is_live,
        )  # fmt: skip
        base = api_base.rstrip("/")
        self._api = Api(http=http, base=base, code=merchant_code, key=self._keys[0], is_live=self.is_live, clock=clock)
        page = urlsplit(checkout_base)
        # The page leads on to those of banks and of PayPal.
        self.redirect_origins = ("https:",) if page.scheme == "https" else (f"{page.scheme}://{page.netloc}",)

    def start(self, request: StartRequest) -> StartedPayment:
        """Sign a link. Nobody is asked: the same request makes the same link, another amount another one."""
        carried, address = link(
            request, base=self._checkout, merchant=self._merchant, word=self._word, is_live=self.is_live
        )
        return StartedPayment(str(carried), address, carried.closes_at)

    def fetch(
        self, provider_reference: str, *, look_for_disputes: bool = False, look_for_refunds: bool = False
    ) -> PaymentSnapshot:
        """The order that counts of those made through a link, or an order by its own number."""
        look = look_for_disputes or look_for_refunds
        if NUMBER.fullmatch(provider_reference):
            return self._read(self._api.order(provider_reference), look=look, alone=True)
        found = self._orders(provider_reference)
        if not found:
            return unused(reference(provider_reference), now=self._clock(), is_live=self.is_live)
        counts = self._read(self._api.order(found[0].charge_reference), look=look)
        return replace(counts, also_paid=also_paid(found), unreadable=found[0].unreadable)

    def cancel(self, provider_reference: str) -> PaymentSnapshot:
        """A link cannot be withdrawn: one without an order counts as closed, whatever comes by it later."""
        found = self.fetch(provider_reference)
        return replace(found, state=RemoteState.EXPIRED) if found.state is RemoteState.OPEN else found

    def refund(self, request: RefundRequest) -> RefundSnapshot:
        """Raises ``Declined`` for more than is left, an order that is not complete or too old, another currency;
        ``Unavailable`` also for one that was taken and is not listed yet."""
        payment = self.fetch(request.provider_reference, look_for_refunds=True)
        done = self._refund_of(payment, request.idempotency_key)
        if done is not None:
            return done
        left = payment.amount - (payment.amount_refunded or 0)
        problem = LIMITS.problem(request.amount, request.currency)
        if problem or payment.currency != request.currency or not 0 < request.amount <= left:
            raise Declined("this cannot be refunded", code="amount")
        if payment.state is not RemoteState.SUCCEEDED:
            raise Declined("nothing was paid", code="not_paid")
        order = self._api.order(payment.charge_reference)
        gross = gross_of(order, whole=payment.amount, part=request.amount, left=left, currency=request.currency)
        asked = body(order, key=request.idempotency_key, amount=request.amount, gross=gross)
        self._api.give_back(payment.charge_reference, asked)
        done = self._refund_of(self.fetch(request.provider_reference, look_for_refunds=True), request.idempotency_key)
        if done is None:  # taken, and not listed yet
            raise Unavailable("2Checkout does not list the refund", code="refund_not_listed")
        return done

    def find_recent(self, *, since: datetime) -> Sequence[PaymentSnapshot | UnreadableCharge]:
        """Orders made since that day through links of ours; a link without an order is known to nobody."""
        links: dict[str, list[PaymentSnapshot]] = defaultdict(list)
        orders: dict[str, Order] = {}
        listed: list[PaymentSnapshot | UnreadableCharge] = []
        for order in self._api.orders(since=since - MARGIN):
            carried = str(order.get("ExternalReference") or "")
            if not is_ours(carried):
                continue
            try:
                found = self._read(order)
            except Unavailable:  # the others go on
                listed.append(UnreadableCharge(carried, str(order.get("RefNo") or "")[:40]))
                continue
            links[found.provider_reference].append(found)
            orders[found.charge_reference] = order
        for each in links.values():
            counts, *_others = ranked = chosen(each)
            others = also_paid(ranked)
            listed.append(replace(counts, also_paid=others))
            listed += [self._read(orders[number], alone=True) for number in others]
        return listed

    def find_disputed(self, *, since: datetime) -> Sequence[str]:
        """By the orders themselves, which do not tell when a dispute began."""
        orders = self._api.orders(since=since - DISPUTABLE)
        disputed = [each for each in orders if each.get("ChargebackResolution") in STAGES]
        return [str(each["RefNo"]) for each in disputed if each.get("RefNo")]

    def diagnose(self, *, webhook_url: str, is_thorough: bool = True) -> Sequence[Diagnosis]:
        return diagnosis.diagnose(
            self._api,
            is_live=self.is_live,
            is_net=self._terms.is_net,
            webhook_url=webhook_url,
            now=self._clock,
        )

    def parse_webhook(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> ProviderEvent:
        return ipn.parse(body, self._keys, self._digests, is_live=self.is_live)

    def receipt(self, body: bytes, *, now: datetime) -> Receipt:
        fields, key, digest = ipn.proven(body, self._keys, self._digests)
        return Receipt(signatures.receipt(fields, key, digest, now=now))

    def _orders(self, provider_reference: str) -> list[PaymentSnapshot]:
        """Those made through a link, the one that counts first. Raises ``Unavailable``, see ``snapshots.sure``."""
        carried = reference(provider_reference)
        since = carried.closes_at - self.page_lifetime - MARGIN
        readable: list[PaymentSnapshot] = []
        unreadable: list[Order] = []
        for order in self._api.orders(since=since, reference=provider_reference):
            try:
                readable.append(self._read(order))
            except Unavailable:
                unreadable.append(order)
        return sure(readable, unreadable)

    def _read(self, order: Order, *, look: bool = False, alone: bool = False) -> PaymentSnapshot:
        return snapshot(order, self._terms, now=self._clock(), look=look, alone=alone)

    def _refund_of(self, payment: PaymentSnapshot, key: str) -> RefundSnapshot | None:
        return next((each for each in payment.refunds or () if each.idempotency_key == key), None)
