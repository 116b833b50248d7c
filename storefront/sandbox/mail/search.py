"""Postmark's search of what was sent: the parameters it takes and the shape of its answer."""

from __future__ import annotations

from typing import Any

from storefront.sandbox.mail.messages import Message, Refused

MOST = 500
#: Filters of the real search that this one does not know are refused, so that nobody relies on them here.
KNOWN = frozenset(("count", "offset", "recipient", "tag", "subject"))
METADATA = "metadata_"


def found(messages: list[Message], query: dict[str, str]) -> dict[str, Any]:
    """The page of ``messages`` (newest first) that was asked for. Raises Refused."""
    unknown = [name for name in query if name not in KNOWN and not name.startswith(METADATA)]
    if unknown:
        raise Refused(701, f"Unknown parameter '{unknown[0]}'.")
    count, offset = (_number(name, query) for name in ("count", "offset"))
    if not 0 < count <= MOST:
        raise Refused(700, f"'count' must be between 1 and {MOST}.")
    fitting = [message for message in messages if _fits(message, query)]
    return {"TotalCount": len(fitting), "Messages": [_row(each) for each in fitting[offset : offset + count]]}


def _number(name: str, query: dict[str, str]) -> int:
    text = query.get(name, "")
    if not (text.isascii() and text.isdigit()):
        raise Refused(700, f"'{name}' is required and must be a number.")
    return int(text)


def _fits(message: Message, query: dict[str, str]) -> bool:
    wanted = {name.removeprefix(METADATA): value for name, value in query.items() if name.startswith(METADATA)}
    return (
        query.get("recipient", "").lower() in ("", *message.recipients)
        and query.get("tag", message.tag) == message.tag
        and query.get("subject", message.subject) == message.subject
        and all(message.metadata.get(name) == value for name, value in wanted.items())
    )


def _row(message: Message) -> dict[str, Any]:
    return {
        "MessageID": message.message_id,
        "Recipients": message.recipients,
        "ReceivedAt": message.received_at,
        "From": message.sender,
        "Subject": message.subject,
        "Tag": message.tag,
        "Status": "Sent",
        "MessageStream": message.stream,
        "Metadata": message.metadata,
    }
