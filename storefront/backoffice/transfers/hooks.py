"""'Bank transfers' in the back office: addresses, menu, log, permissions."""

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
from storefront.backoffice.transfers import acts, assigning, lists, pages, proof_acts
from storefront.billing.transfers.models import BankTransfer, PaymentProof

LISTS = (
    ("transfers/", lists.TransferList),
    ("transfers/awaited/", lists.AwaitedList),
    ("transfers/proofs/", lists.ProofList),
)

links.register_page(BankTransfer, "backoffice-transfer", permissions=pages.TransferPage.permissions)
links.register_page(PaymentProof, "backoffice-proof", permissions=pages.ProofPage.permissions, arg="public_id")


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    found = []
    for address, view in LISTS:
        found.append(path(address, view.as_view(), name=view.index_url_name))
        found.append(path(f"{address}results/", view.as_view(results_only=True), name=view.index_results_url_name))
    one, proof = "transfers/<int:pk>/", "transfers/proofs/<str:public_id>/"
    return [
        *found,
        path("transfers/note/", acts.Note.as_view(), name="backoffice-transfer-note"),
        path("transfers/confirm/<str:number>/", acts.Confirm.as_view(), name="backoffice-transfer-confirm"),
        path(
            "transfers/provisional/<str:number>/", proof_acts.GiveProvisional.as_view(), name="backoffice-provisional"
        ),
        path("transfers/from/<str:public_id>/", proof_acts.FromConversation.as_view(), name="backoffice-proof-from"),
        path(one, pages.TransferPage.as_view(), name="backoffice-transfer"),
        path(f"{one}assign/", assigning.Assign.as_view(), name="backoffice-transfer-assign"),
        path(f"{one}aside/", assigning.PutAside.as_view(), name="backoffice-transfer-aside"),
        path(f"{one}undo/", assigning.Undo.as_view(), name="backoffice-transfer-undo"),
        path(proof, pages.ProofPage.as_view(), name="backoffice-proof"),
        path(f"{proof}file/", pages.ProofFile.as_view(), name="backoffice-proof-file"),
        path(f"{proof}refuse/", proof_acts.Refuse.as_view(), name="backoffice-proof-refuse"),
    ]


@hooks.register("register_sales_menu_item")
def awaited_item() -> MenuItem:
    return StaffMenuItem(
        _("Awaited transfers"), reverse_lazy("backoffice-awaited"), permissions=lists.AwaitedList.permissions,
        icon_name="download", name="awaited-transfers", order=300,
    )  # fmt: skip


@hooks.register("register_sales_menu_item")
def transfers_item() -> MenuItem:
    return StaffMenuItem(
        _("Bank transfers"), reverse_lazy("backoffice-transfers"), permissions=lists.TransferList.permissions,
        icon_name="download", name="bank-transfers", order=310,
    )  # fmt: skip


@hooks.register("register_sales_menu_item")
def proofs_item() -> MenuItem:
    return StaffMenuItem(
        _("Payment proofs"), reverse_lazy("backoffice-proofs"), permissions=lists.ProofList.permissions,
        icon_name="doc-full", name="payment-proofs", order=320, counter=lists.waiting,
    )  # fmt: skip


@hooks.register("register_log_actions")
def log_actions(actions: LogActionRegistry) -> None:
    history.register(actions, "transfers.confirm", _("Confirm a bank transfer"))
    history.register(actions, "transfers.note", _("Note a transfer that came"))
    history.register(actions, "transfers.assign", _("Assign a bank transfer"))
    history.register(actions, "transfers.aside", _("Put a bank transfer aside"))
    history.register(actions, "transfers.undo", _("Undo the booking of a bank transfer"))
    history.register(actions, "transfers.refuse_proof", _("Refuse a payment proof"))
    history.register(actions, "transfers.provisional", _("Give a license before the money"))
    history.register(actions, "transfers.proof_from_message", _("Use a file as payment proof"))


@hooks.register("register_permissions")
def permissions() -> QuerySet[Permission]:
    return Permission.objects.filter(
        content_type__app_label="transfers",
        codename__in=(
            "view_banktransfer", "book_banktransfer", "view_paymentproof", "decide_paymentproof", "give_provisional",
        ),
    )  # fmt: skip
