"""What became of a page on which a card was to be bound. The bank verifies it and reverses at once (``VERIFY``)."""

from __future__ import annotations

from storefront.gateways.errors import NotFound, Unavailable
from storefront.gateways.payments.base import RemoteState
from storefront.gateways.payments.saved_methods import SetupSnapshot
from storefront.gateways.payments.sberbank import bindings
from storefront.gateways.payments.sberbank.api import Order
from storefront.gateways.payments.sberbank.numbers import Kind, Number
from storefront.gateways.payments.sberbank.numbers import read as read_number
from storefront.gateways.payments.sberbank.snapshots import failure_of, id_of, state_of


def setup_snapshot(order: Order, *, is_live: bool) -> SetupSnapshot:
    """Raises ``NotFound`` for what was no setup, ``Unavailable`` for what cannot be read."""
    try:
        number = read_number(order["orderNumber"])
        if number.kind is not Kind.SETUP:
            raise NotFound("a payment, no setup", code="not_ours")
        return _snapshot(order, number, is_live)
    except (KeyError, TypeError, ValueError) as exc:
        raise Unavailable(f"an order that cannot be read ({type(exc).__name__})", code="unreadable_answer") from exc


def _snapshot(order: Order, number: Number, is_live: bool) -> SetupSnapshot:
    state, method = state_of(order, number), bindings.of_order(order)
    code = failure_of(order, number) if state in (RemoteState.OPEN, RemoteState.FAILED) else ""
    if state is RemoteState.SUCCEEDED and method is None:  # the buyer did not let the bank keep it
        state, code = RemoteState.FAILED, "not_saved"
    return SetupSnapshot(
        provider_reference=id_of(order),
        our_reference=number.ours,
        state=state,
        is_live=is_live,
        failure_code=code,
        method=method if state is RemoteState.SUCCEEDED else None,
    )
