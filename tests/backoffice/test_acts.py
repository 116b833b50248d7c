"""The frame of every act of staff: form, preview, confirmation, log entry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.messages.storage.cookie import CookieStorage
from django.core.exceptions import ValidationError
from django.test import RequestFactory
from wagtail.log_actions import registry
from wagtail.models import ModelLogEntry

from storefront.backoffice import history
from storefront.backoffice.act_forms import ActForm
from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.users.models import User

pytestmark = pytest.mark.django_db

ACTION = "test.rename"


@pytest.fixture(autouse=True)
def _known() -> Iterator[None]:
    registry.scan_for_actions()
    history.register(registry, ACTION, "Rename a customer")
    yield
    registry.formatters.pop(ACTION)
    registry.choices.remove((ACTION, "Rename a customer"))


class Rename(ActView):
    """Gives a customer the name 'Grace'; a test's own act."""

    permissions = ("users.correct_email",)
    action = ACTION
    page_title = "Rename"

    def get_object(self) -> User:
        return User.objects.get(pk=self.kwargs["pk"])

    def get_success_url(self) -> str:
        return "/admin/"

    def preview(self, form: Any) -> list[str]:
        if self.object.name == "Grace":
            raise Refused("Has this name already.", "reason")
        return [f"{self.object.name} becomes Grace."]

    def perform(self, form: Any) -> Outcome:
        before = self.object.name
        self.object.name = "Grace"
        self.object.save()
        return Outcome("Renamed.", {"Name": before}, {"Name": "Grace"})

    def customer(self) -> User:
        return self.object


def press(user: Any, customer: Any, **data: str) -> Any:
    request = RequestFactory().post("/admin/test/", data)
    request.user = user
    request.session = {}
    request._messages = CookieStorage(request)
    response = Rename.as_view()(request, pk=customer.pk)
    if hasattr(response, "render"):
        response.render()
    return response


def preview_of(response: Any) -> tuple[list[str], str]:
    return response.context_data.get("preview"), response.context_data.get("confirmed")


def test_an_act_is_previewed_then_done_and_logged(staff: Callable[[str], Any], customer: Any) -> None:
    support = staff("Support")
    shown = press(support, customer, reason="Asked by phone")
    sentences, digest = preview_of(shown)
    assert sentences == ["Ada Buyer becomes Grace."]
    customer.refresh_from_db()
    assert customer.name == "Ada Buyer"
    assert not ModelLogEntry.objects.filter(action=ACTION).exists()

    done = press(support, customer, reason="Asked by phone", confirmed=digest)
    assert done.status_code == 302
    customer.refresh_from_db()
    assert customer.name == "Grace"
    entry = ModelLogEntry.objects.get(action=ACTION)
    assert (entry.user, entry.object_id) == (support, str(customer.pk))
    assert entry.message == "Rename a customer; Name: Ada Buyer → Grace"
    assert entry.comment == "Asked by phone"
    assert entry.data["customer"] == customer.pk


def test_what_would_happen_now_is_shown_again_where_it_changed(staff: Callable[[str], Any], customer: Any) -> None:
    support = staff("Support")
    _, digest = preview_of(press(support, customer, reason="r"))
    User.objects.filter(pk=customer.pk).update(name="Ada Married")
    again = press(support, customer, reason="r", confirmed=digest)
    assert again.status_code == 200
    assert preview_of(again)[0] == ["Ada Married becomes Grace."]
    assert "Something has changed since you looked" in again.content.decode()
    customer.refresh_from_db()
    assert customer.name == "Ada Married"


def test_without_a_reason_nothing_happens(staff: Callable[[str], Any], customer: Any) -> None:
    response = press(staff("Support"), customer, reason=" ")
    assert response.status_code == 422
    assert "Give a reason" in response.content.decode()


def test_a_refusal_stands_at_its_field(staff: Callable[[str], Any], customer: Any) -> None:
    User.objects.filter(pk=customer.pk).update(name="Grace")
    response = press(staff("Support"), customer, reason="r")
    assert response.status_code == 422
    assert response.context_data["form"].errors == {"reason": ["Has this name already."]}


def test_an_act_whose_log_entry_fails_is_undone(
    staff: Callable[[str], Any], customer: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    support = staff("Support")
    _, digest = preview_of(press(support, customer, reason="r"))
    monkeypatch.setattr(Rename, "action", "test.unknown")
    with pytest.raises(ValidationError):
        press(support, customer, reason="r", confirmed=digest)
    customer.refresh_from_db()
    assert customer.name == "Ada Buyer"


def test_nobody_without_the_right_acts(staff: Callable[[str], Any], customer: Any) -> None:
    assert press(staff("Sales"), customer, reason="r").status_code == 403


def test_the_form_of_an_act_has_a_reason() -> None:
    assert list(ActForm().fields) == ["reason"]
