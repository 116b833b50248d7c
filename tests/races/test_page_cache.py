"""A kept page is never older than the last thing published, whoever renders one meanwhile.

Each race with a control run in which the guard is off.
"""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from django.test import Client

from storefront.billing.models import Seller
from storefront.core import content_version
from tests.races.conftest import in_a_thread

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]

is_rendered, is_renamed = threading.Event(), threading.Event()


def dawdle(now: datetime) -> None:
    """Asked once a page is rendered and before it is kept (settings.PAGE_CACHE_MOMENTS)."""
    if not is_rendered.is_set():
        is_rendered.set()
        is_renamed.wait(timeout=30)


@pytest.fixture(autouse=True)
def _kept(settings: Any) -> None:
    settings.PAGE_CACHE_SECONDS = 600
    is_rendered.clear()
    is_renamed.clear()


def footer_says(name: str) -> bool:
    return name in Client().get("/products/").content.decode()


def rename() -> None:
    seller = Seller.objects.get()
    seller.name = "Southbridge Ltd"
    seller.save()


def rename_seen_before_it_is_committed() -> None:
    with transaction.atomic():
        rename()
        visit = in_a_thread(lambda: footer_says(""))
        visit.join(timeout=30)


def rename_while_somebody_renders(settings: Any) -> None:
    settings.PAGE_CACHE_MOMENTS = [f"{__name__}.dawdle"]
    visit = in_a_thread(lambda: footer_says(""))
    assert is_rendered.wait(timeout=30)
    rename()
    is_renamed.set()
    visit.join(timeout=30)


def test_who_renders_before_the_commit_is_not_believed_after_it(shop: Any) -> None:
    assert footer_says("Northbridge Software Ltd")
    rename_seen_before_it_is_committed()
    assert footer_says("Southbridge Ltd")


def test_control_without_a_new_version_the_old_name_stays(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert footer_says("Northbridge Software Ltd")
    monkeypatch.setattr(content_version, "current", lambda: 1)
    footer_says("")
    rename_seen_before_it_is_committed()
    assert footer_says("Northbridge Software Ltd")


def test_what_was_being_rendered_is_not_kept_for_afterwards(shop: Any, settings: Any) -> None:
    rename_while_somebody_renders(settings)
    assert footer_says("Southbridge Ltd")


def test_control_kept_under_the_version_of_afterwards_it_stays(
    shop: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(content_version, "current", lambda: 1)
    rename_while_somebody_renders(settings)
    assert footer_says("Northbridge Software Ltd")


def test_many_who_publish_at_once_all_count(shop: Any, race: Any) -> None:
    before = content_version.current()
    assert not any(race(rename, copies=8))
    content_version.cache.clear()
    assert content_version.current() >= before + 8
