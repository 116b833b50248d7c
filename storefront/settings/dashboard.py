"""What the staff dashboard shows in its menu: what this shop uses, and the ways to Wagtail for the rest.

Oscar's own lists of products, categories, stock, partners and shipping are not there. Products, license types and
prices are made in Wagtail, where ``publishing.py`` publishes them to Oscar; changing them here would be undone.
"""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _


def _with(*permissions: str) -> Callable[..., bool]:
    """Whether the user has one of these; for links that lead out of Oscar, whose own rule knows Oscar's pages only."""
    return lambda user, *address: any(user.has_perm(permission) for permission in permissions)


NAVIGATION: list[dict[str, Any]] = [
    {"label": _("Overview"), "url_name": "dashboard:index"},
    {
        "label": _("Sales"),
        "children": [
            {"label": _("Orders"), "url_name": "dashboard:order-list"},
            {"label": _("Customers"), "url_name": "dashboard:users-index"},
            {"label": _("Statistics"), "url_name": "dashboard:order-stats"},
            {"label": _("Reports"), "url_name": "dashboard:reports-index"},
        ],
    },
    {
        "label": _("Vouchers and offers"),
        "children": [
            {"label": _("Voucher codes"), "url_name": "dashboard:voucher-list"},
            {"label": _("Voucher sets"), "url_name": "dashboard:voucher-set-list"},
            {"label": _("Offers"), "url_name": "dashboard:offer-list"},
            {"label": _("Ranges of products"), "url_name": "dashboard:range-list"},
        ],
    },
    {
        "label": _("In the editor"),
        "access_fn": _with("wagtailadmin.access_admin"),
        "children": [
            {
                "label": _("Products and prices"),
                "url_name": "wagtailsnippets_plans_softwareproduct:list",
                "access_fn": _with("plans.view_softwareproduct", "plans.change_softwareproduct"),
            },
            {
                "label": _("Money to review"),
                "url_name": "review-list",
                "access_fn": _with("billing.view_reviewitem", "billing.change_reviewitem"),
            },
        ],
    },
]
