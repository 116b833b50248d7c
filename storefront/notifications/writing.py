"""One mail into the outbox, as a row of its own in the caller's transaction."""

from __future__ import annotations

from typing import Any

from storefront.notifications import values
from storefront.notifications.outbox import enqueue


def write(
    template: str, *, to: str, language: str, key: str, name: str, currency: str = "", group: str = "", **context: Any
) -> None:
    """Enqueue ``templates/email/<template>/`` for one reader; mails of one ``group`` are sent in order."""
    packed = values.pack({**context, "name": values.greeting_name(name)}, currency)
    enqueue(
        kind="mail",
        key=key,
        group=group,
        payload={"template": template, "to": to, "language": language, "context": packed},
    )


def of_order(number: str) -> str:
    """The outbox group that keeps an order's mails in order; none for what has no order."""
    return f"order:{number}" if number else ""
