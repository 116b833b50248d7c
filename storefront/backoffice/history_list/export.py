"""The history in a file: read and sent row by row, in one query for each of Wagtail's logs."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db.models import QuerySet
from wagtail.coreutils import get_content_type_label
from wagtail.log_actions import registry

from storefront.backoffice.history import changes
from storefront.users import role_names

CHUNK = 1000


def act(entry: Any) -> str:
    """What was done. Of an act that earlier releases knew, or an app that was removed, only the name is left."""
    return str(registry.get_action_label(entry.action)) if registry.action_exists(entry.action) else entry.action


def thing(entry: Any) -> str:
    """What it was done to; a role has the name that staff read."""
    is_role = entry.content_type_id == ContentType.objects.get_for_model(Group).pk
    return role_names.shown(entry.label) if is_role else entry.label


def rows(logs: Iterable[QuerySet[Any]]) -> Iterator[list[Any]]:
    """A list of values for each entry, the latest first. ``logs``: the entries of each log, filtered."""
    ordered = [entries.select_related("user", "content_type").order_by("-timestamp", "-pk") for entries in logs]
    streams = [entries.iterator(chunk_size=CHUNK) for entries in ordered]
    for entry in heapq.merge(*streams, key=lambda entry: (entry.timestamp, entry.pk), reverse=True):
        yield [
            entry.timestamp,
            str(entry.user_display_name),
            act(entry),
            thing(entry),
            get_content_type_label(entry.content_type),
            "; ".join(changes(entry.data)),
            str(entry.comment),
        ]
