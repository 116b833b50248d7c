"""What may go wrong with a cart, in words for the visitor."""

from __future__ import annotations


class CartError(Exception):
    """A change of the cart that cannot be made. ``message`` is for the visitor and repeats nothing he typed.

    ``field`` names the input it belongs to, "" if none. ``status`` is the answer's when it gets a page of its own.
    """

    def __init__(self, message: object, field: str = "", status: int = 200) -> None:
        super().__init__(str(message))
        self.message, self.field, self.status = str(message), field, status


class CartOrdered(CartError):
    """The cart was ordered in the meantime, in another window."""
