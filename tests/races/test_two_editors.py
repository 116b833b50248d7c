"""Two editors press 'Save' at the same moment: one is refused, and nothing is lost unseen."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.contrib.redirects.models import Redirect

from catalogue.plans.models import Plan
from cms.edit_conflicts import views, wagtail_forms
from cms.edit_conflicts.views import EditView
from cms.models import ProductIndexPage, ProductPage
from storefront.users.models import User
from tests.cms.editing import sent_back
from tests.races.conftest import dawdle

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture
def saves(shop: Any, monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], Any]]:
    """Each opens the product and changes another price; whoever has looked whether it was changed dawdles then."""
    look = EditView._conflict_of_states

    def look_and_dawdle(view: EditView) -> Any:
        found = look(view)
        dawdle()
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


@pytest.fixture
def first_drafts(shop: Any, monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], Any]]:
    """The editor saves a new page by itself in the moment in which it is published; whoever has found it in order
    dawdles then."""
    ProductPage.objects.get().delete()
    look = ProductPage.clean

    def look_and_dawdle(page: ProductPage) -> None:
        look(page)
        dawdle()

    monkeypatch.setattr(ProductPage, "clean", look_and_dawdle)
    index = ProductIndexPage.objects.get()
    path = reverse("wagtailadmin_pages:add", args=["cms", "productpage", index.pk])
    user = User.objects.create_superuser(email="editor@example.com", password="correct horse")
    form = {"title": "New", "software": shop.software.pk, "content-count": "0"}
    form |= {"comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0"}

    def send(**more: Any) -> Callable[[], Any]:
        client = Client(raise_request_exception=False)
        client.force_login(user)
        return lambda: client.post(path, form | {"action-publish": "1"}, **more).status_code

    return [send(), send(headers={"accept": "application/json"})]


def test_page_that_is_saved_while_it_is_published_is_made_once(first_drafts: Any, race: Any) -> None:
    assert all(isinstance(status, int) and status < 500 for status in race(*first_drafts))
    assert ProductPage.objects.count() == 1


def test_control_without_the_lock_the_second_breaks_or_is_a_second_page(
    first_drafts: Any, race: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "hold", lambda model, pk: None)
    statuses = race(*first_drafts)
    assert 500 in statuses or ProductPage.objects.count() > 1


@pytest.fixture
def redirects(shop: Any, monkeypatch: pytest.MonkeyPatch) -> list[Callable[[], Any]]:
    """Each opens a redirect and changes another field of it: Wagtail's form writes all of them."""
    look = wagtail_forms.RedirectEditView._conflict

    def look_and_dawdle(view: Any) -> Any:
        found = look(view)
        dawdle()
        return found

    monkeypatch.setattr(wagtail_forms.RedirectEditView, "_conflict", look_and_dawdle)
    one = Redirect.objects.create(old_path="/old", redirect_link="https://acme.example/new")
    path = reverse("wagtailredirects:edit", args=[one.pk])

    def save(number: int, **typed: str) -> Callable[[], Any]:
        client = Client()
        client.force_login(User.objects.create_superuser(email=f"{number}@example.com", password="correct horse"))
        form = sent_back(client.get(path).content.decode()) | typed
        return lambda: client.post(path, form).status_code

    return [save(0, old_path="/older"), save(1, redirect_link="https://acme.example/newer")]


def both_are_saved() -> bool:
    return Redirect.objects.filter(old_path="/older", redirect_link="https://acme.example/newer").exists()


def test_one_of_two_at_a_redirect_is_refused(redirects: list[Callable[[], Any]], race: Any) -> None:
    assert sorted(race(*redirects)) == [200, 302]


def test_control_without_the_lock_the_second_undoes_the_first_at_a_redirect(
    redirects: list[Callable[[], Any]], race: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wagtail_forms, "hold", lambda model, pk: None)
    assert race(*redirects) == [302, 302]
    assert not both_are_saved()
