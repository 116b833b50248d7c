"""The demo customer's past: made through the shop's own services, as if he had bought here."""

from __future__ import annotations


def load_history() -> None:
    """A paid order with its license, a license that ends soon, an unpaid invoice."""
