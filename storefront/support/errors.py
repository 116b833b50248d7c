"""Why a change of a conversation was refused."""

from __future__ import annotations

from collections.abc import Sequence

from storefront.support.models import Message
from storefront.users.models import User


class SupportError(Exception):
    """Base of all below."""


class NewerMessages(SupportError):
    """Something was written that the author of this answer has not seen: ``messages``."""

    def __init__(self, messages: Sequence[Message]) -> None:
        super().__init__(f"{len(messages)} newer messages")
        self.messages = messages


class AssignedMeanwhile(SupportError):
    """Another has it now: ``to`` (None: nobody)."""

    def __init__(self, to: User | None) -> None:
        super().__init__("assigned meanwhile")
        self.to = to


class NotMergeable(SupportError):
    """Two conversations cannot become one. ``code``: same, customer, merged."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class NotClosed(SupportError):
    """Only a closed conversation is rated."""


class AlreadyDecided(SupportError):
    """Another member of staff has decided about this mail."""
