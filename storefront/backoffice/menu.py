"""The back office's part of Wagtail's menu. A section adds its items with these hooks:

- ``register_admin_menu_item``: the top level,
- ``register_sales_menu_item``: orders, invoices, payments, refunds, vouchers,
- ``register_system_menu_item``: mails, webhooks, health, jobs.

A menu without an item that the user may see is not shown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem
from wagtail.admin.ui.sidebar import LinkMenuItem

from storefront.backoffice.rights import has_any

#: Places in the top level; Wagtail's pages are at 100, its reports at 9000.
CUSTOMERS, SALES, LICENSES, MONEY_DESK, NUMBERS, TICKETS, SYSTEM = 20, 30, 40, 50, 55, 60, 8500


class StaffMenuItem(MenuItem):
    """Shown to users with one of ``permissions``. ``counter``: how much waits there, shown behind the label."""

    def __init__(
        self,
        label: str | Promise,
        url: Any,
        *,
        permissions: tuple[str, ...],
        icon_name: str,
        name: str,
        order: int = 100,
        counter: Callable[[], int] | None = None,
    ) -> None:
        super().__init__(label, url, name=name, icon_name=icon_name, order=order)
        self.permissions, self.counter = permissions, counter

    def is_shown(self, request: HttpRequest) -> bool:
        return has_any(request.user, self.permissions)

    def waiting(self, request: HttpRequest) -> int:
        """What the counter says; it is asked once for each page."""
        counts = request.__dict__.setdefault("waiting_in_menu", {})
        if self.name not in counts:
            counts[self.name] = self.counter() if self.counter else 0
        return int(counts[self.name])

    def render_component(self, request: HttpRequest) -> Any:
        return LinkMenuItem(
            self.name, counted(self.label, self.waiting(request)), self.url, icon_name=self.icon_name,
            classname=self.classname, attrs=self.attrs,
        )  # fmt: skip


class CountedSubmenu(SubmenuMenuItem):
    """Shows what waits in all of its items, also while it is closed."""

    def render_component(self, request: HttpRequest) -> Any:
        items = self.menu.menu_items_for_request(request)
        waiting = sum(item.waiting(request) for item in items if isinstance(item, StaffMenuItem))
        component = super().render_component(request)
        component.label = counted(self.label, waiting)
        return component


def counted(label: str | Promise, waiting: int) -> str:
    return f"{label} ({waiting})" if waiting else str(label)


sales_menu = Menu(register_hook_name="register_sales_menu_item", construct_hook_name="construct_sales_menu")
system_menu = Menu(register_hook_name="register_system_menu_item", construct_hook_name="construct_system_menu")


@hooks.register("register_admin_menu_item")
def sales() -> MenuItem:
    return CountedSubmenu(_("Sales"), sales_menu, name="sales", icon_name="list-ul", order=SALES)


@hooks.register("register_admin_menu_item")
def system() -> MenuItem:
    return CountedSubmenu(_("System"), system_menu, name="system", icon_name="cogs", order=SYSTEM)
