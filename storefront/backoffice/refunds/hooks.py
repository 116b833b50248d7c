"""'Refunds' in the back office: addresses, menu, log, permissions."""

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
from storefront.backoffice.refunds import begin, decide, granting, payouts, requests, views
from storefront.billing.models import Refund, RefundRequest

links.register_page(RefundRequest, "backoffice-refund-request", permissions=views.RefundPage.permissions)
links.register_page(Refund, "backoffice-refund", permissions=views.RefundPage.permissions)


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    one = "refunds/<int:pk>/"
    return [
        path("refunds/", views.RefundList.as_view(), name="backoffice-refunds"),
        path("refunds/results/", views.RefundList.as_view(results_only=True), name="backoffice-refunds-results"),
        path("refunds/invoice/<str:number>/", begin.RefundInvoice.as_view(), name="backoffice-refund-invoice"),
        path("refunds/payment/<int:pk>/", begin.RefundPayment.as_view(), name="backoffice-refund-payment"),
        path("refunds/requests/", requests.RefundRequestList.as_view(), name="backoffice-refund-requests"),
        path(
            "refunds/requests/results/", requests.RefundRequestList.as_view(results_only=True),
            name="backoffice-refund-requests-results",
        ),
        path("refunds/requests/<int:pk>/", requests.RefundRequestPage.as_view(), name="backoffice-refund-request"),
        path(
            "refunds/requests/<int:pk>/grant/", granting.GrantRequest.as_view(), name="backoffice-refund-request-grant"
        ),
        path(
            "refunds/requests/<int:pk>/refuse/", requests.RefuseRequest.as_view(),
            name="backoffice-refund-request-refuse",
        ),
        path("refunds/payouts/", payouts.PayoutList.as_view(), name="backoffice-refund-payouts"),
        path(
            "refunds/payouts/results/", payouts.PayoutList.as_view(results_only=True),
            name="backoffice-refund-payouts-results",
        ),
        path(f"{one}paid/", payouts.MarkPaid.as_view(), name="backoffice-refund-paid"),
        path(f"{one}give-up/", payouts.GiveUpPayout.as_view(), name="backoffice-refund-give-up"),
        path(f"{one}returned/", payouts.ReturnedPayout.as_view(), name="backoffice-refund-returned"),
        path(one, views.RefundPage.as_view(), name="backoffice-refund"),
        path(f"{one}approve/", decide.ApproveRefund.as_view(), name="backoffice-refund-approve"),
        path(f"{one}decline/", decide.DeclineRefund.as_view(), name="backoffice-refund-decline"),
        path(f"{one}withdraw/", decide.WithdrawRefund.as_view(), name="backoffice-refund-withdraw"),
        path(f"{one}ask/", decide.AskAgain.as_view(), name="backoffice-refund-ask"),
    ]  # fmt: skip


@hooks.register("register_sales_menu_item")
def menu_item() -> MenuItem:
    return StaffMenuItem(
        _("Refunds"), reverse_lazy("backoffice-refunds"), permissions=views.RefundList.permissions, icon_name="undo",
        name="refunds", order=400,
    )  # fmt: skip


@hooks.register("register_sales_menu_item")
def requests_menu_item() -> MenuItem:
    return StaffMenuItem(
        _("Refunds asked for"), reverse_lazy("backoffice-refund-requests"),
        permissions=requests.RefundRequestList.permissions, icon_name="help", name="refund-requests", order=401,
    )  # fmt: skip


@hooks.register("register_sales_menu_item")
def payouts_menu_item() -> MenuItem:
    return StaffMenuItem(
        _("Payouts"), reverse_lazy("backoffice-refund-payouts"), permissions=payouts.PayoutList.permissions,
        icon_name="download", name="refund-payouts", order=402,
    )  # fmt: skip


@hooks.register("register_log_actions")
def log_actions(actions: LogActionRegistry) -> None:
    history.register(actions, "refunds.begin", _("Begin a refund"))
    history.register(actions, "refunds.grant", _("Approve a refund that a customer asked for"))
    history.register(actions, "refunds.refuse", _("Refuse a refund that a customer asked for"))
    history.register(actions, "refunds.paid", _("Note that a refund was paid by bank transfer"))
    history.register(actions, "refunds.give_up_payout", _("Take a refund off the list of payouts"))
    history.register(actions, "refunds.payout_returned", _("Note that a payout came back"))
    history.register(actions, "refunds.approve", _("Approve a refund"))
    history.register(actions, "refunds.decline", _("Decline a refund"))
    history.register(actions, "refunds.withdraw", _("Withdraw a refund"))
    history.register(actions, "refunds.ask_again", _("Ask the provider about a refund"))


@hooks.register("register_permissions")
def permissions() -> QuerySet[Permission]:
    return Permission.objects.filter(
        content_type__app_label="billing", codename__in=("view_refund", "begin_refund", "approve_refund")
    )
