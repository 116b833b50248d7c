"""The gateway of simplepay.pro: a page at the company per payment attempt."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

from storefront.gateways.errors import ConfigurationError, Declined, GatewayError, NotFound, Unavailable
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
from storefront.gateways.payments.diagnosis import Diagnosis, Verdict, Words
from storefront.gateways.payments.diagnosis import gettext_noop as _
from storefront.gateways.payments.limits import Limits
from storefront.gateways.payments.simplepay_pro import notices, references
from storefront.gateways.payments.simplepay_pro.api import Api, Fields
from storefront.gateways.receipts import Receipt

LIVE = "https://api.simplepay.pro/sp"
#: The one status that is known to mean that the money is there.
PAID = "EXECUTED"
CURRENCY = "RUB"
#: An order that nobody has made.
NOBODY = "nobody.nobody.1000000000"


class Gateway(PaymentGateway):
    """Payments in roubles on the page of simplepay.pro, for sellers who hold a contract with it. Whether the company
    still takes new ones could not be found out: the method is off unless it is switched on.

    ``provider_reference`` is our order id, ``charge_reference`` the company's number of the payment.

    Money is given back by hand: a refund has no key of ours and no list tells of it, so that after a lost answer nobody
    could say whether it was made. No method is saved: the profile of repeated payments comes by its notice alone, and
    ours are hints.

    Args:
        outlet_id: the seller's; ``key`` signs calls, ``result_keys`` sign notices: the newest first, former ones while
            it is changed.
        is_test: every payment asks for the payment system TEST, and no money is real.
        timeouts: seconds to connect, and to wait for an answer.

    Raises ``ConfigurationError`` if something is missing, or real money would travel unencrypted.
    """

    name = "simplepay_pro"
    verbose_name = "SimplePay (simplepay.pro)"
    buyer_name = company = "SimplePay"
    limits = Limits(currencies=frozenset({CURRENCY}), longest_description=255)
    page_lifetime = timedelta(hours=1)
    key_lifetime = timedelta(hours=1)
    supports: frozenset[Feature] = frozenset()
    day_zone = "Europe/Moscow"

    def __init__(
        self,
        *,
        outlet_id: str,
        key: str,
        result_keys: Sequence[str],
        api_base: str = LIVE,
        is_test: bool = False,
        timeouts: tuple[float, float] = (3.0, 8.0),
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        base = urlsplit(api_base)
        self.is_live = not is_test
        if not outlet_id or not key or not result_keys:
            raise ConfigurationError("SimplePay's outlet or one of its keys is missing")
        if self.is_live and base.scheme != "https":
            raise ConfigurationError("SimplePay is only ever asked over https where money is real")
        self._result_keys, self._clock = list(result_keys), clock
        connect, wait = timeouts
        http = HttpClient(
            connect_timeout=connect, read_timeout=wait, total_timeout=connect + wait, allow_loopback=is_test
        )
        self._api = Api(http, base=api_base.rstrip("/"), outlet_id=outlet_id, key=key)
        # The page leads on to those of banks.
        self.redirect_origins = ("https:",) if base.scheme == "https" else (f"{base.scheme}://{base.netloc}",)

    def start(self, request: StartRequest) -> StartedPayment:
        if problem := self.limits.problem(request.amount, request.currency):
            raise Declined(f"{request.amount} {request.currency} cannot be charged", code=f"amount_{problem.code}")
        if request.lines and sum(line.amount for line in request.lines) != request.amount:
            raise Declined("the lines do not add up to the amount", code="invalid_amount")
        order_id = references.of(request)
        made = self._api.open(self._asked(request, order_id))
        page = made.get("sp_redirect_url", "")
        if not page:
            raise Unavailable("an answer without its page", code="unreadable_answer")
        return StartedPayment(order_id, page, request.expires_at.replace(microsecond=0))

    def fetch(
        self, provider_reference: str, *, look_for_disputes: bool = False, look_for_refunds: bool = False
    ) -> PaymentSnapshot:
        """The company tells of no refund and no dispute."""
        carried = references.read(provider_reference)
        if carried is None:
            raise NotFound("not an order of ours")
        told = self._api.status(provider_reference)
        state = RemoteState.OPEN if self._clock() < carried.closes_at else RemoteState.EXPIRED
        if told.get("sp_transaction_status") == PAID:
            state = RemoteState.SUCCEEDED
        return PaymentSnapshot(
            provider_reference=provider_reference,
            our_reference=carried.ours if told.get("sp_order_id") == provider_reference else "",
            state=state,
            amount=_amount(told),
            currency=CURRENCY,
            is_live=self.is_live,
            charge_reference=_payment(told) if state is RemoteState.SUCCEEDED else "",
            method_label=self.buyer_name if state is RemoteState.SUCCEEDED else "",
        )

    def cancel(self, provider_reference: str) -> PaymentSnapshot:
        """A page cannot be closed: an unpaid one counts as closed, whatever comes by it later."""
        found = self.fetch(provider_reference)
        return replace(found, state=RemoteState.EXPIRED) if found.state is RemoteState.OPEN else found

    def probe(self) -> None:
        try:
            self._api.status(NOBODY)
        except NotFound:
            return

    def diagnose(self, *, webhook_url: str, is_thorough: bool = True) -> Sequence[Diagnosis]:
        return [
            self._connection(),
            Diagnosis(
                "webhook", Words(_("Result URL")), Verdict.WARNING,
                Words(_("SimplePay does not tell where its notices go.")),
                Words(
                    _("In its cabinet set Result URL %(webhook)s, method POST, and SHA-256 for signatures."),
                    {"webhook": webhook_url},
                ),
            ),
            Diagnosis(
                "contract", Words(_("Contract")), Verdict.WARNING,
                Words(_("The service could not be reached or verified when this method was made.")),
                Words(_("Use it only with an existing contract, and after a payment in test mode.")),
            ),
        ]  # fmt: skip

    def parse_webhook(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> ProviderEvent:
        return notices.parse(body, self._result_keys, is_live=self.is_live)

    def receipt(self, body: bytes, *, now: datetime) -> Receipt:
        return notices.receipt(self._result_keys[0])

    def _asked(self, request: StartRequest, order_id: str) -> dict[str, str]:
        seconds = max(60, math.ceil((request.expires_at - self._clock()).total_seconds()))
        fields = {
            "sp_order_id": order_id,
            "sp_amount": f"{request.amount:.2f}",
            "sp_description": " ".join(request.description.replace(";", " ").split())[:255] or "-",
            "sp_lifetime": str(seconds),
            "sp_success_url": request.return_url,
            "sp_failure_url": request.cancel_url,
        }
        if self.limits.takes_email(request.customer_email):
            fields["sp_user_contact_email"] = request.customer_email
        return fields if self.is_live else fields | {"sp_payment_system": "TEST"}

    def _connection(self) -> Diagnosis:
        subject = Words(_("Outlet and key"))
        try:
            self.probe()
        except Unavailable as exc:
            found = Words(_("It does not answer: %(problem)s."), {"problem": exc.message})
            return Diagnosis("connection", subject, Verdict.FAULT, found, Words(_("Try again later.")))
        except (ConfigurationError, GatewayError) as refusal:
            told = Words("%(refusal)s.", {"refusal": refusal})
            return Diagnosis("key", subject, Verdict.FAULT, told, Words(_("Copy outlet and keys from its cabinet.")))
        live, test = _("SimplePay knows them. Money is real."), _("SimplePay knows them. No money is real.")
        return Diagnosis("key", subject, Verdict.OK, Words(live if self.is_live else test))


def _amount(told: Fields) -> Decimal:
    try:
        amount = Decimal(told["sp_amount"])
    except (KeyError, InvalidOperation) as exc:
        raise Unavailable("a payment without its amount", code="unreadable_answer") from exc
    if not amount.is_finite() or amount % Decimal("0.01"):
        raise Unavailable("an amount that is none", code="unreadable_answer")
    return amount.quantize(Decimal("0.01"))


def _payment(told: Fields) -> str:
    number = told.get("sp_payment_id", "")
    if not number.isdigit():
        raise Unavailable("a payment without its number", code="unreadable_answer")
    return number
