"""Two editors again, at Wagtail's own forms: pictures, documents, collections, redirects, users, groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.base import ContentFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import URLResolver, get_resolver, reverse
from wagtail.admin.views.generic import EditView as WagtailEditView
from wagtail.contrib.redirects.models import Redirect
from wagtail.documents import get_document_model
from wagtail.log_actions import log
from wagtail.models import Collection, GroupPagePermission, Locale, Page
from wagtail_localize.models import StringTranslation, Translation, TranslationSource

from cms.edit_conflicts.views import EditView
from cms.edit_conflicts.wagtail_forms import (
    CollectionEditView,
    DocumentEditView,
    GroupEditView,
    ImageEditView,
    RedirectEditView,
    UserEditView,
)
from cms.models import HomePage, TextPage
from storefront.users.models import User
from tests.backoffice.conftest import show_password_again
from tests.cms.editing import overwrite_box, sent_back
from tests.cms.test_blocks import picture
from tests.cms.test_two_editors import log_in, told

pytestmark = pytest.mark.django_db
ELSEWHERE = "https://acme.example"
GUARDED = {
    EditView, CollectionEditView, DocumentEditView, GroupEditView, ImageEditView, RedirectEditView, UserEditView,
}  # fmt: skip
#: Set up once by an administrator: each form has two or three fields, and nobody edits them beside somebody else.
#: Of settings there are none (see test_two_editors).
LEFT_ALONE = {"workflows/edit", "workflows/tasks/edit", "sites/edit", "locales/edit", "settings"}


@pytest.fixture
def editor(shop: Any) -> Client:
    ann = log_in("ann@example.com", "Ann Editor")
    show_password_again(ann)  # groups ask for it
    return ann


@pytest.fixture
def other(shop: Any) -> Client:
    return log_in("ben@example.com", "Ben Second")


def changes(thing: Any, **fields: Any) -> Callable[[], None]:
    def change() -> None:
        type(thing).objects.filter(pk=thing.pk).update(**fields)
        log(instance=thing, action="wagtail.edit", user=User.objects.get(email="ben@example.com"))

    return change


def make_document() -> Any:
    return get_document_model().objects.create(title="Prices", file=ContentFile(b"%PDF", name="prices.pdf"))


def make_collection() -> Any:
    return Collection.get_first_root_node().add_child(name="Logos")


def moved(collection: Any) -> Callable[[], None]:
    def move() -> None:
        target = Collection.get_first_root_node().add_child(name="Brands")
        Collection.objects.get(pk=collection.pk).move(target, "sorted-child")

    return move


def made_group() -> Group:
    group = Group.objects.create(name="Writers")
    group.permissions.add(Permission.objects.get(codename="access_admin"))
    return group


def page_right(group: Group) -> Callable[[], None]:
    def give() -> None:
        right = Permission.objects.get(codename="change_page", content_type__app_label="wagtailcore")
        GroupPagePermission.objects.create(group=group, page=Page.objects.get(depth=1), permission=right)

    return give


def in_group(user: Any) -> Callable[[], None]:
    return lambda: user.groups.add(Group.objects.create(name="Writers"))


#: What is edited, its address, what Ann types, what happens meanwhile, and how it is named to her.
CASES: dict[str, tuple[Callable[[], Any], str, dict[str, str], Callable[[Any], Callable[[], None]], str]] = {
    "redirect": (
        lambda: Redirect.objects.create(old_path="/old", redirect_link=f"{ELSEWHERE}/new"), "wagtailredirects:edit",
        {"old_path": "/older"}, lambda it: changes(it, redirect_link=f"{ELSEWHERE}/bens"), "Redirect to any URL",
    ),
    "collection": (
        make_collection, "wagtailadmin_collections:edit",
        {"name": "Ann's"}, lambda it: changes(it, name="Ben's"), "Name",
    ),
    "collection moved": (make_collection, "wagtailadmin_collections:edit", {"name": "Ann's"}, moved, "Parent"),
    "picture": (
        picture, "wagtailimages:edit", {"title": "Ann's"}, lambda it: changes(it, description="Ben's"), "Description",
    ),
    "document": (make_document, "wagtaildocs:edit", {"title": "Ann's"}, lambda it: changes(it, title="Ben's"), "Title"),
    "user": (
        lambda: User.objects.create_user("staff@example.com", first_name="A", last_name="B"),
        "wagtailusers_users:edit", {"first_name": "Ann's"}, lambda it: changes(it, is_active=False), "Active",
    ),
    "user's groups": (
        lambda: User.objects.create_user("staff@example.com", first_name="A", last_name="B"),
        "wagtailusers_users:edit", {"first_name": "Ann's"}, in_group, "Groups",
    ),
    "group": (
        made_group, "wagtailusers_groups:edit",
        {"name": "Ann's"}, lambda it: lambda: it.permissions.clear(), "Permissions",
    ),
    "group's pages": (made_group, "wagtailusers_groups:edit", {"name": "Ann's"}, page_right, "rights"),
}  # fmt: skip


@pytest.fixture(params=CASES)
def case(request: Any, shop: Any, settings: Any, tmp_path: Any) -> Any:
    settings.MEDIA_ROOT, settings.PRIVATE_MEDIA_ROOT = tmp_path / "media", tmp_path / "private"
    make, route, typed, meanwhile, label = CASES[request.param]
    thing = make()
    return thing, reverse(route, args=[thing.pk]), typed, meanwhile(thing), label


def test_stale_save_is_refused_until_its_editor_insists(case: Any, editor: Client, other: Client) -> None:
    thing, path, typed, meanwhile, label = case
    form = sent_back(editor.get(path).content.decode()) | typed
    meanwhile()
    (name, anns) = next(iter(typed.items()))
    for _ in range(2):  # pressing 'Save' again is not enough
        refused = editor.post(path, form)
        text = told(refused)
        assert refused.status_code == 200 and "Not saved" in text, text
        assert label.lower() in text.lower()
        assert getattr(type(thing).objects.get(pk=thing.pk), name) != anns
        shown = sent_back(refused.content.decode())
        assert shown[name] == anns, "what she typed is still there"
        form = {**shown, **typed}
    saved = editor.post(path, form | overwrite_box(refused.content.decode()))
    assert saved.status_code == 302, saved.context["form"].errors
    assert getattr(type(thing).objects.get(pk=thing.pk), name) == anns


def test_fresh_save_is_none(case: Any, editor: Client, other: Client) -> None:
    thing, path, typed, meanwhile, _label = case
    meanwhile()
    for _ in range(2):
        form = sent_back(editor.get(path).content.decode()) | typed
        assert editor.post(path, form).status_code == 302
    name, anns = next(iter(typed.items()))
    assert getattr(type(thing).objects.get(pk=thing.pk), name) == anns


def test_these_forms_are_for_editors(case: Any, customer: Any) -> None:
    _thing, path, *_ = case
    visitor = Client()
    assert visitor.get(path).status_code == 302
    visitor.force_login(customer)
    assert visitor.get(path).status_code in (302, 403)


def edit_views() -> Iterator[tuple[str, type]]:
    """The view that answers for each of the admin's edit forms: of several with one address the first."""

    def walk(patterns: Any, prefix: str) -> Iterator[tuple[str, Any]]:
        for pattern in patterns:
            here = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, here)
            else:
                yield here, pattern.callback

    first: dict[str, Any] = {}
    for path, callback in walk(get_resolver().url_patterns, ""):
        first.setdefault(path, callback)
    for path, callback in first.items():
        while callback is not None and not hasattr(callback, "view_class"):
            callback = getattr(callback, "__wrapped__", None)
        view = getattr(callback, "view_class", None)
        if path.startswith("admin/") and isinstance(view, type) and issubclass(view, WagtailEditView):
            yield path.removeprefix("admin/").partition("/<")[0], view


def test_every_edit_form_of_the_admin_is_guarded() -> None:
    found = dict(edit_views())
    assert len(found) > 15
    assert {path for path, view in found.items() if not issubclass(view, tuple(GUARDED))} == LEFT_ALONE


@pytest.fixture
def strings(shop: Any) -> list[tuple[str, Any]]:
    """Address and segment of each string of a page that is translated side by side."""
    home = HomePage.objects.get()
    page = home.add_child(instance=TextPage(title="About us", slug="about", search_description="Who we are."))
    page.save_revision().publish()
    russian, _ = Locale.objects.get_or_create(language_code="ru")
    home.copy_for_translation(russian)
    source, _ = TranslationSource.update_or_create_from_instance(page)
    translation = Translation.objects.create(source=source, target_locale=russian)
    translation.save_target()
    segments = source.stringsegment_set.order_by("pk")
    return [(reverse("wagtail_localize:edit_string_translation", args=[translation.pk, s.pk]), s) for s in segments]


def put(client: Client, address: str, words: str) -> None:
    body, kind = encode_multipart(BOUNDARY, {"value": words}), MULTIPART_CONTENT
    assert client.put(address, body, content_type=kind).status_code in (200, 201)


def history(client: Client) -> str:
    page = TextPage.objects.get(locale__language_code="ru")
    return client.get(reverse("wagtailadmin_pages:history", args=[page.pk])).content.decode()


def test_translators_of_different_strings_lose_nothing(strings: Any, editor: Client, other: Client) -> None:
    (title, _), (description, _), *_rest = strings
    put(other, title, "О компании")
    put(editor, description, "Кто мы.")
    assert set(StringTranslation.objects.values_list("data", flat=True)) == {"О компании", "Кто мы."}
    assert "Replaced the wording" not in history(editor)


def test_wording_that_another_replaces_or_deletes_is_kept_in_the_history(
    strings: Any, editor: Client, other: Client
) -> None:
    (title, _), *_rest = strings
    put(other, title, "О нас")
    put(other, title, "О компании")
    put(editor, title, "О фирме")
    shown = history(editor)
    assert "Replaced the wording of Ben Second: “О компании”" in shown and "Ann Editor" in shown
    assert "О нас" not in shown, "what they replaced themselves is no news to them"
    assert other.delete(title).status_code == 200
    assert "Replaced the wording of Ann Editor: “О фирме”" in history(editor)
