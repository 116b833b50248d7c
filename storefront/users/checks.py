"""System checks about staff."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError

from storefront.users import approvals


@register(Tags.database)
def second_persons(**kwargs: Any) -> list[CheckMessage]:
    """Whether changes that need a second person can find one. Asks the database, so ``check --database default``; a
    warning, as a shop must be migrated, and its first staff made, before anybody has a right."""
    try:
        alone = approvals.kinds_without_holders() if kwargs.get("databases") else []
    except DatabaseError:  # before the first migration
        return []
    if not alone:
        return []
    return [
        Warning(
            f"APPROVAL_BY_SECOND_PERSON is set, but fewer than two active people may decide: {', '.join(alone)}.",
            hint="Give a second person the right; until then the seller and roles cannot be changed.",
            id="storefront.W033",
        )
    ]
