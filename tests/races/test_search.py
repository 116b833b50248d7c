"""The search on PostgreSQL finds what it finds on SQLite, and two who save one page's parts at once do not collide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from cms.models import ProductPage, TextPage
from cms.search import documents, finding
from cms.search.models import SearchDocument

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
Race = Callable[..., list[Any]]


def titles(typed: str) -> list[str]:
    matches = finding.match(typed, "en")
    return [str(result.heading) for result in finding.results(matches.best(10), frozenset())]


def test_search_finds_the_same_on_postgresql(shop: Any) -> None:
    assert connection.vendor == "postgresql"
    page = TextPage(title="Ёлки & acme.bitrix24.com", slug="x", intro="Version 1e5 or 8.3, a@b.example, well-known.")
    ProductPage.objects.get().get_parent().get_parent().add_child(instance=page)
    for typed in ("yeastar", "yestar", "YEASTAR modul", "yeastar zzzzzz", "calls"):
        assert titles(typed) == ["Yeastar S-series module"], typed
    for typed in ("елка", "bitrx", "1e5", "8.3", "a@b.example", "well known", "acme"):
        assert titles(typed) == ["Ёлки &amp; acme.bitrix24.com"], typed
    for typed in ("\x00", "' & | ! :* \\", "yeastar:* & !x", "😀", "zzzzzzzz"):
        assert titles(typed.replace("yeastar", "")) == [], typed


def test_page_and_product_saved_at_once_make_one_document(shop: Any, race: Race) -> None:
    page = ProductPage.objects.get()
    SearchDocument.objects.all().delete()
    assert not [done for done in race(lambda: documents.refresh(page.pk), copies=8) if isinstance(done, Exception)]
    assert SearchDocument.objects.count() == 1


def test_control_without_the_lock_they_collide(shop: Any, race: Race, monkeypatch: pytest.MonkeyPatch) -> None:
    page = ProductPage.objects.get()
    SearchDocument.objects.all().delete()
    monkeypatch.setattr("django.db.models.query.QuerySet.select_for_update", lambda self, **options: self)
    collided = [done for done in race(lambda: documents.refresh(page.pk), copies=8) if isinstance(done, Exception)]
    assert collided
