"""Conversations of the release before become tickets: nothing is lost, each gets a number of its own.

Part of ``tests/upgrade``, which migrates them together with everything else.
"""

from __future__ import annotations

import re
from typing import Any

WRITTEN = [("chat", "open", "Hello?", None), ("contact", "closed", "Resellers?", "2026-01-02T03:04:05+00:00")]


def write(model: Any) -> None:
    """As that release kept them; ``model`` gives its models by app and name."""
    conversations, messages = (model("support", name) for name in ("Conversation", "Message"))
    for at, (kind, status, text, mailed_at) in enumerate(WRITTEN):
        row = conversations.objects.create(
            kind=kind, status=status, name=f"N{at}", email=f"n{at}@example.com", subject=text, language="ru",
            public_id=f"id-{at}", read_by_visitor=at,
        )  # fmt: skip
        for number in (1, 2):
            messages.objects.create(
                conversation=row, number=number, author="visitor", text=f"{text} {number}", key=f"{at}:{number}",
                mailed_at=mailed_at,
            )  # fmt: skip


def report() -> list[dict[str, Any]]:
    """What has become of them."""
    from storefront.support.models import Conversation

    return [
        {
            "number": row.number,
            "old": [row.kind, row.status, row.name, row.email, row.subject, row.public_id, row.read_by_visitor],
            "new": [row.department_id, row.assignee_id, row.due_at, row.alarm, row.rating, row.merged_into_id],
            "messages": [[message.number, message.text, message.quoted] for message in row.messages.all()],
        }
        for row in Conversation.objects.order_by("pk")
    ]


def check(rows: list[dict[str, Any]]) -> None:
    """What must be true of the report."""
    assert len({row["number"] for row in rows}) == len(WRITTEN)
    for at, (row, (kind, status, text, _mailed)) in enumerate(zip(rows, WRITTEN, strict=True)):
        assert re.fullmatch(r"T-[0-9A-Z]{4}-[0-9A-Z]{4}", row["number"])
        assert row["old"] == [kind, status, f"N{at}", f"n{at}@example.com", text, f"id-{at}", at]
        assert row["new"] == [None, None, None, 0, None, None]
        assert row["messages"] == [[number, f"{text} {number}", ""] for number in (1, 2)]
