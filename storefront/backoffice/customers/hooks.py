"""Customers in the menu, their addresses, and what the log calls the acts on them."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry

from storefront.backoffice import history, links
from storefront.backoffice.customers import data_acts, listing, login_acts, notes, page, writing
from storefront.backoffice.customers.as_customer import views as as_customer
from storefront.backoffice.customers.base import ActOnCustomer
from storefront.backoffice.menu import CUSTOMERS, StaffMenuItem
from storefront.users.models import User

VIEW = ("users.view_user",)
#: The last part of the address, and the act.
ACTS: dict[str, type[ActOnCustomer]] = {
    "write": writing.WriteToCustomer,
    "password": login_acts.MailPasswordLink,
    "email": login_acts.CorrectEmail,
    "close": login_acts.CloseAccount,
    "reopen": login_acts.ReopenAccount,
    "see": as_customer.SeeAsCustomer,
    "export": data_acts.ExportData,
    "erase": data_acts.EraseCustomer,
    "keep": data_acts.KeepCustomer,
}


# After Wagtail's own addresses, with which it registers its page of users as the page of every account.
@hooks.register("register_admin_urls", order=100)
def addresses() -> list[URLPattern]:
    links.register_page(User, "backoffice-customer", permissions=VIEW)
    return [
        path("customers/", listing.CustomerList.as_view(), name="backoffice-customers"),
        path(
            "customers/results/",
            listing.CustomerList.as_view(results_only=True),
            name="backoffice-customers-results",
        ),
        path("customers/<int:pk>/", page.CustomerPage.as_view(), name="backoffice-customer"),
        path("customers/<int:pk>/notes/", notes.WriteNote.as_view(), name="backoffice-customer-note"),
        path(
            "customers/<int:pk>/notes/<int:note>/delete/",
            notes.DeleteNote.as_view(),
            name="backoffice-customer-note-delete",
        ),
        path(
            "customers/<int:pk>/as-customer/<path:page>",
            as_customer.AccountAsCustomer.as_view(),
            name="backoffice-customer-account",
        ),
        path("customers/<int:pk>/leave/", as_customer.Leave.as_view(), name="backoffice-customer-leave"),
        *(
            path(f"customers/<int:pk>/{name}/", view.as_view(), name=f"backoffice-customer-{name}")
            for name, view in ACTS.items()
        ),
    ]


@hooks.register("register_log_actions")
def acts(actions: LogActionRegistry) -> None:
    for view in ACTS.values():
        history.register(actions, view.action, view.page_title)


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return StaffMenuItem(
        _("Customers"), reverse_lazy("backoffice-customers"), permissions=VIEW, icon_name="group", name="customers",
        order=CUSTOMERS,
    )  # fmt: skip


@hooks.register("register_permissions")
def permissions() -> QuerySet[Permission]:
    """Shown in Wagtail's form for groups."""
    of_accounts = (
        "view_user", "mail_password_link", "correct_email", "close_account", "view_as_customer", "export_data",
        "erase_customer",
    )  # fmt: skip
    return Permission.objects.filter(
        Q(content_type__app_label="users", codename__in=of_accounts)
        | Q(content_type__app_label="backoffice", codename="add_staffnote")
    )
