"""The seller sets up the payment methods: their order, what buyers read, who may pay what by them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from storefront.billing.models import PaymentMethod
from storefront.billing.services import payment_methods
from storefront.core import content_version
from storefront.notifications.models import OutboxMessage

pytestmark = pytest.mark.django_db

LIST = "/admin/payment-methods/"


@pytest.fixture
def owner(client_of: Callable[[str], Client]) -> Client:
    return client_of("Owner")


@pytest.fixture
def two(settings: Any) -> None:
    methods = settings.PAYMENT_GATEWAYS
    settings.PAYMENT_GATEWAYS = {"stripe": methods["stripe"], "second": methods["stripe"]}


def form_of(client: Client, name: str = "stripe") -> str:
    answer = client.get(f"{LIST}{name}/edit/")
    assert answer.status_code == 302
    return str(answer["Location"])


def posted(**changes: Any) -> dict[str, Any]:
    empty = {
        "title": "", "help_text": "", "marks": "", "drawing": "", "countries": "", "currencies": "",
        "smallest_amounts": "", "largest_amounts": "", "how": "", "duration": "", "data_use": "", "license_text": "",
        "refund_text": "", "for_persons": "on", "for_companies": "on", "for_orders": "on", "for_top_ups": "on",
        "for_renewals": "on",
    }  # fmt: skip
    return empty | changes


def test_what_is_typed_is_what_the_method_is(owner: Client) -> None:
    url = form_of(owner)
    typed = posted(
        title="Bank card", title_ru="Банковская карта", marks="Visa, Mastercard ", countries="de, at ch",
        currencies="eur", smallest_amounts="5 EUR; 1 000,50 RUB", largest_amounts="900 EUR", how="You pay there.",
    )  # fmt: skip
    del typed["for_companies"]
    answer = owner.post(url, typed)
    assert answer.status_code == 302 and answer["Location"] == f"{LIST}stripe/"
    method = PaymentMethod.objects.get()
    assert (method.text("title"), method.text("title", "ru")) == ("Bank card", "Банковская карта")
    assert method.mark_words == ("Visa", "Mastercard") and method.countries == "DE AT CH"
    assert (method.smallest, method.largest) == ({"EUR": "5.00", "RUB": "1000.50"}, {"EUR": "900.00"})
    assert not method.for_companies and method.currencies == "EUR"
    again = owner.get(url).content.decode()
    assert "5.00 EUR; 1000.50 RUB" in again
    assert OutboxMessage.objects.filter(key__startswith="owners:").exists()
    assert ModelLogEntry.objects.filter(action="wagtail.edit").exists()


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("countries", "DE XX"),
        ("countries", "Germany"),
        ("currencies", "EUR QQQ"),
        ("smallest_amounts", "5"),
        ("smallest_amounts", "5 QQQ"),
        ("smallest_amounts", "-5 EUR"),
        ("smallest_amounts", "NaN EUR"),
        ("smallest_amounts", "0.001 EUR"),
        ("largest_amounts", "five EUR"),
        ("title", "x" * 61),
        ("title_ru", "x" * 61),
        ("help_text", "x" * 161),
        ("how", "x" * 1001),
        ("drawing", "horse"),
    ],
)
def test_what_cannot_be_is_said_at_the_field(owner: Client, field: str, typed: str) -> None:
    answer = owner.post(form_of(owner), posted(**{field: typed}))
    assert answer.status_code == 200 and field in answer.context["form"].errors
    assert PaymentMethod.objects.get().title == ""


def test_nobody_nothing_and_crossed_limits_are_refused(owner: Client) -> None:
    typed = posted(smallest_amounts="9 EUR", largest_amounts="8 EUR")
    for name in ("for_persons", "for_companies", "for_orders", "for_top_ups", "for_renewals"):
        del typed[name]
    answer = owner.post(form_of(owner), typed)
    assert {"for_persons", "for_orders", "largest_amounts"} <= set(answer.context["form"].errors)


def test_the_order_by_the_script_and_by_the_buttons(owner: Client, two: None) -> None:
    assert 'data-controller="w-orderable"' in owner.get(LIST).content.decode()
    answer = owner.post(f"{LIST}second/move/?position=0")
    assert answer.json() == {"success": True}
    assert [row.name for row in payment_methods.rows()] == ["second", "stripe", "bank_transfer"]
    answer = owner.post(f"{LIST}stripe/move/", {"position": "0"})
    assert answer.status_code == 302 and answer["Location"] == LIST
    assert [row.name for row in payment_methods.rows()] == ["stripe", "second", "bank_transfer"]
    for typed in ("", "first", "-1", "٣"):
        owner.post(f"{LIST}second/move/", {"position": typed})
    assert [row.name for row in payment_methods.rows()] == ["stripe", "second", "bank_transfer"]
    assert ModelLogEntry.objects.filter(action="payment_methods.move").count() == 2


def test_who_may_only_look_moves_and_changes_nothing(client_of: Callable[[str], Client], two: None) -> None:
    reader = client_of("Read-only")
    shown = reader.get(LIST).content.decode()
    assert "w-orderable" not in shown and "/move/" not in shown
    assert reader.post(f"{LIST}second/move/?position=0").status_code == 403
    assert reader.get(f"{LIST}second/edit/").status_code == 403
    pk = payment_methods.ensure("second").pk
    address = reverse("wagtailsnippets_billing_paymentmethod:edit", args=[pk])
    assert reader.post(address, posted(title="Mine")).status_code in (302, 403)
    assert PaymentMethod.objects.get(name="second").title == ""


def test_one_whose_variables_are_missing_names_them_and_cannot_be_switched_on(
    owner: Client, settings: Any, two: None
) -> None:
    settings.PAYMENT_GATEWAYS["second"] = {**settings.PAYMENT_GATEWAYS["second"], "env": ("SECOND_KEY", "SECOND_ID")}
    page = owner.get(f"{LIST}second/").content.decode()
    assert "SECOND_KEY, SECOND_ID" in page and "cannot be switched on" in page and "not set up" in page
    assert "SECOND_KEY" in owner.get(LIST).content.decode()
    PaymentMethod.objects.create(name="second", is_stopped=True)
    answer = owner.post(f"{LIST}second/resume/", {"reason": "It has keys"})
    assert answer.status_code == 422 and "SECOND_KEY, SECOND_ID" in answer.content.decode()
    assert payment_methods.offered() == ("stripe",)


def test_the_public_pages_hear_of_a_change(owner: Client, django_capture_on_commit_callbacks: Any) -> None:
    url = form_of(owner)
    before = content_version.current()
    with django_capture_on_commit_callbacks(execute=True):
        owner.post(url, posted(title="By card"))
    assert content_version.current() > before
