"""The first panel of Wagtail's start page: where things are, for those who may work there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from wagtail.admin.ui.components import Component
from wagtail.images import get_image_model
from wagtail.models import Page
from wagtail.permissions import policy_registry

from storefront.support import rights
from storefront.users.models import User


@dataclass(frozen=True)
class Place:
    """A list in the back office, shown to users for whom ``is_shown`` is true."""

    label: Any
    text: Any
    icon: str
    url_name: str
    is_shown: Callable[[User], bool]


def _has(permission: str) -> Callable[[User], bool]:
    return lambda user: user.has_perm(permission)


def _edits_pages(user: User) -> bool:
    """Rights on pages are given by branch of the tree."""
    return bool(policy_registry.get_by_type(Page).user_has_any_permission(user, {"add", "change", "publish"}))


def _adds_pictures(user: User) -> bool:
    """Rights on pictures are given by collection."""
    return bool(policy_registry.get_by_type(get_image_model()).user_has_permission(user, "add"))


PLACES = (
    Place(_("Pages"), _("home, products, help, news"), "doc-empty-inverse", "wagtailadmin_explore_root", _edits_pages),
    Place(
        _("Products and prices"),
        _("license types, features, categories"),
        "desktop",
        "wagtailsnippets_plans_softwareproduct:list",
        _has("plans.change_softwareproduct"),
    ),
    Place(
        _("Periods"),
        _("months to choose from and what they save"),
        "calendar-alt",
        "wagtailsnippets_plans_period:list",
        _has("plans.change_period"),
    ),
    Place(
        _("Discounts"),
        _("for a time, for all products or for one"),
        "tag",
        "wagtailsnippets_plans_discount:list",
        _has("plans.change_discount"),
    ),
    Place(
        _("Agreements"),
        _("what a buyer accepts, by version"),
        "clipboard-list",
        "wagtailsnippets_plans_agreement:list",
        _has("plans.change_agreement"),
    ),
    Place(_("Pictures"), _("screenshots and share pictures"), "image", "wagtailimages:index", _adds_pictures),
    Place(_("Tickets"), _("what visitors ask, and your answers"), "comment", "support-list", rights.may_see),
    Place(
        _("Customers"), _("who, what they hold and owe, what happened"), "group", "backoffice-customers",
        _has("users.view_user"),
    ),
    Place(_("Orders"), _("placed, paid, cancelled"), "list-ul", "backoffice-orders", _has("order.view_order")),
    Place(
        _("Licenses"), _("on which portal, until when"), "key", "backoffice-licenses", _has("licensing.view_license")
    ),
    Place(_("Vouchers"), _("codes, uses and income"), "tag", "backoffice-vouchers", _has("voucher.change_voucher")),
    Place(
        _("Money desk"), _("what waits for a decision"), "warning", "backoffice-money-desk",
        _has("billing.view_reviewitem"),
    ),
    Place(
        _("Who did what"), _("every act of staff, before and after"), "history", "backoffice-history",
        _has("wagtailcore.view_modellogentry"),
    ),
    Place(
        pgettext_lazy("people", "Staff"), _("invitations, roles, access"), "user", "backoffice-staff",
        _has("users.invite_staff"),
    ),
)  # fmt: skip


class WelcomePanel(Component):
    name = "shop_welcome"
    template_name = "wagtailadmin/home/shop_welcome.html"
    order = 10

    def get_context_data(self, parent_context: Mapping[str, Any] | None = None) -> MutableMapping[str, Any]:
        user: User = (parent_context or {})["request"].user
        links = [
            {"label": place.label, "text": place.text, "icon": place.icon, "url": reverse(place.url_name)}
            for place in PLACES
            if place.is_shown(user)
        ]
        return {"links": links, "keeps_texts": _edits_pages(user)}
