"""Who may speak to us at /hooks/<source>/: the two questions every source answers.

A source is named in settings.INBOX_SOURCES by dotted path. ``verify`` runs in the request, ``handle`` later in
the worker, so that a sender is answered at once and a fault of ours loses nothing.
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


@dataclass(frozen=True, slots=True)
class Received:
    """One message.

    ``event_id`` (at most 255 characters) is the same for every copy of it, ``summary`` is safe to log and show,
    ``payload`` is JSON and is stored encrypted until the message has been handled. ``is_proven`` is False for one that
    only its handler can prove; it waits apart from those that are.
    """

    event_id: str
    summary: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict, repr=False)
    is_proven: bool = True


class Source(Protocol):
    """What an outside company's messages need of us. One with ``is_asked_first = True`` answers GET and HEAD with 200:
    its company tries the address so before it sends anything."""

    def verify(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Sequence[Received]:
        """Prove a raw request and read it; no database, no outgoing call.

        ``headers`` has the request's names in lower case; ``now`` is aware UTC. An empty answer means: proven, but
        nothing to keep (answered 200). Raises ``gateways.errors.InvalidSignature`` for anything unproven or
        unreadable (answered 400) and ``ConfigurationError`` if we cannot tell (answered 503, so it comes again).
        """

    def handle(self, event: InboundEvent) -> bool:
        """Act on a stored message, outside any transaction; its payload is ``event.data``.

        It may run more than once for the same event and in any order among events. Returns False if the message
        concerns nothing of ours (kept as ignored). Whatever it raises is kept and the event tried again later,
        with growing gaps; ``GiveUp`` says that trying again cannot help, ``NotNow`` that it need not be tried yet.
        """


class GiveUp(Exception):
    """Raised by ``handle``: this message can never be handled; staff are told."""


class NotNow(Exception):
    """Raised by ``handle``: somebody it needs is known to be away. Counts as no try; asked again in a few seconds."""


class UnknownSource(LookupError):
    """No source of that name is configured."""


def source(name: str) -> Source:
    """The configured source of that name. Raises UnknownSource."""
    try:
        path = settings.INBOX_SOURCES[name]
    except KeyError:
        raise UnknownSource(name) from None
    found: Source = import_string(path)
    return found
