"""Errors of cart operations."""

from __future__ import annotations


class CartError(Exception):
    """The cart cannot be changed as requested. ``message`` is for the visitor and repeats nothing that they typed.

    ``field`` names the input it belongs to, "" if none; ``status`` is that of an error page of its own.
    """

    def __init__(self, message: object, field: str = "", status: int = 200) -> None:
        super().__init__(str(message))
        self.message, self.field, self.status = str(message), field, status


class CartOrdered(CartError):
    """The cart was ordered in the meantime, in another window."""
