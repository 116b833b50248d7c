"""Wagtail in the shop's dress: colours, the words of welcome, the way to the orders. Imported when the app is ready."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
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
from wagtail.images import get_image_model
from wagtail.models import Page
from wagtail.permissions import policy_registry

from storefront.support.staff import rights
from storefront.users.models import User


@dataclass(frozen=True)
class Way:
    """One of the places named on the start page, for those whom ``may`` tells to have work there."""

    label: Any
    text: Any
    icon: str
    url_name: str
    may: Callable[[User], bool]


def _by_right(permission: str) -> Callable[[User], bool]:
    return lambda user: user.has_perm(permission)


def _keeps_pages(user: User) -> bool:
    """Rights on pages are given by branch of the tree."""
    return bool(policy_registry.get_by_type(Page).user_has_any_permission(user, {"add", "change", "publish"}))


def _keeps_pictures(user: User) -> bool:
    """Rights on pictures are given by collection."""
    return bool(policy_registry.get_by_type(get_image_model()).user_has_permission(user, "add"))


WAYS = (
    Way(_("Pages"), _("home, products, help, news"), "doc-empty-inverse", "wagtailadmin_explore_root", _keeps_pages),
    Way(
        _("Products and prices"),
        _("license types, features, categories"),
        "desktop",
        "wagtailsnippets_plans_softwareproduct:list",
        _by_right("plans.change_softwareproduct"),
    ),
    Way(
        _("Periods"),
        _("months to choose from and what they save"),
        "calendar-alt",
        "wagtailsnippets_plans_period:list",
        _by_right("plans.change_period"),
    ),
    Way(
        _("Discounts"),
        _("for a time, for all products or for one"),
        "tag",
        "wagtailsnippets_plans_discount:list",
        _by_right("plans.change_discount"),
    ),
    Way(
        _("Agreements"),
        _("what a buyer accepts, by version"),
        "clipboard-list",
        "wagtailsnippets_plans_agreement:list",
        _by_right("plans.change_agreement"),
    ),
    Way(_("Pictures"), _("screenshots and share pictures"), "image", "wagtailimages:index", _keeps_pictures),
    Way(_("Conversations"), _("what visitors ask, and your answers"), "comment", "support-list", rights.may_see),
)


class WelcomePanel(Component):
    """The first thing on the start page: where things are, for those who may go there."""

    name = "shop_welcome"
    template_name = "wagtailadmin/home/shop_welcome.html"
    order = 10

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> MutableMapping[str, Any]:
        user: User = (parent_context or {})["request"].user
        return {"links": [_link(way) for way in WAYS if way.may(user)], "keeps_texts": _keeps_pages(user)}


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


def _link(way: Way) -> dict[str, Any]:
    return {"label": way.label, "text": way.text, "icon": way.icon, "url": reverse(way.url_name)}
