"""Follows the sources: what is saved, created or deleted is found accordingly, in the same transaction.

Rows that are written past ``Model.save``, with ``update()`` or ``bulk_create()``, send no signal of Django's. Who
writes a searchable column in this way sends ``rows_written`` (a test looks for such places).
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models.signals import post_delete, post_save, pre_delete

from storefront.backoffice.models.search import Kind
from storefront.backoffice.search import index
from storefront.backoffice.search.sources import SOURCES, Source
from storefront.backoffice.search.words import Value
from storefront.core.signals import rows_written

#: Where an instance that is being deleted notes what must be read anew afterwards.
OWNERS = "search_owners"


def connect() -> None:
    for model in {source.model for source in SOURCES}:
        post_save.connect(saved, sender=model, dispatch_uid=f"search-saved-{model.__name__}")
        pre_delete.connect(about_to_be_deleted, sender=model, dispatch_uid=f"search-before-{model.__name__}")
        post_delete.connect(deleted, sender=model, dispatch_uid=f"search-deleted-{model.__name__}")
        rows_written.connect(written, sender=model, dispatch_uid=f"search-written-{model.__name__}")


def _of(model: type[models.Model]) -> list[Source]:
    return [source for source in SOURCES if source.model is model]


def saved(
    sender: type[models.Model],
    instance: models.Model,
    created: bool,
    update_fields: frozenset[str] | None = None,
    **kwargs: Any,
) -> None:
    stale: set[tuple[Kind, int]] = set()
    fresh: dict[Kind, list[Value]] = {}
    for source in _of(sender):
        if created and not source.is_reverse():
            for owner, values in source.values_of(instance).items():
                if source.owner == "pk":
                    fresh.setdefault(source.kind, []).extend(values)
                else:
                    index.add(source.kind, owner, values)
                if any(getattr(instance, name) for name in source.also_on):
                    stale.add((source.kind, owner))
        elif not created and source.is_touched(update_fields):
            stale |= {(source.kind, owner) for owner in source.owners_of(instance)}
    for kind, values in fresh.items():
        index.add_new(kind, instance.pk, values)
    for kind, owner in sorted(stale):
        index.refresh(kind, owner)


def about_to_be_deleted(sender: type[models.Model], instance: models.Model, **kwargs: Any) -> None:
    owners = {(source.kind, owner) for source in _of(sender) for owner in source.owners_of(instance)}
    setattr(instance, OWNERS, owners)


def deleted(sender: type[models.Model], instance: models.Model, **kwargs: Any) -> None:
    for kind, owner in sorted(getattr(instance, OWNERS, set())):
        index.refresh(kind, owner)


def written(sender: type[models.Model], rows: models.QuerySet[Any], **kwargs: Any) -> None:
    for kind in {source.kind for source in _of(sender)}:
        ways = {source.owner: source for source in _of(sender) if source.kind == kind}
        index.refresh(kind, *{owner for source in ways.values() for owner in source.owners_among(rows)})
