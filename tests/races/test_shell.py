"""What surrounds every page is never older than the last thing published, whoever loads it meanwhile.

Each race with a control run in which the guard is off.
"""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from cms import shell
from storefront.billing.models import Seller
from tests.races.conftest import in_a_thread

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def footer_says(name: str) -> bool:
    return name in Client().get("/products/").content.decode()


def rename_seen_before_it_is_committed() -> None:
    seller = Seller.objects.get()
    with transaction.atomic():
        seller.name = "Southbridge Ltd"
        seller.save()
        visit = in_a_thread(lambda: footer_says(""))
        visit.join(timeout=30)


def rename_while_somebody_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    is_read, is_renamed = threading.Event(), threading.Event()
    read = shell._seller

    def dawdle() -> dict[str, str]:
        found = read()
        if not is_read.is_set():
            is_read.set()
            is_renamed.wait(timeout=30)
        return found

    monkeypatch.setattr(shell, "_seller", dawdle)
    visit = in_a_thread(lambda: footer_says(""))
    assert is_read.wait(timeout=30)
    seller = Seller.objects.get()
    seller.name = "Southbridge Ltd"
    seller.save()
    is_renamed.set()
    visit.join(timeout=30)


def test_who_loads_before_the_commit_is_not_believed_after_it(shop: Any) -> None:
    assert footer_says("Northbridge Software Ltd")
    rename_seen_before_it_is_committed()
    assert footer_says("Southbridge Ltd")


def test_control_told_only_before_the_commit_the_old_name_stays(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shell.transaction, "on_commit", lambda call: None)
    rename_seen_before_it_is_committed()
    assert footer_says("Northbridge Software Ltd")


def test_what_was_being_loaded_is_not_kept(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rename_while_somebody_loads(monkeypatch)
    assert footer_says("Southbridge Ltd")


def test_control_without_generations_it_is_kept(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    cache.set(shell.GENERATION, "the only one", None)
    monkeypatch.setattr(shell, "_begin_generation", lambda: cache.delete_many([f"{shell.KEY}:en", f"{shell.KEY}:ru"]))
    rename_while_somebody_loads(monkeypatch)
    assert footer_says("Northbridge Software Ltd")
