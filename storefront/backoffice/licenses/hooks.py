"""Licenses in the back office: addresses, menu item, permissions, the names of acts in the log."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.views.generic import View
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry

from storefront.backoffice import history, links
from storefront.backoffice.licenses import check, gift_acts, holder_acts, portal_acts, time_acts
from storefront.backoffice.licenses.detail import LicensePage
from storefront.backoffice.licenses.listing import VIEW, LicenseList
from storefront.backoffice.menu import LICENSES, StaffMenuItem
from storefront.licensing.models import License

links.register_page(License, "backoffice-license", permissions=VIEW, arg="number")

#: Acts by the last part of their address.
ACTS: dict[str, type[View]] = {
    "check": check.LicenseCheck,
    "extend": time_acts.Extend,
    "end": time_acts.SetEnd,
    "give": gift_acts.GivePeriod,
    "suspend": time_acts.Suspend,
    "restore": time_acts.Restore,
    "revoke": time_acts.Revoke,
    "move": portal_acts.Move,
    "address": portal_acts.CorrectAddress,
    "release": portal_acts.Release,
    "link": portal_acts.LinkByHand,
    "hand-over": holder_acts.HandOver,
}
LABELS = {
    "licenses.grant": _("Give a license away"),
    "licenses.give-period": _("Give a period of a license away"),
    "licenses.extend": _("Extend a license"),
    "licenses.set-end": _("Set the end of a license"),
    "licenses.suspend": _("Suspend a license"),
    "licenses.restore": _("Restore a license"),
    "licenses.revoke": _("Revoke a license"),
    "licenses.move": _("Move a license to another Bitrix24"),
    "licenses.correct-address": _("Correct the address of a license"),
    "licenses.release": _("Release a license from its Bitrix24"),
    "licenses.hand-over": _("Hand a license over to another customer"),
    "licenses.link": _("Link a license by hand"),
}


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    return [
        path("licenses/", LicenseList.as_view(), name="backoffice-licenses"),
        path("licenses/results/", LicenseList.as_view(results_only=True), name="backoffice-licenses-results"),
        path("licenses/grant/", gift_acts.Grant.as_view(), name="backoffice-license-grant"),
        path("licenses/<str:number>/", LicensePage.as_view(), name="backoffice-license"),
        *(
            path(f"licenses/<str:number>/{name}/", view.as_view(), name=f"backoffice-license-{name}")
            for name, view in ACTS.items()
        ),
    ]


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return StaffMenuItem(
        _("Licenses"), reverse_lazy("backoffice-licenses"), permissions=VIEW, icon_name="key", name="licenses",
        order=LICENSES,
    )  # fmt: skip


@hooks.register("register_permissions")
def permissions() -> QuerySet[Permission]:
    """Offered in the form of a group."""
    names = ("view", "link", "grant", "extend", "suspend", "revoke", "move", "hand_over")
    return Permission.objects.filter(
        content_type__app_label="licensing", codename__in=[f"{name}_license" for name in names]
    )


@hooks.register("register_log_actions")
def log_actions(actions: LogActionRegistry) -> None:
    for action, label in LABELS.items():
        history.register(actions, action, label)
