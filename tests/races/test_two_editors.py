"""Two editors press 'Save' at the same moment: one is refused, and nothing is lost unseen."""

from __future__ import annotations

import time
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from catalogue.plans.models import Plan
from cms.stale import views
from cms.stale.views import EditView
from storefront.users.models import User
from tests.cms.editing import sent_back
from tests.races.conftest import UNGUARDED

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture
def saves(shop: Any, monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], Any]]:
    """Each opens the product and changes another price; whoever has looked whether it was changed dawdles then."""
    look = EditView._conflict_of_states

    def look_and_dawdle(view: EditView) -> Any:
        found = look(view)
        time.sleep(UNGUARDED)
        return found

    monkeypatch.setattr(EditView, "_conflict_of_states", look_and_dawdle)
    path = reverse("wagtailsnippets_plans_softwareproduct:edit", args=[shop.software.pk])

    def save(number: int) -> Callable[[], Any]:
        client = Client()
        client.force_login(User.objects.create_superuser(email=f"{number}@example.com", password="correct horse"))
        typed = sent_back(client.get(path).content.decode()) | {f"plans-{number}-monthly_price": "77.00"}
        return lambda: client.post(path, typed).status_code

    return [save(0), save(1)]


def changed() -> int:
    return Plan.objects.filter(monthly_price=Decimal("77.00")).count()


def test_one_of_two_is_refused(saves: list[Callable[[], Any]], race: Any) -> None:
    assert sorted(race(*saves)) == [200, 302]
    assert changed() == 1


def test_control_without_the_lock_the_second_undoes_the_first(
    saves: list[Callable[[], Any]], race: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "hold", lambda model, pk: None)
    assert race(*saves) == [302, 302]
    assert changed() == 1
