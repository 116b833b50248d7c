"""Payouts to the bank account and fees that are charged by themselves: what else moves a balance."""

from __future__ import annotations

from storefront.sandbox.stripe import objects
from storefront.sandbox.stripe.state import Object, State, new_id

#: https://docs.stripe.com/api/payouts/object: what stays empty here
_UNSET = """application_fee application_fee_amount description failure_balance_transaction failure_code failure_message
original_payout payout_method reversed_by statement_descriptor trace_id""".split()


class Payouts:
    def __init__(self, state: State) -> None:
        self._state = state

    def pay(self, amount: int, *, currency: str = "eur") -> Object:
        """Send ``amount`` (minor units) to the bank account."""
        with self._state.changing():
            now = self._state.now()
            payout: Object = {
                **dict.fromkeys(_UNSET),
                "id": new_id("po"),
                "object": "payout",
                "amount": amount,
                "arrival_date": now + 2 * 86400,
                "automatic": True,
                "created": now,
                "currency": currency,
                "destination": new_id("ba"),
                "livemode": False,
                "metadata": {},
                "method": "standard",
                "reconciliation_status": "in_progress",
                "source_type": "card",
                "status": "in_transit",
                "type": "bank_account",
            }
            self._state.add(payout)
            booked = objects.balance_transaction(payout, -amount, fee=0, kind="payout", now=now)
            payout["balance_transaction"] = self._state.add(booked)["id"]
            return payout

    def charge_fee(self, amount: int, *, currency: str = "eur") -> Object:
        """A fee that belongs to no payment, as for a tool of the provider."""
        with self._state.changing():
            about = {"id": None, "currency": currency}
            booked = objects.balance_transaction(about, -amount, fee=0, kind="stripe_fee", now=self._state.now())
            booked["reporting_category"] = "fee"
            return self._state.add(booked)
