"""The page of a transfer, the page of a payment proof, and its file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from storefront.backoffice import history
from storefront.backoffice.pages import ActLink, Crumb, DetailPage, Fact
from storefront.backoffice.rights import StaffOnly
from storefront.backoffice.transfers.lists import BOOK, DECIDE, PROVISIONAL, VIEW, VIEW_PROOFS
from storefront.billing.states import InvoiceStatus
from storefront.billing.transfers.models import BankTransfer, PaymentProof, ProofStatus, TransferStatus
from storefront.core import money
from storefront.core.instants import instant

CRUMBS = (Crumb("backoffice-transfers", gettext_lazy("Bank transfers")),)
PROOF_CRUMBS = (Crumb("backoffice-proofs", gettext_lazy("Payment proofs")),)


class TransferPage(DetailPage):
    permissions = (VIEW, BOOK)
    header_icon = "download"
    template_name = "backoffice/transfers/transfer.html"
    crumbs = CRUMBS

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        rows = BankTransfer.objects.select_related("account", "customer", "booked_by", "undone_by")
        self.transfer: BankTransfer | None = rows.filter(pk=self.kwargs["pk"]).first()

    def _found(self) -> BankTransfer:
        if self.transfer is None:
            raise Http404
        return self.transfer

    def get_page_title(self) -> str:
        found = self._found()
        return _("Transfer of %(amount)s") % {"amount": money.display(found.amount, found.currency)}

    def facts(self) -> Iterable[Fact]:
        found = self._found()
        yield Fact(_("State"), found.get_status_display())
        yield Fact(_("Value date"), date_format(found.value_on, "DATE_FORMAT"))
        yield Fact(_("Our account"), str(found.account))
        for label, value in (
            (_("Reference of the bank"), found.bank_reference),
            (_("Payer"), found.payer_name),
            (_("Payer's account"), found.payer_account),
            (_("Purpose"), found.text),
        ):
            if value:
                yield Fact(label, value)
        if found.customer:
            yield Fact(_("Customer"), found.customer.email, found.customer)
        if found.booked_at:
            by = found.booked_by or _("by a rule")
            yield Fact(_("Booked"), f"{instant(found.booked_at, 'short')}, {by}")
        if found.undone_at:
            by = found.undone_by or _("by the bank")
            yield Fact(_("Undone"), f"{instant(found.undone_at, 'short')}, {by}")
        if found.reason:
            yield Fact(_("Reason"), found.reason)

    def acts(self) -> Iterable[ActLink]:
        found = self._found()
        if found.status in (TransferStatus.WAITING, TransferStatus.FOREIGN):
            yield ActLink(_("Assign"), reverse("backoffice-transfer-assign", args=[found.pk]), BOOK, "check")
        if found.status == TransferStatus.WAITING:
            yield ActLink(_("Put aside"), reverse("backoffice-transfer-aside", args=[found.pk]), BOOK, "cross")
        if found.status == TransferStatus.BOOKED:
            yield ActLink(
                _("Undo the booking"), reverse("backoffice-transfer-undo", args=[found.pk]), BOOK, "undo", True
            )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        found = self._found()
        shares = found.shares.select_related("invoice", "payment__customer").order_by("pk")
        return super().get_context_data(**kwargs) | {
            "transfer": found, "shares": shares, "entries": history.of(found),
        }  # fmt: skip


class ProofPage(DetailPage):
    permissions = (VIEW_PROOFS, DECIDE)
    header_icon = "doc-full"
    template_name = "backoffice/transfers/proof.html"
    crumbs = PROOF_CRUMBS

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        rows = PaymentProof.objects.select_related("invoice__customer", "invoice__order", "decided_by")
        self.proof: PaymentProof | None = rows.filter(public_id=self.kwargs["public_id"]).first()

    def _found(self) -> PaymentProof:
        if self.proof is None:
            raise Http404
        return self.proof

    def get_page_title(self) -> str:
        return _("Payment proof for %(invoice)s") % {"invoice": self._found().invoice.number}

    def facts(self) -> Iterable[Fact]:
        found = self._found()
        invoice = found.invoice
        yield Fact(_("State"), found.get_status_display())
        yield Fact(_("Invoice"), invoice.number, invoice)
        yield Fact(_("Total"), money.display(invoice.amount, invoice.currency))
        yield Fact(_("Customer"), invoice.customer.email, invoice.customer)
        yield Fact(_("Sent"), f"{instant(found.created_at, 'short')}, {found.get_source_display()}")
        if found.decided_at:
            by = found.decided_by or _("by itself")
            yield Fact(_("Decided"), f"{instant(found.decided_at, 'short')}, {by}")
        if found.reason:
            yield Fact(_("Reason"), found.reason)
        grant = invoice.provisional_grants.filter(ended_at=None).first()
        if grant:
            yield Fact(_("License given until"), instant(grant.until))

    def acts(self) -> Iterable[ActLink]:
        found = self._found()
        invoice = found.invoice
        if found.file:
            url = reverse("backoffice-proof-file", args=[found.public_id])
            yield ActLink(_("Download the file"), url, VIEW_PROOFS, "download")
        if invoice.status == InvoiceStatus.OPEN:
            number = [invoice.number]
            yield ActLink(_("Confirm the transfer"), reverse("backoffice-transfer-confirm", args=number), BOOK, "check")
            yield ActLink(
                _("Give the license for now"), reverse("backoffice-provisional", args=number), PROVISIONAL, "time"
            )
        if found.status in (ProofStatus.WAITING, ProofStatus.PROVISIONAL):
            url = reverse("backoffice-proof-refuse", args=[found.public_id])
            yield ActLink(_("Refuse the file"), url, DECIDE, "cross", True)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"proof": self._found(), "entries": history.of(self._found())}


class ProofFile(StaffOnly, View):
    """The file, only ever as an attachment: what strangers sent is not shown in our pages' place."""

    permissions = (VIEW_PROOFS, DECIDE)
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, public_id: str) -> HttpResponseBase:
        proof = get_object_or_404(PaymentProof, public_id=public_id)
        if not proof.file:
            raise Http404
        try:
            content = proof.file.open("rb")
        except FileNotFoundError:
            raise Http404 from None
        response = FileResponse(
            content, as_attachment=True, filename=proof.file_name, content_type="application/octet-stream"
        )
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
        response.headers["Cache-Control"] = "no-store"
        return response
