"""The page of a document, and its file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View

from storefront.backoffice import history
from storefront.backoffice.documents.lists import SEND, VIEW, language_of
from storefront.backoffice.pages import ActLink, Crumb, DetailPage, Fact
from storefront.backoffice.refusals import refuse
from storefront.backoffice.rights import KEEPS_BOOKS, StaffOnly
from storefront.billing.documents import content_json
from storefront.billing.documents.models import Document, PaperCopy, PaperStatus
from storefront.core import money
from storefront.core.instants import instant
from storefront.notifications.models import OutboxMessage

CRUMBS = (Crumb("backoffice-documents", gettext_lazy("Documents")),)


def found(number: str) -> Document:
    """With what its page names. Raises Http404."""
    rows = Document.objects.select_related("customer", "invoice", "corrects", "paper")
    document: Document = get_object_or_404(rows, number=number)
    return document


def shows_payer(document: Document, reader: Any) -> bool:
    """Of an erased customer only to those who keep the books."""
    return document.customer.erased_at is None or bool(reader.has_perm(KEEPS_BOOKS))


class DocumentPage(DetailPage):
    permissions = (VIEW,)
    header_icon = "doc-full-inverse"
    template_name = "backoffice/documents/detail.html"
    crumbs = CRUMBS

    @cached_property
    def document(self) -> Document:
        return found(self.kwargs["number"])

    @cached_property
    def paper(self) -> PaperCopy | None:
        return getattr(self.document, "paper", None)

    def get_page_title(self) -> str:
        return f"{self.document.get_kind_display()} {self.document.number}"

    def facts(self) -> Iterable[Fact]:
        document = self.document
        yield Fact(_("Date"), date_format(document.issued_on, "j E Y"))
        yield Fact(_("Issued"), instant(document.issued_at, "short"))
        yield Fact(_("Amount"), money.display(document.gross, document.currency))
        yield Fact(_("Customer"), document.customer.email, document.customer)
        if document.sale:
            yield Fact(_("Invoice"), document.sale.number, document.sale)
        if document.corrects:
            yield Fact(_("Corrects"), document.corrects.number, document.corrects)
        yield Fact(_("Language"), language_of(document))
        if self.paper:
            yield Fact(_("Paper copy"), self.paper.get_status_display())
            if self.paper.track_number:
                yield Fact(_("Track number"), self.paper.track_number)
        yield Fact(_("Kept until"), date_format(document.kept_until, "j E Y"))

    def acts(self) -> Iterable[ActLink]:
        args = [self.document.number]
        yield ActLink(_("Download PDF"), reverse("backoffice-document-pdf", args=args), VIEW, "download")
        yield ActLink(_("Send again"), reverse("backoffice-document-send", args=args), SEND, "mail")
        if self.paper and self.paper.status != PaperStatus.POSTED:
            yield ActLink(_("Mark as posted"), reverse("backoffice-document-posted", args=args), SEND, "check")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        document = self.document
        return super().get_context_data(**kwargs) | {
            "document": document,
            "content": document.content,
            "shows_payer": shows_payer(document, self.request.user),
            "paper": self.paper,
            "is_whole": is_whole(document),
            "uses": document.picture_uses.select_related("picture"),
            "mails": OutboxMessage.objects.filter(key__contains=document.public_id).order_by("-pk"),
            "entries": history.of(document),
        }


def is_whole(document: Document) -> bool:
    """Whether content and file are those that were issued."""
    stored = content_json.content_hash(document.content_json, document.hash_version)
    try:
        with document.pdf.open() as file:
            read = hashlib.sha256(file.read()).hexdigest()
    except FileNotFoundError:
        return False
    return (stored, read) == (document.content_hash, document.pdf_hash)


class DocumentFile(StaffOnly, View):
    """The very bytes that were issued."""

    permissions = (VIEW,)
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, number: str) -> HttpResponseBase:
        document = found(number)
        if not shows_payer(document, request.user):
            return refuse(request, (KEEPS_BOOKS,))
        try:
            with document.pdf.open() as file:
                return attachment(file.read(), document.file_name)
        except FileNotFoundError:
            raise Http404 from None


def attachment(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "no-store"
    response.is_upload = True  # type: ignore[attr-defined]  # sent as it is, see spreadsheets.FormulaInjectionMiddleware
    return response
