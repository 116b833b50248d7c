"""Every button that Wagtail offers works: each address of its admin, for one thing of each kind, as somebody with all
rights and as a marketer, is looked at and its forms are sent. None may break."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup, SoupStrainer, Tag
from django.apps import apps
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from wagtail.admin.views.bulk_action.registry import bulk_action_registry
from wagtail.fields import StreamField
from wagtail.models import Page, Site, get_page_models

from cms.models import ProductPage, TextPage
from cms.page_base import ShopPage
from cms.permissions import ensure_marketers
from storefront.users.models import User
from tests.cms.things import Things
from tests.factories import make_shop, make_site
from tests.recorded import built

pytestmark = pytest.mark.django_db

#: Wagtail's own page to see what a broken one looks like.
BREAKS_ON_PURPOSE = "wagtailadmin_error_test"
#: Routes about something that is not made here, and why.
ELSEWHERE = {
    "wagtail_bulk_action": "below: every registered bulk action",
    "wagtailadmin_tag_model_autocomplete": "no model of the shop has tags",
    "wagtailadmin_password_reset_confirm": "closed: tests/users/test_closed_logins.py",
    "wagtailsettings:edit": "the shop has no settings model",
    "wagtailsettings:preview_on_edit": "the shop has no settings model",
}
FORM = "application/x-www-form-urlencoded"
NAMED = re.compile(r"\(\?P<(\w+)>[^()]*\)|<(?:\w+:)?(\w+)>")


@pytest.fixture(scope="module", params=["admin", "marketer"])
def things(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[Things]:
    """Made once for each role: whatever a test does is taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        built(make_site)
        Site.clear_site_root_paths_cache()
        shop = built(make_shop)
        user = User.objects.create_user(email=f"{request.param}@example.com", password="correct horse battery")
        user.is_staff = user.is_superuser = request.param == "admin"
        user.save()
        user.groups.add(ensure_marketers())
        yield Things(shop, user)
        transaction.set_rollback(True)
    cache.clear()
    Site.clear_site_root_paths_cache()


@pytest.fixture
def client(things: Things) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(things.user)
    return client


def routes() -> Iterator[tuple[str, str, str]]:
    """(name, pattern, namespace) of every route of Wagtail's admin."""

    def walk(patterns: Any, prefix: str, names: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
        for pattern in patterns:
            here = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, here, (*names, pattern.namespace) if pattern.namespace else names)
            elif is_editors(here, pattern) and pattern.name and pattern.name != BREAKS_ON_PURPOSE:
                yield pattern.name, here, ":".join(names)

    yield from walk(get_resolver().url_patterns, "", ())


def is_editors(path: str, pattern: URLPattern) -> bool:
    view = getattr(pattern.callback, "view_class", pattern.callback)
    return path.startswith("admin/") and not view.__module__.startswith(("storefront.backoffice", "storefront.support"))


def paths(things: Things, pages: list[Page]) -> list[str]:
    """The address of every route, for each thing it may be about; of pages, these. What the back office says of
    customers and their orders is asked for in tests/backoffice/test_access_matrix.py, with every role."""
    found: dict[str, None] = {}
    for name, pattern, namespace in routes():
        route = f"{namespace}:{name}" if namespace else name
        arguments = {one or other for one, other in NAMED.findall(pattern)}
        fitting = [values for values in things.values(name, namespace, pages) if arguments <= values.keys()]
        assert fitting or not arguments or route in ELSEWHERE, f"nothing to open {route} with: {pattern}"
        for values in fitting if arguments else [{}]:
            found[reverse(route, kwargs={argument: values[argument] for argument in arguments})] = None
    return list(found)


def sent(form: Tag, press: Tag | None) -> list[tuple[str, str]]:
    """What a browser sends for a form; where scripts draw blocks: that there are none."""
    data = []
    for field in form.find_all(["input", "textarea", "select"]):
        name, kind = str(field.get("name") or ""), field.get("type")
        if not name or "__prefix__" in name or field.has_attr("disabled") or kind in ("submit", "button", "file"):
            continue
        if kind in ("checkbox", "radio") and not field.has_attr("checked"):
            continue
        if field.name == "select":
            chosen = field.find_all("option", selected=True) or field.find_all("option")[:1]
            data += [(name, str(option.get("value", ""))) for option in chosen]
        else:
            data.append((name, str(field.get("value") or field.text or "")))
    if press is not None and press.get("name"):
        data.append((str(press["name"]), str(press.get("value", ""))))
    return [*data, *NO_BLOCKS]


NO_BLOCKS = sorted(
    {(f"{f.name}-count", "0") for model in get_page_models() for f in model._meta.fields if isinstance(f, StreamField)}
    | {("items-count", "0"), ("columns-count", "0"), ("pages-count", "0")}
)


class Pressing:
    """Sends what is sent and takes back what it did; notes every answer that says that something broke."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.broken: list[str] = []
        self.count = 0

    def send(self, method: str, path: str, data: list[tuple[str, str]] | None = None) -> Any:
        self.count += 1
        with transaction.atomic():
            body = (
                {} if data is None else {"data": urlencode(data), "content_type": "application/x-www-form-urlencoded"}
            )
            response = getattr(self.client, method)(path, **body)
            if response.status_code >= 500:
                cause = repr(response.exc_info[1])[:200] if getattr(response, "exc_info", None) else ""
                self.broken.append(f"{method.upper()} {path} {data or ''} {response.status_code} {cause}"[:600])
            transaction.set_rollback(method != "get")
        return response

    def page(self, path: str) -> None:
        """A page and every button of the forms on it."""
        response = self.send("get", path)
        if response.status_code == 405:  # a button without a page
            self.send("post", path, NO_BLOCKS)
        sent_already = set()
        if response.status_code != 200 or "text/html" not in response.headers.get("Content-Type", ""):
            return
        for form in BeautifulSoup(response.content, "lxml", parse_only=SoupStrainer("form")).find_all("form"):
            to = urljoin(path, str(form.get("action") or "")) or path
            if str(form.get("method", "")).lower() != "post" or not urlsplit(to).path.startswith("/admin/"):
                continue
            buttons = {str(button.get("name")): button for button in form.find_all("button", type="submit")}
            for button in buttons.values() or [None]:
                data = sent(form, button)
                if (key := (to, button and button.get("name"))) not in sent_already:  # menus hold the same twice
                    sent_already.add(key)
                    self.send("post", to, data)


def pages_of(things: Things) -> list[Page]:
    """All there are; for a marketer, whose buttons are a part of the same, a page of each state and a product's."""
    few = ProductPage | TextPage
    return [page for page in things.pages if things.user.is_superuser or isinstance(page, few)]


def test_no_address_of_the_editor_breaks(things: Things, client: Client) -> None:
    press = Pressing(client)
    for path in paths(things, pages_of(things)):
        press.page(path)
    assert press.count > 300
    assert not press.broken, "\n".join(press.broken)


def variants(page: Page) -> Iterator[list[tuple[str, str]]]:
    """The ways to fill in the form for copying."""
    plain = [("new_title", "Copy"), ("new_slug", "copy"), ("new_parent_page", str(page.get_parent().pk))]
    for extra in ([], ["publish_copies"], ["alias"], ["copy_subpages"], ["copy_subpages", "publish_copies", "alias"]):
        yield [*plain, *((name, "on") for name in extra)]


def test_every_page_is_copied_moved_and_unpublished_without_breaking(things: Things, client: Client) -> None:
    press = Pressing(client)
    one_of_each = {type(page): page for page in things.pages}.values()
    for page in pages_of(things):
        for data in variants(page):
            press.send("post", reverse("wagtailadmin_pages:copy", args=[page.pk]), data)
        for other in one_of_each:
            press.send("post", reverse("wagtailadmin_pages:move_confirm", args=[page.pk, other.pk]), [])
        for extra in ([], [("include_descendants", "on")]):
            press.send("post", reverse("wagtailadmin_pages:unpublish", args=[page.pk]), extra)
        for order in ("0", "99", "x"):
            place = reverse("wagtailadmin_pages:set_page_position", args=[page.pk]) + f"?position={order}"
            press.send("post", place, [])
    assert not press.broken, "\n".join(press.broken)


def test_what_there_is_one_of_is_not_offered_for_copying(things: Things, client: Client) -> None:
    """A product has one page in each language, at its own address."""
    parents = {page.get_parent().pk for page in things.pages}
    lists = {parent: client.get(reverse("wagtailadmin_explore", args=[parent])).content.decode() for parent in parents}
    for page in things.pages:
        can_be_copied = not isinstance(page, ShopPage)
        listed = lists[page.get_parent().pk]
        copy = reverse("wagtailadmin_pages:copy", args=[page.pk])
        assert (copy in listed) == can_be_copied or page.get_parent().is_root()
        assert client.get(copy).status_code == (200 if can_be_copied else 403)
        if not can_be_copied:
            before = Page.objects.count()
            client.post(copy, dict(next(variants(page))))
            assert Page.objects.count() == before


def test_no_bulk_action_breaks(things: Things, client: Client) -> None:
    press = Pressing(client)
    of = {"page": [page.pk for page in things.pages], "image": [things.image.pk], "document": [things.document.pk]}
    of |= {"user": [things.user.pk]} | {thing._meta.model_name: [thing.pk] for thing in things.snippets}
    chosen = [("collection", str(things.collection.pk)), ("tags", "a"), ("chooser", str(things.home.pk))]
    for model in apps.get_models():
        app, name = model._meta.app_label, model._meta.model_name
        for action in bulk_action_registry.get_bulk_actions_for_model(app, name):
            for keys in (of.get(name, [1]), of.get(name, [1])[:1]):
                query = urlencode([*(("id", key) for key in keys), ("next", "/admin/")])
                path = reverse("wagtail_bulk_action", args=[app, name, action.action_type]) + f"?{query}"
                press.page(path)
                press.send("post", path, [*chosen, ("include_descendants", "on")])
    assert press.count > 40
    assert not press.broken, "\n".join(press.broken)
