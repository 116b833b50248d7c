"""Search and reference index of what the demo creates, updated once at the end instead of at each save."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import Model
from django.db.models.signals import post_save
from modelsearch.backends import get_search_backends
from modelsearch.index import get_indexed_models
from modelsearch.signal_handlers import post_save_signal_handler
from wagtail.models import ReferenceIndex
from wagtail.signal_handlers import disable_reference_index_auto_update

#: Many rows whose references nobody looks up in Wagtail.
UNTRACKED = ("catalogue", "partner", "wagtail_localize")


@contextmanager
def at_the_end() -> Iterator[None]:
    """Index nothing inside, and at the end all that was saved. For a single-threaded command only."""
    saved: dict[type[Model], dict[Any, None]] = {}

    def remember(sender: type[Model], instance: Model, **kwargs: Any) -> None:
        saved.setdefault(sender, {})[instance.pk] = None

    indexed = [model for model in get_indexed_models() if getattr(model, "search_auto_update", True)]
    post_save.connect(remember)
    for model in indexed:
        post_save.disconnect(post_save_signal_handler, sender=model)
    try:
        with disable_reference_index_auto_update():
            yield
    finally:
        post_save.disconnect(remember)
        for model in indexed:
            post_save.connect(post_save_signal_handler, sender=model)
    for model, keys in saved.items():
        _index(model, list(keys), is_searched=model in indexed)


def _index(model: type[Model], keys: list[Any], *, is_searched: bool) -> None:
    is_tracked = ReferenceIndex.model_is_indexable(model) and model._meta.app_label not in UNTRACKED
    if not (is_searched or is_tracked):
        return
    instances = list(model._default_manager.filter(pk__in=keys))
    for instance in instances if is_tracked else ():
        ReferenceIndex.create_or_update_for_object(instance)
    for backend in get_search_backends(with_auto_update=True) if is_searched else ():
        backend.add_bulk(model, instances)
