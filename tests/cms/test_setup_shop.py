"""``manage.py setup_shop``: a real shop begins with it, and repeating it changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import Client
from wagtail.models import Collection, Locale, Page, Site, Workflow, WorkflowPage

from cms import permissions
from cms.articles.models import ContactPage, HelpIndexPage
from cms.models import HomePage, ProductIndexPage
from cms.permissions import MARKETERS
from storefront.notifications.models import OutboxMessage
from storefront.users.models import User

STAFF = "owner@shop.example"


@pytest.fixture
def migrated(db: None, settings: Any) -> None:
    """What a database holds after ``migrate``: Wagtail's roots, its welcome page and the site that shows it."""
    settings.SITE_URL = "https://shop.example"
    settings.ALLOWED_HOSTS = ["shop.example"]
    Locale.objects.get_or_create(language_code="en")
    Collection.add_root(name="Root")
    root = Page.add_root(title="Root", slug="root")
    welcome = root.add_child(title="Welcome to your new Wagtail site!", slug="home")
    Site.objects.create(hostname="localhost", port=80, root_page=welcome, is_default_site=True)
    Site.clear_site_root_paths_cache()


def setup_shop(*arguments: str) -> str:
    out = StringIO()
    call_command("setup_shop", *arguments, stdout=out)
    return out.getvalue()


def everything() -> tuple[Any, ...]:
    counts = tuple(model.objects.count() for model in (Page, Site, User, OutboxMessage))
    return counts, *Page.objects.values_list("path", "title", "latest_revision_created_at")


def test_empty_shop_opens_at_its_own_address(migrated: None) -> None:
    assert "https://shop.example/admin/" in setup_shop()
    site = Site.objects.get()
    assert (site.hostname, site.port, site.is_default_site) == ("shop.example", 443, True)
    for path in ("/", "/products/", "/help/", "/contact/"):
        assert Client().get(path, headers={"host": "shop.example"}).status_code == 200, path
    kinds = [page.specific_class for page in Page.objects.filter(locale__language_code="en").order_by("path")]
    assert kinds == [Page, HomePage, ProductIndexPage, HelpIndexPage, ContactPage]
    assert not User.objects.exists() and not OutboxMessage.objects.exists()


def test_second_run_changes_nothing(migrated: None) -> None:
    setup_shop("--staff-email", STAFF)
    HomePage.objects.filter(locale__language_code="en").update(title="Our home", headline="Ours")
    before = everything()
    assert "nothing was changed" in setup_shop("--staff-email", STAFF.upper())
    assert everything() == before
    assert HomePage.objects.get(locale__language_code="en").headline == "Ours"


def test_first_pages_are_there_in_every_language_of_the_shop(migrated: None, settings: Any) -> None:
    setup_shop()
    site = Client(headers={"host": "shop.example"})
    for path, title in (("/ru/products/", "Продукты"), ("/ru/help/", "Помощь")):
        assert title in site.get(path).content.decode(), path
    assert site.get("/ru/contact/").status_code == 200
    assert {
        page.locale.language_code
        for page in Page.objects.get(slug="products", depth=3, locale__language_code="en").get_translations()
    } == {"ru"}


def test_language_that_is_added_later_gets_its_first_pages(migrated: None, settings: Any) -> None:
    languages = settings.LANGUAGES
    settings.LANGUAGES = languages[:1]
    setup_shop()
    assert not Page.objects.exclude(locale__language_code="en").exists()
    settings.LANGUAGES = languages
    setup_shop()
    assert Client(headers={"host": "shop.example"}).get("/ru/products/").status_code == 200


def test_pages_of_the_new_shop_have_a_workflow_that_marketers_approve(migrated: None) -> None:
    setup_shop()
    workflow = HomePage.objects.get(locale__language_code="en").get_workflow()
    task = workflow.tasks.get().specific
    assert [group.name for group in task.groups.all()] == [MARKETERS]


def test_workflow_that_the_shop_has_chosen_is_left_alone(migrated: None) -> None:
    own = Workflow.objects.create(name="Lawyer first")
    WorkflowPage.objects.create(page=Page.objects.get(depth=1), workflow=own)
    setup_shop()
    assert HomePage.objects.get(locale__language_code="en").get_workflow() == own


def test_workflow_of_a_fresh_database_is_replaced(migrated: None) -> None:
    moderators = Workflow.objects.create(name=permissions.WAGTAILS_APPROVAL)
    WorkflowPage.objects.create(page=Page.objects.get(depth=1), workflow=moderators)
    setup_shop()
    assert HomePage.objects.get(locale__language_code="en").get_workflow().name == permissions.APPROVAL


def test_marketer_of_the_new_shop_may_write_pages(migrated: None, make_customer: Callable[..., Any]) -> None:
    setup_shop()
    marketer = make_customer("marketer@shop.example")
    marketer.groups.add(marketer.groups.model.objects.get(name=MARKETERS))
    assert HomePage.objects.first().permissions_for_user(marketer).can_publish()


def test_first_staff_gets_a_mail_and_no_password(migrated: None, run_jobs: Callable[[], Any]) -> None:
    setup_shop("--staff-email", STAFF)
    user = User.objects.get()
    assert user.is_staff and not user.is_superuser and not user.has_usable_password()
    assert list(user.groups.values_list("name", flat=True)) == ["Owner"]
    run_jobs()
    (message,) = mail.outbox
    assert message.to == [STAFF]
    assert "https://shop.example/account/password/reset/key/" in message.body
    assert "order" not in message.body


def test_customer_is_not_made_staff(migrated: None, make_customer: Callable[..., Any]) -> None:
    customer = make_customer("buyer@shop.example")
    with pytest.raises(CommandError, match="customer"):
        setup_shop("--staff-email", "Buyer@shop.example")
    customer.refresh_from_db()
    assert not customer.is_staff and not customer.is_superuser


def test_mistyped_address_stops_before_anything_is_made(migrated: None) -> None:
    with pytest.raises(CommandError, match="not an e-mail"):
        setup_shop("--staff-email", "owner")
    assert not HomePage.objects.exists()
