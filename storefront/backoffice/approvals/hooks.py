"""Approvals in Wagtail: addresses, menu with a counter, log."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry

from storefront.backoffice import history, links, menu
from storefront.backoffice.approvals import acts, pages
from storefront.users import approvals
from storefront.users.models import ApprovalRequest

links.register_page(ApprovalRequest, "backoffice-approval", permissions=pages.RIGHTS)
ACTS = {"approve": acts.Approve, "decline": acts.Decline, "withdraw": acts.Withdraw}


class ApprovalsItem(menu.StaffMenuItem):
    """Only where the rule is on, or something was asked for while it was."""

    def is_shown(self, request: HttpRequest) -> bool:
        return super().is_shown(request) and (approvals.is_on() or approvals.waiting().exists())


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    return [
        path("approvals/", pages.ApprovalList.as_view(), name="backoffice-approvals"),
        path("approvals/results/", pages.ApprovalList.as_view(results_only=True), name="backoffice-approvals-results"),
        path("approvals/<int:pk>/", pages.ApprovalPage.as_view(), name="backoffice-approval"),
        *(
            path(f"approvals/<int:pk>/{name}/", view.as_view(), name=f"backoffice-approval-{name}")
            for name, view in ACTS.items()
        ),
    ]


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return ApprovalsItem(
        _("Approvals"), reverse_lazy("backoffice-approvals"), permissions=pages.RIGHTS, icon_name="tick-inverse",
        name="approvals", order=menu.MONEY_DESK + 5, counter=lambda: approvals.waiting().count(),
    )  # fmt: skip


@hooks.register("register_log_actions")
def log_actions(actions: LogActionRegistry) -> None:
    history.register(actions, "approvals.ask", _("Ask for a change"))
    history.register(actions, "approvals.change", _("Change with approval"))
    for view in ACTS.values():
        history.register(actions, view.action, view.page_title)
