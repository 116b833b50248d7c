"""Wagtail in the shop's dress: colours, the words of welcome, the way to the orders. Imported when the app is ready."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse, reverse_lazy
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from storefront.users.models import User


@dataclass(frozen=True)
class Way:
    """One of the places named on the start page; ``right`` is what it takes to do anything there."""

    label: Any
    text: Any
    icon: str
    url_name: str
    right: str


WAYS = (
    Way(_("Pages"), _("home, products, help, news"), "doc-empty-inverse", "wagtailadmin_explore_root", ""),
    Way(
        _("Products and prices"),
        _("license types, features, categories"),
        "desktop",
        "wagtailsnippets_plans_softwareproduct:list",
        "plans.change_softwareproduct",
    ),
    Way(
        _("Periods"),
        _("months to choose from and what they save"),
        "calendar-alt",
        "wagtailsnippets_plans_period:list",
        "plans.change_period",
    ),
    Way(
        _("Agreements"),
        _("what a buyer accepts, by version"),
        "clipboard-list",
        "wagtailsnippets_plans_agreement:list",
        "plans.change_agreement",
    ),
    Way(_("Pictures"), _("screenshots and share pictures"), "image", "wagtailimages:index", "wagtailimages.add_image"),
)


class WelcomePanel(Component):
    """The first thing on the start page: where things are, for those who may go there."""

    name = "shop_welcome"
    template_name = "wagtailadmin/home/shop_welcome.html"
    order = 10

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> MutableMapping[str, Any]:
        user: User = (parent_context or {})["request"].user
        return {"links": [found for way in WAYS if (found := _link(way, user))]}


class BackOfficeMenuItem(MenuItem):
    """Oscar's dashboard is for staff; marketers do not see it."""

    def is_shown(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.is_staff


@hooks.register("insert_global_admin_css")
def shop_colours() -> str:
    return format_html('<link rel="stylesheet" href="{}">', static("css/wagtail_admin.css"))


@hooks.register("construct_homepage_panels")
def welcome(request: HttpRequest, panels: list[Component]) -> None:
    panels.append(WelcomePanel())


@hooks.register("register_admin_menu_item")
def back_office_menu_item() -> MenuItem:
    return BackOfficeMenuItem(
        _("Sales"), reverse_lazy("dashboard:index"), name="back-office", icon_name="list-ul", order=155
    )


@hooks.register("construct_help_menu")
def without_news_of_wagtail(request: HttpRequest, items: list[MenuItem]) -> None:
    """What is new in Wagtail is for its developers, and on another host."""
    items[:] = [item for item in items if not item.name.startswith("whats-new")]


def _link(way: Way, user: User) -> dict[str, Any] | None:
    if way.right and not user.has_perm(way.right):
        return None
    return {"label": way.label, "text": way.text, "icon": way.icon, "url": reverse(way.url_name)}
