"""Ways to pay where the buyer must still act after the session is complete.

https://docs.stripe.com/payments/vouchers: the session ends ``complete`` and ``unpaid``, its intent waits in
``requires_action`` with the voucher in ``next_action``; ``checkout.session.async_payment_succeeded`` or ``_failed``
follows. Bank transfers are alike and never lapse.
"""

from __future__ import annotations

from collections.abc import Callable

from storefront.sandbox.stripe import objects
from storefront.sandbox.stripe.cashier import Cashier, Result
from storefront.sandbox.stripe.errors import ApiError
from storefront.sandbox.stripe.state import Emit, Object, State

DAYS = 7
_BANK = "customer_balance"
_LAPSED = {
    "type": "invalid_request_error",
    "code": "payment_intent_payment_attempt_expired",
    "message": "The latest payment attempt of the PaymentIntent has expired. Check the last_payment_error property.",
}


class Vouchers:
    """``page``: where vouchers are shown, without the session's id."""

    def __init__(self, state: State, emit: Emit, cashier: Cashier, *, page: str) -> None:
        self._state = state
        self._emit = emit
        self._cashier = cashier
        self._page = page

    def issue(self, session_id: str, method: str = "multibanco") -> Result:
        """The buyer chooses to pay elsewhere and gets a voucher, good for a week; no money has come."""
        if method not in _DETAILS:
            raise ValueError(f"no voucher method {method!r}; one of {sorted(_DETAILS)}")
        with self._state.changing():
            session = self._cashier.if_open(session_id)
            if session is None:
                return Result("closed")
            intent = self._cashier.confirm(session)
            ends = self._state.now() + DAYS * 86400
            kind, details = _DETAILS[method](f"{self._page}{session_id}", ends, intent)
            intent |= {"status": "requires_action", "next_action": {"type": kind, kind: details}}
            intent |= {"last_payment_error": None, "payment_method_types": [method]}
            session |= {"status": "complete", "url": None, "payment_method_types": [method]}
            self._state.private[session_id]["voucher"] = {"method": method, "ends": None if method == _BANK else ends}
            self._emit([("payment_intent.requires_action", intent), ("checkout.session.completed", session)])
            return Result("waiting")

    def pay(self, session_id: str) -> None:
        """The voucher is paid. Raises 400 unless one waits."""
        with self._state.changing():
            session, intent, voucher = self._waiting(session_id)
            method = voucher["method"]
            shown = intent["next_action"][intent["next_action"]["type"]]
            told = {name: shown[name] for name in ("entity", "reference", "number") if name in shown}
            details = {"type": method, method: {} if method == _BANK else told}
            buyer = {"email": session["customer_details"]["email"], "name": session["customer_details"]["name"]}
            charge = self._state.add(objects.charge(intent, details, buyer, now=self._state.now()))
            intent |= {"latest_charge": charge["id"], "next_action": None}
            self._cashier.take(intent, charge, session=session, closing="checkout.session.async_payment_succeeded")

    def lapse(self, session_id: str) -> None:
        """The voucher's time is over. Raises 400 unless one waits."""
        with self._state.changing():
            session, intent, _voucher = self._waiting(session_id)
            intent |= {"status": "requires_payment_method", "next_action": None, "last_payment_error": dict(_LAPSED)}
            self._emit([("payment_intent.payment_failed", intent), ("checkout.session.async_payment_failed", session)])

    def lapse_due(self) -> None:
        with self._state.reading():
            now = self._state.now()
            known = [(name, kept.get("voucher")) for name, kept in self._state.private.items()]
            due = [name for name, voucher in known if voucher and voucher["ends"] and voucher["ends"] <= now]
        for session_id in due:
            try:
                self.lapse(session_id)
            except ApiError:
                continue  # paid or lapsed before

    def cancel_intent(self, intent_id: str) -> Object:
        """Of a session's intents only one in ``requires_capture`` may be cancelled, and there is none here:
        https://docs.stripe.com/api/payment_intents/cancel. Raises 404 for an unknown one."""
        intent = self._state.get("payment_intent", intent_id)
        raise ApiError(
            400,
            "payment_intent_unexpected_state",
            f"You cannot cancel this PaymentIntent ({intent['id']}) because it was created by a Checkout Session.",
            executed=True,
        )

    def cancel_in_dashboard(self, session_id: str) -> None:
        """The seller cancels the payment by hand. Raises 400 unless a voucher waits."""
        with self._state.changing():
            _session, intent, _voucher = self._waiting(session_id)
            intent |= {"status": "canceled", "canceled_at": self._state.now(), "next_action": None}
            self._emit([("payment_intent.canceled", intent)])

    def shown(self, session_id: str) -> Object | None:
        """``next_action`` of a session whose voucher waits."""
        try:
            return dict(self._waiting(session_id)[1]["next_action"])
        except ApiError:
            return None

    def _waiting(self, session_id: str) -> tuple[Object, Object, Object]:
        session = self._state.get("checkout.session", session_id)
        intent = self._state.objects.get(session["payment_intent"] or "")
        voucher = self._state.private[session_id].get("voucher")
        if not intent or not voucher or intent["status"] != "requires_action":
            raise ApiError(400, "payment_intent_unexpected_state", "No voucher waits for this session.")
        return session, intent, voucher


#: (voucher's page, when it lapses, intent) -> type of ``next_action``, and its details
_Details = Callable[[str, int, Object], tuple[str, Object]]


def _multibanco(page: str, ends: int, _intent: Object) -> tuple[str, Object]:
    told = {"entity": "12345", "expires_at": ends, "hosted_voucher_url": page, "reference": "123 456 789"}
    return "multibanco_display_details", told


def _boleto(page: str, ends: int, _intent: Object) -> tuple[str, Object]:
    number = "01010101010101010101010101010101010101010101010"
    told = {"expires_at": ends, "hosted_voucher_url": page, "number": number, "pdf": f"{page}/pdf"}
    return "boleto_display_details", told


def _konbini(page: str, ends: int, _intent: Object) -> tuple[str, Object]:
    codes = {"confirmation_number": "500000000001", "payment_code": "100001"}
    stores = {name: dict(codes) for name in ("familymart", "lawson", "ministop", "seicomart")}
    return "konbini_display_details", {"expires_at": ends, "hosted_voucher_url": page, "stores": stores}


def _oxxo(page: str, ends: int, _intent: Object) -> tuple[str, Object]:
    told = {"expires_after": ends, "hosted_voucher_url": page, "number": "93000262280678191011"}
    return "oxxo_display_details", told


def _transfer(page: str, _ends: int, intent: Object) -> tuple[str, Object]:
    address = dict.fromkeys(("city", "line1", "line2", "postal_code", "state")) | {"country": "IE"}
    iban = {
        "account_holder_address": address,
        "account_holder_name": "Northbridge Software",
        "bank_address": address,
        "bic": "AIBKIE2D",
        "country": "IE",
        "iban": "IE29AIBK93115212345678",
    }
    told = {
        "amount_remaining": intent["amount"],
        "currency": intent["currency"],
        "financial_addresses": [{"type": "iban", "iban": iban, "supported_networks": ["sepa"]}],
        "hosted_instructions_url": page,
        "reference": "7BDGJ4NXEFKQ",
        "type": "eu_bank_transfer",
    }
    return "display_bank_transfer_instructions", told


_DETAILS: dict[str, _Details] = {
    "multibanco": _multibanco,
    "boleto": _boleto,
    "konbini": _konbini,
    "oxxo": _oxxo,
    _BANK: _transfer,
}
