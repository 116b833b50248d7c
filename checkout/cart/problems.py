"""What may go wrong with a cart, in words for the visitor."""

from __future__ import annotations


class CartError(Exception):
    """A change of the cart that cannot be made. ``message`` is for the visitor and repeats nothing he typed.

    ``field`` names the input it belongs to, "" if none.
    """

    def __init__(self, message: object, field: str = "") -> None:
        super().__init__(str(message))
        self.message = str(message)
        self.field = field
