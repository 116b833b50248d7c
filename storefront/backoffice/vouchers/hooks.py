"""Vouchers in Wagtail: addresses, menu item, permissions, log actions."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry

from checkout.models import VoucherRule
from storefront.backoffice import history, links
from storefront.backoffice.menu import StaffMenuItem
from storefront.backoffice.vouchers import acts, calendar, pages

links.register_page(VoucherRule, "backoffice-voucher", permissions=(pages.VIEW, pages.CHANGE))


@hooks.register("register_admin_urls")
def voucher_addresses() -> list[URLPattern]:
    return [
        path("vouchers/", pages.VoucherList.as_view(), name="backoffice-vouchers"),
        path("vouchers/results/", pages.VoucherList.as_view(results_only=True), name="backoffice-vouchers-results"),
        path("vouchers/calendar/", calendar.Calendar.as_view(), name="backoffice-vouchers-calendar"),
        path("vouchers/add/", acts.AddVoucher.as_view(), name="backoffice-voucher-add"),
        path("vouchers/<int:pk>/", pages.VoucherPage.as_view(), name="backoffice-voucher"),
        path("vouchers/<int:pk>/codes/", pages.Codes.as_view(), name="backoffice-voucher-codes"),
        path("vouchers/<int:pk>/change/", acts.ChangeVoucher.as_view(), name="backoffice-voucher-change"),
        path("vouchers/<int:pk>/pause/", acts.PauseVoucher.as_view(), name="backoffice-voucher-pause"),
        path("vouchers/<int:pk>/resume/", acts.ResumeVoucher.as_view(), name="backoffice-voucher-resume"),
    ]


@hooks.register("register_sales_menu_item")
def vouchers_menu_item() -> MenuItem:
    return StaffMenuItem(
        _("Vouchers"), reverse_lazy("backoffice-vouchers"), permissions=(pages.VIEW, pages.CHANGE), icon_name="tag",
        name="vouchers", order=500,
    )  # fmt: skip


@hooks.register("register_permissions")
def voucher_permissions() -> QuerySet[Permission]:
    return Permission.objects.filter(
        content_type__app_label="voucher", codename__in=("view_voucher", "add_voucher", "change_voucher")
    )


@hooks.register("register_log_actions")
def voucher_acts(actions: LogActionRegistry) -> None:
    history.register(actions, "vouchers.add", _("Make a voucher"))
    history.register(actions, "vouchers.change", _("Change a voucher"))
    history.register(actions, "vouchers.pause", _("Pause a voucher"))
    history.register(actions, "vouchers.resume", _("Let a voucher go on"))
