"""Two editors have the same thing open: who saves second is told what the first has changed, and overwrites nothing
unseen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.urls import reverse
from wagtail.contrib.settings.registry import registry as settings_registry
from wagtail.log_actions import log
from wagtail.models import Locale, Page, get_page_models
from wagtail.snippets.models import get_snippet_models

from catalogue.plans.models import Agreement, Discount, Period, Plan, PlanPrice, SoftwareProduct
from cms.edit_conflicts.views import EditView
from cms.models import ProductPage
from cms.navigation.models import Footer, Menu, NotFoundText, Notice
from storefront.billing.models import ExchangeRate, PaymentMethod, RefundReason, Seller, TaxRate
from storefront.billing.transfers.models import SellerAccount
from storefront.support.models import CannedAnswer, Department, OpeningHours
from storefront.users.models import User
from tests.backoffice.conftest import show_password_again
from tests.billing.transfers import make_account
from tests.cms.editing import overwrite_box, sent_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(shop: Any) -> Client:
    """Ann, who has the form open."""
    return log_in("ann@example.com", "Ann Editor")


@pytest.fixture
def other(shop: Any) -> Client:
    """Ben, who saves before her."""
    return log_in("ben@example.com", "Ben Second")


def log_in(email: str, name: str) -> Client:
    user = User.objects.create_superuser(email=email, password="correct horse battery")
    user.name, user.first_name = name, name
    user.is_staff = True
    user.save()
    client = Client()
    client.force_login(user)
    show_password_again(client)  # some forms want it
    return client


def told(response: Any) -> str:
    return " ".join(str(message) for message in get_messages(response.wsgi_request))


def address(thing: Any) -> str:
    if isinstance(thing, Page):
        return reverse("wagtailadmin_pages:edit", args=[thing.pk])
    return reverse(f"wagtailsnippets_{thing._meta.app_label}_{thing._meta.model_name}:edit", args=[thing.pk])


def changed_by_ben(thing: Any, **fields: Any) -> None:
    ben = User.objects.get(email="ben@example.com")
    thing = type(thing).objects.get(pk=thing.pk)
    for name, value in fields.items():
        setattr(thing, name, value)
    if hasattr(thing, "save_revision"):
        thing.save_revision(user=ben)
    else:
        thing.save()
        log(instance=thing, action="wagtail.edit", user=ben)


def one_of(model: Any, **fields: Any) -> Any:
    made = model(**({"locale": Locale.get_default()} if hasattr(model, "locale") else {}), **fields)
    made.save()
    if hasattr(made, "save_revision"):
        made.save_revision()
    return made


def make_discount(shop: Any) -> Any:
    return Discount.objects.create(name="Sale", period_months=[12], percent=Decimal(10))


#: For each kind of thing that the editor shows: one of it, what Ben changes, and the label by which Ann is told.
SNIPPETS: dict[Any, tuple[Callable[[Any], Any], dict[str, Any], str]] = {
    SoftwareProduct: (lambda shop: shop.software, {"market_url": "https://market.example/"}, "market"),
    Period: (lambda shop: shop.periods[0], {"discount_percent": Decimal(33)}, "discount, %"),
    Discount: (make_discount, {"percent": Decimal(33)}, "discount, %"),
    Seller: (lambda shop: Seller.objects.get(), {"address": "2 Elsewhere"}, "address"),
    TaxRate: (
        lambda shop: TaxRate.objects.create(country="CH", rate=Decimal("8.1"), valid_from=date(2024, 1, 1)),
        {"rate": Decimal("8.5")},
        "rate",
    ),
    ExchangeRate: (
        lambda shop: ExchangeRate.objects.create(
            currency="EUR", quote="USD", rate=Decimal("1.05"), valid_from=date(2026, 11, 27)
        ),
        {"rate": Decimal("1.06")},
        "rate",
    ),
    SellerAccount: (lambda shop: make_account(), {"bank_name": "Other bank"}, "bank"),
    PaymentMethod: (lambda shop: PaymentMethod.objects.create(name="stripe"), {"title": "By card"}, "title"),
    Agreement: (lambda shop: with_revision(shop.agreement), {"name": "Other name"}, "name"),
    Menu: (lambda shop: one_of(Menu), {"items": [("item", {"label": "New"})]}, "entries"),
    Footer: (lambda shop: one_of(Footer), {"text": "<p>New</p>"}, "text"),
    Notice: (lambda shop: one_of(Notice, text="Old"), {"text": "New"}, "text"),
    NotFoundText: (lambda shop: one_of(NotFoundText, title="Old"), {"title": "New"}, "heading"),
    RefundReason: (lambda shop: RefundReason.objects.create(title="Old"), {"title": "New"}, "reason"),
    Department: (lambda shop: Department.objects.create(name="Old"), {"name": "New"}, "name"),
    OpeningHours: (
        lambda shop: OpeningHours.objects.create(weekday=0, opens=time(9), closes=time(12)),
        {"closes": time(13)},
        "until",
    ),
    CannedAnswer: (lambda shop: CannedAnswer.objects.create(title="Old", text_body="Hi"), {"title": "New"}, "title"),
}


def with_revision(thing: Any) -> Any:
    thing.save_revision()
    return thing


def test_every_form_of_the_editor_is_guarded() -> None:
    """A new kind of snippet gets a row above; settings would need a view of their own."""
    assert set(SNIPPETS) == set(get_snippet_models())
    assert not list(settings_registry)
    for model in SNIPPETS:
        assert issubclass(model.snippet_viewset.edit_view_class, EditView)
    assert get_page_models()


@pytest.mark.parametrize("model", SNIPPETS, ids=lambda model: model.__name__)
def test_stale_save_is_refused_until_its_editor_insists(shop: Any, editor: Client, other: Client, model: Any) -> None:
    make, change, label = SNIPPETS[model]
    thing = make(shop)
    path = address(thing)
    typed = sent_back(editor.get(path).content.decode()) | NO_BLOCKS
    changed_by_ben(thing, **change)
    refused = editor.post(path, typed)
    text = told(refused)
    assert refused.status_code == 200
    assert "Not saved: Ben Second has changed this" in text
    assert label.lower() in text.lower()
    is_kept(thing, change)
    shown = refused.content.decode()
    kept = {key: value for key, value in typed.items() if key not in CHANGING}
    assert (sent_back(shown) | NO_BLOCKS).items() >= kept.items()
    # Pressing 'Save' again is not enough, nor is what the editor saves by itself.
    again = sent_back(shown) | NO_BLOCKS
    second = editor.post(path, again)
    assert "Not saved" in told(second)
    assert editor.post(path, again, headers={"accept": "application/json"}).status_code == 400
    is_kept(thing, change)
    # Insisting is.
    assert "Not saved" not in told(editor.post(path, again | overwrite_box(second.content.decode())))


#: What a script writes where there are no blocks.
NO_BLOCKS = {"items-count": "0", "columns-count": "0", "pages-count": "0", "action-publish": ""}
#: What a form carries for its own sake.
CHANGING = ("csrfmiddlewaretoken", "loaded_revision_id", "loaded_revision_created_at", "refused")


def is_kept(thing: Any, change: dict[str, Any]) -> None:
    stored = type(thing).objects.get(pk=thing.pk)
    if hasattr(stored, "get_latest_revision_as_object"):
        stored = stored.get_latest_revision_as_object()
    for name, value in change.items():
        if name != "items":
            assert getattr(stored, name) == value


def test_price_that_another_has_changed_meanwhile_stays(shop: Any, editor: Client, other: Client) -> None:
    """The case from which it all began: one changes a license type, the other another one."""
    path = address(shop.software)
    [standard, pro] = shop.plans
    anns, bens = (sent_back(client.get(path).content.decode()) for client in (editor, other))
    assert other.post(path, with_price(bens, pro, "99.00")).status_code == 302
    refused = editor.post(path, with_price(anns, standard, "12.00"))
    assert "Price per month, EUR (Professional)" in told(refused)
    assert "Ben Second" in told(refused)
    assert [plan.monthly_price for plan in Plan.objects.order_by("position")] == [Decimal("10.00"), Decimal("99.00")]
    # She opens it anew: both changes are kept.
    fresh = sent_back(editor.get(path).content.decode())
    assert editor.post(path, with_price(fresh, standard, "12.00")).status_code == 302
    assert [plan.monthly_price for plan in Plan.objects.order_by("position")] == [Decimal("12.00"), Decimal("99.00")]
    assert PlanPrice.objects.get(plan=pro, months=1).amount == Decimal("99.00")


def test_insisting_counts_for_the_version_that_was_shown_alone(shop: Any, editor: Client, other: Client) -> None:
    path = address(shop.software)
    typed = with_price(sent_back(editor.get(path).content.decode()), shop.plans[0], "12.00")
    Plan.objects.filter(pk=shop.plans[0].pk).update(monthly_price=Decimal("13.00"))
    insisting = typed | overwrite_box(editor.post(path, typed).content.decode())
    Plan.objects.filter(pk=shop.plans[0].pk).update(monthly_price=Decimal("14.00"))
    refused = editor.post(path, insisting)
    assert "somebody has changed this" in told(refused)
    assert editor.post(path, typed | overwrite_box(refused.content.decode())).status_code == 302
    assert Plan.objects.get(pk=shop.plans[0].pk).monthly_price == Decimal("12.00")


def test_new_and_deleted_license_types_are_changes(shop: Any, editor: Client) -> None:
    path = address(shop.software)
    typed = sent_back(editor.get(path).content.decode())
    Plan.objects.create(software=shop.software, code="team", name="Team", monthly_price=Decimal(5), position=2)
    assert "Changed: Team." in told(editor.post(path, typed))
    typed = sent_back(editor.get(path).content.decode())
    Plan.objects.get(code="team").delete()
    assert "something was deleted" in told(editor.post(path, typed))


def test_what_the_worker_writes_is_no_conflict(shop: Any, editor: Client) -> None:
    """A discount that begins changes offers and prices, and nothing that the form shows."""
    path = address(shop.software)
    typed = sent_back(editor.get(path).content.decode())
    Discount.objects.create(name="Sale", period_months=[12], percent=Decimal(50))
    assert editor.post(path, typed).status_code == 302


def with_price(typed: dict[str, Any], plan: Plan, price: str) -> dict[str, Any]:
    row = next(
        name.removesuffix("-id") for name, value in typed.items() if name.endswith("-id") and value == str(plan.pk)
    )
    return typed | {f"{row}-monthly_price": price}


@pytest.fixture
def page(shop: Any) -> Any:
    page = ProductPage.objects.get()
    page.save_revision(user=None)
    return page


def page_form(client: Client, page: Any) -> dict[str, Any]:
    empty = {"content-count": "0", "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0"}
    return sent_back(client.get(address(page)).content.decode()) | empty


@pytest.mark.parametrize("action", ["", "action-publish", "action-submit"])
def test_page_that_another_has_saved_meanwhile_is_not_overwritten(
    page: Any, editor: Client, other: Client, action: str
) -> None:
    press = {action: "1"} if action else {}
    typed = page_form(editor, page) | {"title": "Ann's title"} | press
    changed_by_ben(page, title="Ben's title")
    refused = editor.post(address(page), typed)
    assert "Not saved: Ben Second has changed this" in told(refused)
    assert "Title" in told(refused)
    page.refresh_from_db()
    assert page.get_latest_revision_as_object().title == "Ben's title"
    assert page.title != "Ann's title"
    shown = refused.content.decode()
    assert sent_back(shown)["title"] == "Ann's title"
    # The page that is shown now names Ben's revision: saving again must not pass for knowing it.
    again = typed | {name: sent_back(shown)[name] for name in CHANGING if name in sent_back(shown)}
    assert "Not saved" in told(editor.post(address(page), again))
    by_itself = editor.post(address(page), again, headers={"accept": "application/json"})
    assert by_itself.json()["error_code"] == "invalid_revision"
    assert editor.post(address(page), again | overwrite_box(shown)).status_code == 302
    page.refresh_from_db()
    assert page.get_latest_revision_as_object().title == "Ann's title"


def test_own_saves_are_no_conflict(page: Any, editor: Client) -> None:
    for title in ("One", "Two"):
        typed = page_form(editor, page) | {"title": title}
        assert editor.post(address(page), typed).status_code == 302
    saved = editor.post(address(page), page_form(editor, page), headers={"accept": "application/json"}).json()
    assert saved["success"]
    named = {"loaded_revision_id": saved["revision_id"], "loaded_revision_created_at": saved["revision_created_at"]}
    named["overwrite_revision_id"] = saved["revision_id"]
    assert editor.post(address(page), page_form(editor, page) | named | {"title": "Three"}).status_code == 302


def test_what_was_only_saved_again_as_it_was_is_no_conflict(page: Any, editor: Client, other: Client) -> None:
    """The editor saves by itself while somebody presses the button: the same words twice are nobody's lost work."""
    typed = page_form(editor, page) | {"title": "Mine"}
    assert other.post(address(page), page_form(other, page)).status_code == 302
    assert editor.post(address(page), typed).status_code == 302
    assert Page.objects.get(pk=page.pk).get_latest_revision_as_object().title == "Mine"


def test_editor_of_pages_is_for_editors(page: Any, customer: Any) -> None:
    visitor = Client()
    assert visitor.get(address(page)).status_code == 302
    visitor.force_login(customer)
    assert visitor.get(address(page)).status_code in (302, 403)
