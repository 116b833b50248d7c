"""The search in Wagtail: it takes the place of the page search in the box above the menu, which ``/`` focuses, and
stands first among Wagtail's own searches."""

from __future__ import annotations

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.search import SearchArea

from storefront.backoffice.search import views
from storefront.users.roles import ENTER


class EverythingSearchArea(SearchArea):
    def is_shown(self, request: HttpRequest) -> bool:
        return request.user.has_perm(ENTER)


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    return [
        path("search/", views.SearchPage.as_view(), name="backoffice-search"),
        path("search/results/", views.SearchResults.as_view(), name="backoffice-search-results"),
        path("search/suggestions/", views.Suggestions.as_view(), name="backoffice-search-suggestions"),
    ]


@hooks.register("register_admin_search_area")
def search_area() -> SearchArea:
    """Wagtail's box leads to the first area; those of pages, pictures, documents and users follow from 100 on."""
    return EverythingSearchArea(
        _("Everything"), reverse("backoffice-search"), name="everything", icon_name="search", order=0
    )


@hooks.register("insert_global_admin_js")
def script() -> str:
    return format_html(
        '<script src="{}" data-suggestions="{}" defer></script>',
        static("js/admin/search.js"), reverse("backoffice-search-suggestions"),
    )  # fmt: skip
