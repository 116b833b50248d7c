"""Accounting in Wagtail: addresses, menu, permissions, log."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry

from storefront.backoffice import history, menu
from storefront.backoffice.accounting import accounts_form, files, page


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    return [
        path("accounting/", page.AccountingPage.as_view(), name=page.PAGE),
        path("accounting/accounts/", accounts_form.AccountsPage.as_view(), name=page.ACCOUNTS),
        path("accounting/files/<slug:name>/<slug:form>/", files.MonthFile.as_view(), name=page.FILE),
    ]


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return menu.StaffMenuItem(
        _("Accounting"), reverse_lazy(page.PAGE), permissions=page.AccountingPage.permissions, icon_name="table",
        name="accounting", order=menu.NUMBERS + 1,
    )  # fmt: skip


@hooks.register("register_log_actions")
def log_actions(actions: LogActionRegistry) -> None:
    history.register(actions, accounts_form.ACTION, _("Change the chart of accounts"))


@hooks.register("register_permissions")
def permissions() -> QuerySet[Permission]:
    return Permission.objects.filter(content_type__app_label="accounting")
