"""Pages, pictures and documents among the hits, by Wagtail's own search, as far as the user may open them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Page
from wagtail.permissions import policy_registry

from storefront.backoffice.search.results import Group, Result


def search(typed: str, user: Any, *, limit: int) -> Iterable[Group]:
    pages, pictures, documents = (
        policy_registry.get_by_type(model) for model in (Page, get_image_model(), get_document_model())
    )
    if pages.user_has_any_permission(user, {"add", "change", "publish"}):
        rows = Page.objects.filter(pk__in=pages.explorable_instances(user).values("pk"))
        yield from _group(rows, typed, limit, _("Pages"), "doc-empty-inverse", "wagtailadmin_pages:search", _page)
    if pictures.user_has_any_permission(user, {"add", "change", "delete"}):
        rows = pictures.instances_user_has_any_permission_for(user, {"change", "delete"})
        yield from _group(rows, typed, limit, _("Pictures"), "image", "wagtailimages:index", _picture)
    if documents.user_has_any_permission(user, {"add", "change", "delete"}):
        rows = documents.instances_user_has_any_permission_for(user, {"change", "delete"})
        yield from _group(rows, typed, limit, _("Documents"), "doc-full-inverse", "wagtaildocs:index", _document)


def _group(
    rows: QuerySet[Any], typed: str, limit: int, label: str, icon: str, route: str, show: Any
) -> Iterable[Group]:
    hits = list(rows.autocomplete(typed)[: limit + 1])  # type: ignore[attr-defined]
    if hits:
        more = f"{reverse(route)}?{urlencode({'q': typed})}"
        yield Group("", label, icon, [show(hit) for hit in hits[:limit]], len(hits) > limit, more)


def _page(page: Page) -> Result:
    details = [page.locale.get_display_name(), page.url_path]
    return Result(page.get_admin_display_title(), details, reverse("wagtailadmin_pages:edit", args=[page.pk]))


def _picture(picture: Any) -> Result:
    return Result(picture.title, [], reverse("wagtailimages:edit", args=[picture.pk]))


def _document(document: Any) -> Result:
    return Result(document.title, [document.filename], reverse("wagtaildocs:edit", args=[document.pk]))
