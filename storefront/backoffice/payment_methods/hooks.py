"""Payment methods in Wagtail: addresses, menu, permissions, log."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry

from storefront.backoffice import history, links
from storefront.backoffice.menu import StaffMenuItem
from storefront.backoffice.payment_methods import acts, ordering, pages
from storefront.billing.models import PaymentMethod

links.register_page(PaymentMethod, "backoffice-payment-method", permissions=pages.MethodPage.permissions, arg="name")


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    one = "payment-methods/<slug:name>/"
    return [
        path("payment-methods/", pages.MethodList.as_view(), name="backoffice-payment-methods"),
        path(one, pages.MethodPage.as_view(), name="backoffice-payment-method"),
        path(f"{one}edit/", ordering.EditMethod.as_view(), name="backoffice-payment-method-edit"),
        path(f"{one}move/", ordering.MoveMethod.as_view(), name="backoffice-payment-method-move"),
        path(f"{one}stop/", acts.StopMethod.as_view(), name="backoffice-payment-method-stop"),
        path(f"{one}resume/", acts.ResumeMethod.as_view(), name="backoffice-payment-method-resume"),
    ]


@hooks.register("register_settings_menu_item")
def menu_item() -> MenuItem:
    return StaffMenuItem(
        _("Payment methods"), reverse_lazy("backoffice-payment-methods"), permissions=pages.MethodList.permissions,
        icon_name="lock-open", name="payment-methods", order=590,
    )  # fmt: skip


@hooks.register("register_log_actions")
def log_actions(actions: LogActionRegistry) -> None:
    for view in (acts.StopMethod, acts.ResumeMethod):
        history.register(actions, view.action, view.page_title)
    history.register(actions, ordering.MOVED, _("Put payment methods in another order"))


@hooks.register("register_permissions")
def permissions() -> QuerySet[Permission]:
    codenames = ("view_paymentmethod", "change_paymentmethod", "switch_paymentmethod")
    return Permission.objects.filter(content_type__app_label="billing", codename__in=codenames)
