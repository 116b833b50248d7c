"""Takes what names a person out of text that people or programs wrote, also inside JSON."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import Model, Q, QuerySet

from storefront.core.signals import rows_written

#: Stands where something was left out, in any language.
OMITTED = "[…]"
#: Shorter words would be found in the middle of others' sentences.
SHORTEST = 3
_ANY_EMAIL = r"[^\s@<>\"',;:()\[\]]+@[\w.-]+\w"


def pattern(words: Iterable[str], *, any_email: bool = False) -> re.Pattern[str] | None:
    """Finds any of ``words`` in any case, the longest first, not inside a longer word, nor an e-mail inside a longer
    one (``jo.ann@acme.example`` is another's than ``ann@acme.example``); None without words.

    ``any_email``: and every e-mail address, also one that the person had before.
    """
    sought = sorted({word.strip() for word in words if len(word.strip()) >= SHORTEST}, key=len, reverse=True)
    choices = [*([_ANY_EMAIL] if any_email else []), *map(_whole, sought)]
    return re.compile(rf"(?<!\w)(?:{'|'.join(choices)})(?!\w)", re.IGNORECASE) if choices else None


def _whole(word: str) -> str:
    return rf"(?<!\w[.+%-]){re.escape(word)}(?!\.\w)" if "@" in word else re.escape(word)


def scrub(value: Any, found: re.Pattern[str]) -> Any:
    """``value`` (text, or JSON of any depth) with OMITTED for what ``found`` finds."""
    if isinstance(value, str):
        return found.sub(OMITTED, value)
    if isinstance(value, list):
        return [scrub(item, found) for item in value]
    if isinstance(value, dict):
        return {scrub(key, found): scrub(item, found) for key, item in value.items()}
    return value


def scrub_rows(rows: QuerySet[Any], columns: Sequence[str], words: Iterable[str], *, any_email: bool = False) -> int:
    """Scrub these columns of these rows, in the caller's transaction. Returns how many rows were changed."""
    found = pattern(words, any_email=any_email)
    if found is None:
        return 0
    changed = list(_changed(rows, columns, found))
    if changed:
        rows.model._default_manager.bulk_update(changed, columns, batch_size=200)
        rows_written.send(
            sender=rows.model, rows=rows.model._default_manager.filter(pk__in=[row.pk for row in changed])
        )
    return len(changed)


def mentioning(model: type[Model], columns: Sequence[str], words: Iterable[str]) -> QuerySet[Any]:
    """Rows that hold one of ``words``, which are ASCII, in one of the columns, text or JSON."""
    condition = Q(pk=None)
    for word in words:
        for column in columns:
            condition |= Q(**{f"{column}__icontains": word})
    return model._default_manager.filter(condition)


def _changed(rows: QuerySet[Any], columns: Sequence[str], found: re.Pattern[str]) -> Iterator[Any]:
    for row in rows.order_by("pk").only("pk", *columns).iterator(chunk_size=500):
        new = {column: scrub(getattr(row, column), found) for column in columns}
        if any(new[column] != getattr(row, column) for column in columns):
            for column, value in new.items():
                setattr(row, column, value)
            yield row
