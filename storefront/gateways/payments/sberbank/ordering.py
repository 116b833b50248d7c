"""Registering orders: pages that buyers are sent to, and charges of a binding while the buyer is absent."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from storefront.gateways.errors import Declined, KeySpent, NotFound, Unavailable
from storefront.gateways.payments.base import StartedPayment, StartRequest
from storefront.gateways.payments.saved_methods import ChargeRequest, MethodState, SetupRequest
from storefront.gateways.payments.sberbank import amounts
from storefront.gateways.payments.sberbank.amounts import LIMITS
from storefront.gateways.payments.sberbank.api import NUMBER_USED, Api, Order
from storefront.gateways.payments.sberbank.bindings import of_list
from storefront.gateways.payments.sberbank.declines import BINDING_INACTIVE, BINDING_UNKNOWN
from storefront.gateways.payments.sberbank.numbers import Kind, number_for
from storefront.gateways.payments.sberbank.snapshots import id_of, registered_at

logger = logging.getLogger(__name__)

#: How long a page is open; the bank's own default.
LIFE = timedelta(minutes=20)
#: As long another call of ours may still hold the answer with the address of a page.
ANSWERING = timedelta(seconds=20)


class Ordering:
    def __init__(self, api: Api, clock: Callable[[], datetime]) -> None:
        self._api, self._clock = api, clock

    def page(self, request: StartRequest) -> StartedPayment:
        """See ``PaymentGateway.start``."""
        check_amount(request.amount, request.currency)
        if request.lines and sum(line.amount for line in request.lines) != request.amount:
            raise Declined("the lines do not add up to the amount", code="invalid_amount")
        until = request.expires_at - self._clock()
        fields = self._fields(request, number_for(request.our_reference, request.idempotency_key, Kind.PAGE))
        fields["sessionTimeoutSecs"] = str(max(int(until.total_seconds()), 60))
        if request.save:
            fields["clientId"] = request.save.customer_reference
        return self._register(fields, request.expires_at)

    def attended(self, request: ChargeRequest) -> StartedPayment:
        """A page on which the buyer confirms the card that they chose, by its code and to its bank."""
        check_amount(request.amount, request.currency)
        self._usable(request.method_reference)
        number = number_for(request.our_reference, request.idempotency_key, Kind.PAGE)
        saved = {"clientId": request.provider_customer, "bindingId": request.method_reference}
        timeout = {"sessionTimeoutSecs": str(int(LIFE.total_seconds()))}
        return self._register(self._fields(request, number) | saved | timeout, self._clock() + LIFE)

    def unattended(self, request: ChargeRequest) -> StartedPayment:
        """The order is registered and charged in one call, so that no page of it is ever open."""
        check_amount(request.amount, request.currency)
        number = number_for(request.our_reference, request.idempotency_key, Kind.UNATTENDED)
        code = self._api.charge(
            {
                "orderNumber": number,
                "bindingId": request.method_reference,
                "amount": int(amounts.written(request.amount)),
                "currency": amounts.ROUBLE,
                "description": described(request.description),
                "language": language(request.language),
            }
        )
        try:
            order = self._api.order(number=number)
        except NotFound as exc:
            if not code:
                raise Unavailable("a charge was taken, and its order is not known", code="unreadable_answer") from exc
            self._usable(request.method_reference)
            raise Declined(f"Sberbank refused the charge ({code})", code=code) from exc
        self._same_amount(order, amounts.written(request.amount))
        return StartedPayment(_id(order), "", None)

    def setup(self, request: SetupRequest) -> StartedPayment:
        """A page where a card is verified and bound: no money is taken (``VERIFY``)."""
        number = number_for(request.our_reference, request.idempotency_key, Kind.SETUP)
        fields = {
            "orderNumber": number, "amount": "0", "currency": amounts.ROUBLE, "returnUrl": request.return_url,
            "failUrl": request.return_url, "description": described(request.save.description or "-"),
            "language": language(request.language), "clientId": request.save.customer_reference,
            "features": "VERIFY", "sessionTimeoutSecs": str(int(LIFE.total_seconds())),
        }  # fmt: skip
        return self._register(fields | _email(request.customer_email), self._clock() + LIFE)

    def _fields(self, request: StartRequest | ChargeRequest, number: str) -> dict[str, str]:
        fields = {
            "orderNumber": number,
            "amount": amounts.written(request.amount),
            "currency": amounts.ROUBLE,
            "returnUrl": request.return_url,
            "failUrl": request.return_url,  # where we look what became of it
            "description": described(request.description),
            "language": language(request.language),
        }
        return fields | _email(request.customer_email)

    def _register(self, fields: Mapping[str, str], closes_at: datetime) -> StartedPayment:
        try:
            answer = self._api.register(fields)
        except Declined as refusal:
            if refusal.code != NUMBER_USED:
                raise
            return self._repeated(fields)
        page, order_id = answer.get("formUrl"), answer.get("orderId")
        if not (isinstance(page, str) and page.startswith(("https://", "http://")) and isinstance(order_id, str)):
            raise Unavailable("an order without its page", code="unreadable_answer")
        return StartedPayment(order_id, page, closes_at)

    def _repeated(self, fields: Mapping[str, str]) -> StartedPayment:
        """The same key once more. The bank tells the address of a page once: one whose answer was lost can be reached
        by nobody, so it is closed, and the key is spent."""
        order = self._api.order(number=fields["orderNumber"])
        self._same_amount(order, fields["amount"])
        reference = _id(order)
        if order.get("orderStatus") != 0:
            return StartedPayment(reference, "", None)
        if self._clock() - _registered_at(order) < ANSWERING:
            raise Unavailable("another call of ours is opening it", code="idempotency_key_in_use")
        try:
            self._api.decline(reference)
        except Declined as refusal:
            logger.warning("Sberbank: an order that nobody can reach is not closed (%s)", refusal.code)
        raise KeySpent("the page of this order was told once, and is lost", code="page_lost")

    def _usable(self, binding_id: str) -> None:
        """Raises Declined for a binding that will not pay."""
        try:
            state = of_list(self._api.binding(binding_id)).state
        except NotFound as exc:
            raise Declined("Sberbank does not know this binding", code=BINDING_UNKNOWN) from exc
        if state is not MethodState.ACTIVE:
            raise Declined("this binding was ended", code=BINDING_INACTIVE)

    def _same_amount(self, order: Order, written: str) -> None:
        if str(order.get("amount")) != written:
            raise Declined("this key was used for another amount", code="idempotency_key_used")


def check_amount(amount: Any, currency: str) -> None:
    """Raises ``Declined`` for what is beyond ``LIMITS``."""
    if problem := LIMITS.problem(amount, currency):
        raise Declined(f"{amount} {currency} cannot be charged", code=f"amount_{problem.code}")


def described(text: str) -> str:
    """One line; the bank's lists show so much."""
    return " ".join(text.split())[: LIMITS.longest_description] or "-"


def language(code: str) -> str:
    """The bank's pages are in two languages."""
    return "ru" if code.partition("-")[0].lower() == "ru" else "en"


def _email(address: str) -> dict[str, str]:
    return {"email": address} if LIMITS.takes_email(address) else {}


def _registered_at(order: Order) -> datetime:
    try:
        return registered_at(order)
    except (KeyError, TypeError, ValueError, ArithmeticError) as exc:
        raise Unavailable("an order without its time", code="unreadable_answer") from exc


def _id(order: Order) -> str:
    try:
        return id_of(order)
    except (KeyError, TypeError) as exc:
        raise Unavailable("an order without its id", code="unreadable_answer") from exc
