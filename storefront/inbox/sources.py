"""The sources of webhook messages at /hooks/<source>/, named in settings.INBOX_SOURCES by dotted path.

``verify`` runs in the request, ``handle`` later in the worker, so that senders are answered at once and our errors lose
nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

from storefront.inbox.models import InboundEvent

MAX_EVENT_ID = 255
MAX_SUMMARY = 200
MAX_REFERENCE = 255


@dataclass(frozen=True, slots=True)
class Received:
    """One message.

    ``event_id`` (at most 255 characters) is the same for every copy; ``summary`` is safe to log and show; ``payload``
    is JSON, stored encrypted until the message is handled. ``reference`` names what it is about, by which it is found
    later (at most 255 characters, no secret). ``is_proven`` is False for a message that only its handler
    can verify; it waits apart from the others.
    """

    event_id: str
    summary: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict, repr=False)
    is_proven: bool = True
    reference: str = ""


class Source(Protocol):
    """A company's messages. With ``is_asked_first = True`` its address answers GET and HEAD with 200: the company tests
    it so before it sends anything. ``max_body``: bytes of the longest request, if it may be longer than others'.
    ``is_told_by_query = True``: it may send a message by GET, as a query.

    ``receipt(body, now)``, if it has one: what a message, once stored, is answered with
    (``gateways.receipts.Receipt``); for a company that sends it again until it reads that. No database, no outgoing
    call."""

    def verify(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Sequence[Received]:
        """Authenticate and parse a raw request; no database, no outgoing call.

        ``headers``: names in lower case; ``now``: aware UTC. An empty result: authentic, but nothing to store (answered
        200). Raises ``gateways.errors.InvalidSignature`` for anything forged or unreadable (answered 400),
        ``ConfigurationError`` if we cannot tell (answered 503, so that it is sent again) and ``UnknownSource`` where
        the company is none of ours (answered 404).
        """

    def handle(self, event: InboundEvent) -> bool:
        """Handle a stored message, outside any transaction; its payload is ``event.data``.

        May run more than once for an event, and in any order among events. Returns False if the message concerns
        nothing of ours (then it is marked as ignored). After any exception the event is retried, with growing gaps;
        ``GiveUp`` says that retrying cannot help, ``NotNow`` that it is too early.
        """


class GiveUp(Exception):
    """Raised by ``handle``: this message can never be handled; staff are told."""


class NotNow(Exception):
    """Raised by ``handle``: a company it needs is down. Not counted as an attempt; retried in a few seconds."""


class UnknownSource(LookupError):
    """No source of that name is configured."""


def source(name: str) -> Source:
    """The configured source of that name. Raises UnknownSource."""
    try:
        path = settings.INBOX_SOURCES[name]
    except KeyError:
        raise UnknownSource(name) from None
    configured: Source = import_string(path)
    return configured
