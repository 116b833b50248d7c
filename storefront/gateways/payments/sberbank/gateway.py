"""The Sberbank gateway: one order for each payment attempt, paid on the bank's page or by a card that it keeps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
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
from storefront.gateways.payments.refunds import RefundRequest, RefundSnapshot, RefundState
from storefront.gateways.payments.saved_methods import ChargeRequest, SavedMethodSnapshot, SetupRequest, SetupSnapshot
from storefront.gateways.payments.sberbank import bindings, callbacks, diagnosis
from storefront.gateways.payments.sberbank.amounts import LIMITS
from storefront.gateways.payments.sberbank.api import WRONG_STATE, Api, Order
from storefront.gateways.payments.sberbank.declines import CLASSES, DECLINES
from storefront.gateways.payments.sberbank.numbers import Kind
from storefront.gateways.payments.sberbank.numbers import read as read_number
from storefront.gateways.payments.sberbank.ordering import LIFE, Ordering
from storefront.gateways.payments.sberbank.refunds import fields as refund_fields
from storefront.gateways.payments.sberbank.setups import setup_snapshot
from storefront.gateways.payments.sberbank.snapshots import id_of, registered_at, snapshot

LIVE = "https://ecommerce.sberbank.ru/ecomm/gw/partner/api/v1"
#: Hosts where no money is real.
TEST_HOSTS = frozenset({"ecomtest.sberbank.ru", "3dsec.sberbank.ru"})
#: The bank's days and the times in its lists; Moscow has had no other time since 2014.
MOSCOW = timezone(timedelta(hours=3))
#: How long after a payment its buyer's bank may still take the money back.
DISPUTABLE = timedelta(days=180)
STATES = "CREATED,APPROVED,DEPOSITED,DECLINED,REVERSED,REFUNDED"
#: bytes; a hundred orders with all their details
LARGEST_ANSWER = 8 * 1024 * 1024


class Gateway(PaymentGateway):
    """One-stage payments in roubles; saved cards are the bank's bindings.

    ``provider_reference`` and ``charge_reference`` are the bank's id of an order (``mdOrder``). Whether money is real,
    the host of ``api_base`` tells. An unattended charge is ``recurrentPayment.do``; an attended one is a page for the
    card that was chosen.

    Args:
        user_name, password: of the account's API user (``...-api``).
        api_base: up to the names of the calls: LIVE, the test host's, or an older gateway's (``.../payment/rest``).
        callback_keys: that prove callbacks; ``callback_certificate``: the path of the bank's certificate, which proves
            them as well. With neither they are mere hints (``proves_messages``).
        ca_file: certificate authorities for this bank alone, as a path: its hosts' certificates come from the Russian
            national authority, which usual lists do not hold. "" for the usual list.
        timeouts: seconds to connect, and to wait for an answer.

    Raises ``ConfigurationError`` if something is missing, or real money would travel unencrypted.
    """

    name = "sberbank"
    verbose_name = "Sberbank"
    limits = LIMITS
    page_lifetime = LIFE
    #: A number is good for one order for ever; so long nobody is asked to wait for one.
    key_lifetime = timedelta(days=1)
    supports = frozenset({Feature.REFUND, Feature.SAVED_METHOD, Feature.METHOD_SETUP, Feature.UPDATES_METHODS})
    decline_reasons = DECLINES
    refusal_classes = CLASSES
    day_zone = "Europe/Moscow"

    def __init__(
        self,
        *,
        user_name: str,
        password: str,
        api_base: str = LIVE,
        callback_keys: Sequence[str] = (),
        callback_certificate: str = "",
        ca_file: str = "",
        timeouts: tuple[float, float] = (3.0, 10.0),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        if not user_name.strip() or not password.strip() or isinstance(callback_keys, str):
            raise ConfigurationError("Sberbank's user name or password is missing")
        base = urlsplit(api_base)
        is_stand_in = base.scheme == "http"
        self.is_live = not is_stand_in and base.hostname not in TEST_HOSTS
        self._proof = callbacks.proof_of(callback_keys, callback_certificate)
        self.proves_messages = bool(self._proof)
        if ca_file and not Path(ca_file).is_file():
            raise ConfigurationError("there is no file of certificates at SBERBANK_CA_FILE")
        self._ca_file, self._clock = ca_file, clock
        connect, read = timeouts
        http = HttpClient(
            connect_timeout=connect, read_timeout=read, total_timeout=connect + read, max_body=LARGEST_ANSWER,
            allow_loopback=is_stand_in, ca_bundle=ca_file or None,
        )  # fmt: skip
        self._api = Api(http, base=api_base.rstrip("/"), user_name=user_name, password=password)
        self._ordering = Ordering(self._api, clock)
        # The page leads on to those of banks.
        self.redirect_origins = (f"http://{base.netloc}",) if is_stand_in else ("https:",)

    def start(self, request: StartRequest) -> StartedPayment:
        """Raises ``KeySpent`` where the answer with the page's address was lost, and ``Unavailable`` until that is
        certain."""
        return self._ordering.page(request)

    def fetch(
        self, provider_reference: str, *, look_for_disputes: bool = False, look_for_refunds: bool = False
    ) -> PaymentSnapshot:
        return self._read(self._order(provider_reference), look=look_for_disputes or look_for_refunds)

    def cancel(self, provider_reference: str) -> PaymentSnapshot:
        """One that the buyer has begun to pay cannot be closed; it closes by itself."""
        found = self.fetch(provider_reference)
        if found.state is not RemoteState.OPEN:
            return found
        with suppress(Declined):  # it was begun meanwhile
            self._api.decline(provider_reference)
        return self.fetch(provider_reference)

    def refund(self, request: RefundRequest) -> RefundSnapshot:
        """Raises ``Declined`` for more than is left, another currency, or an order that was not paid; ``Unavailable``
        where the bank refuses and does not say for good."""
        if request.currency not in LIMITS.currencies or LIMITS.problem(request.amount, request.currency):
            raise Declined("this cannot be refunded", code="amount")
        try:
            self._api.refund(refund_fields(request))
        except Declined as refusal:
            if refusal.code != WRONG_STATE:
                raise
            return self._refused(request, refusal)
        return self._refund_of(request) or RefundSnapshot(
            f"{request.provider_reference}-{request.idempotency_key}"[:255],
            RefundState.SUCCEEDED, request.amount, request.currency, request.idempotency_key,
        )  # fmt: skip

    def find_recent(self, *, since: datetime) -> Sequence[PaymentSnapshot | UnreadableCharge]:
        """Orders of this shop registered since then."""
        listed: list[PaymentSnapshot | UnreadableCharge] = []
        for order in self._orders(since):
            try:
                listed.append(self._read(order))
            except NotFound:
                continue
            except Unavailable:  # the others go on
                listed.append(UnreadableCharge(id_of(order)))
        return listed

    def find_disputed(self, *, since: datetime) -> Sequence[str]:
        """By the orders themselves, which do not tell when a dispute began."""
        found = (each for each in self.find_recent(since=since - DISPUTABLE) if isinstance(each, PaymentSnapshot))
        return [each.charge_reference for each in found if each.disputes]

    def probe(self) -> None:
        self._api.order(number="-")

    def charge(self, request: ChargeRequest) -> StartedPayment:
        return self._ordering.unattended(request) if request.is_unattended else self._ordering.attended(request)

    def start_setup(self, request: SetupRequest) -> StartedPayment:
        return self._ordering.setup(request)

    def finish_setup(self, provider_reference: str, *, idempotency_key: str) -> SetupSnapshot:
        return setup_snapshot(self._order(provider_reference), is_live=self.is_live)

    def fetch_method(self, method_reference: str) -> SavedMethodSnapshot:
        try:
            return bindings.of_list(self._api.binding(method_reference))
        except (KeyError, TypeError) as exc:
            raise Unavailable("a binding that cannot be read", code="unreadable_answer") from exc

    def forget_method(self, provider_customer: str, method_reference: str) -> None:
        self._api.unbind(method_reference)

    def parse_webhook(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> ProviderEvent:
        return callbacks.parse(body, self._proof, is_live=self.is_live)

    def diagnose(self, *, webhook_url: str, is_thorough: bool = True) -> Sequence[Diagnosis]:
        return diagnosis.diagnose(
            self._api, is_live=self.is_live, is_proven=self.proves_messages, has_ca=bool(self._ca_file),
            webhook_url=webhook_url, is_thorough=is_thorough,
        )  # fmt: skip

    def _order(self, reference: str) -> Order:
        return self._api.order(order_id=reference)

    def _read(self, order: Order, *, look: bool = False) -> PaymentSnapshot:
        return snapshot(order, is_live=self.is_live, look=look)

    def _orders(self, since: datetime) -> list[Order]:
        """A list is asked for by minutes of Moscow, with a day to spare."""
        begin = (since - timedelta(days=1)).astimezone(MOSCOW)
        end = (self._clock() + timedelta(days=1)).astimezone(MOSCOW)
        if begin >= end:
            return []
        asked = {
            "from": begin.strftime("%Y%m%d%H%M%S"), "to": end.strftime("%Y%m%d%H%M%S"),
            "transactionStates": STATES, "merchants": "", "searchByCreatedDate": "true",
        }  # fmt: skip
        return [order for order in self._api.orders(asked) if _is_since(order, since)]

    def _refund_of(self, request: RefundRequest) -> RefundSnapshot | None:
        found = self.fetch(request.provider_reference, look_for_refunds=True)
        return next((each for each in found.refunds or () if each.idempotency_key == request.idempotency_key), None)

    def _refused(self, request: RefundRequest, refusal: Declined) -> RefundSnapshot:
        """The bank's one code for 'not in this state' and for a fault of its own."""
        found = self.fetch(request.provider_reference, look_for_refunds=True)
        left = found.amount - (found.amount_refunded or 0)
        if found.state is not RemoteState.SUCCEEDED or request.amount > left:
            raise refusal
        raise Unavailable("Sberbank does not say why it refuses the refund", code="unknown_refusal") from refusal


def _is_since(order: Order, since: datetime) -> bool:
    """Whether it is an order of this shop's, registered since then. One whose day cannot be read counts."""
    try:
        if read_number(order.get("orderNumber")).kind is Kind.SETUP:
            return False
        return registered_at(order) >= since.replace(microsecond=0)
    except NotFound:
        return False
    except (KeyError, TypeError, ValueError, ArithmeticError):
        return True
