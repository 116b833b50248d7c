"""The register of documents, and the list of those that wait."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.ui.tables import BulkActionsCheckboxColumn, Column
from wagtail.admin.widgets.button import HeaderButton

from storefront.backoffice.columns import BadgeColumn, LinkColumn, MoneyColumn, NumberLink
from storefront.backoffice.documents.filters import DocumentFilters
from storefront.backoffice.lists import BulkAct, TradeList
from storefront.backoffice.orders import rows
from storefront.backoffice.pages import ListPage
from storefront.backoffice.rights import has_any
from storefront.billing.documents import alarms
from storefront.billing.documents.models import Document, DocumentRequest, PaperStatus, RequestStatus
from storefront.core import clock

VIEW, SEND = "documents.view_document", "documents.send_document"
_UNPOSTED = (PaperStatus.WAITING, PaperStatus.PRINTED)


def language_of(document: Document) -> str:
    """In words, by its first language."""
    return str(dict(settings.LANGUAGES).get(document.language, document.language))


class DocumentList(TradeList):
    """Issued documents, the latest first."""

    list_name = "documents"
    model = Document
    permissions = (VIEW,)
    page_title = gettext_lazy("Documents")
    header_icon = "doc-full-inverse"
    empty_text = gettext_lazy("No document was issued yet. The worker issues them by themselves.")
    index_url_name = "backoffice-documents"
    index_results_url_name = "backoffice-documents-results"
    filterset_class = DocumentFilters
    search_fields = ["number", "customer__email", "invoice__number"]
    default_ordering = "-issued_on"
    amount_field = "gross"
    sum_means = gettext_lazy("The totals of these documents: an invoice, its receipt and its act each count.")
    export_filename = "documents"
    ready_views = (
        (gettext_lazy("Acts"), "kind=act"),
        (gettext_lazy("Credit notes"), "kind=credit_note"),
    )
    all_columns = (
        NumberLink(
            "number", label=gettext_lazy("Document"), sort_key="number", list_name="documents",
            get_url=lambda document: reverse("backoffice-document", args=[document.number]),
        ),
        Column("kind", label=gettext_lazy("Kind"), accessor="get_kind_display", sort_key="kind"),
        Column(
            "issued_on", label=gettext_lazy("Date"), sort_key="issued_on",
            accessor=lambda document: date_format(document.issued_on, "SHORT_DATE_FORMAT"),
        ),
        LinkColumn(
            "customer", label=gettext_lazy("Customer"), accessor="customer.email", instance=lambda d: d.customer
        ),
        LinkColumn("invoice", label=gettext_lazy("Invoice"), accessor="sale", instance=lambda d: d.sale),
        Column("language", label=gettext_lazy("Language"), accessor=language_of),
        MoneyColumn(
            "gross", label=gettext_lazy("Amount"), accessor="gross", currency=lambda d: d.currency, sort_key="gross"
        ),
    )  # fmt: skip
    default_columns = ("kind", "issued_on", "customer", "invoice", "gross")
    export_columns = (
        (gettext_lazy("Document"), lambda document: document.number),
        (gettext_lazy("Kind"), lambda document: str(document.get_kind_display())),
        (gettext_lazy("Date"), lambda document: document.issued_on),
        (gettext_lazy("Customer"), lambda document: document.customer.email),
        (gettext_lazy("Invoice"), lambda document: document.sale.number if document.sale else ""),
        (gettext_lazy("Currency"), lambda document: document.currency),
        (gettext_lazy("Amount"), lambda document: rows.figure(document.gross, document.currency)),
        (gettext_lazy("SHA-256 of the PDF"), lambda document: document.pdf_hash),
    )

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        if not has_any(self.request.user, (SEND,)):
            return []
        url = reverse("backoffice-documents-earlier")
        return [HeaderButton(_("Documents of earlier orders"), url=url, icon_name="history")]

    def get_base_queryset(self) -> QuerySet[Document]:
        """Without the content, which only the page of a document needs."""
        return Document.objects.select_related("customer", "invoice").defer("content_json")


def days_left(request: DocumentRequest) -> str:
    """ "3 days left", "overdue by 2 days", nothing where there is no last day."""
    if request.due_on is None:
        return ""
    days = (request.due_on - clock.today()).days
    if days < 0:
        return ngettext("overdue by %(days)d day", "overdue by %(days)d days", -days) % {"days": -days}
    return ngettext("%(days)d day left", "%(days)d days left", days) % {"days": days}


def state(request: DocumentRequest) -> str:
    """Of the request, or of the paper copy of what it issued."""
    paper = getattr(request.document, "paper", None) if request.document else None
    return str(paper.get_status_display() if paper else request.get_status_display())


def tone(request: DocumentRequest) -> str:
    if request.status == RequestStatus.FAILED or (request.due_on and request.due_on < clock.today()):
        return "bad"
    return "waiting"


def name_of(request: DocumentRequest) -> str:
    if request.document:
        return request.document.number
    return _("%(kind)s, not issued") % {"kind": request.get_kind_display()}


def page_of(request: DocumentRequest) -> str:
    if request.document:
        return reverse("backoffice-document", args=[request.document.number])
    return reverse("backoffice-document-retry", args=[request.pk])


class WaitingList(ListPage):
    """What is to be issued or posted: acts with the days that are left, and whatever cannot be issued, with the
    reason."""

    model = DocumentRequest
    permissions = (VIEW,)
    page_title = gettext_lazy("Documents that wait")
    header_icon = "time"
    empty_text = gettext_lazy("Nothing waits: every document is issued and every paper copy posted.")
    index_url_name = "backoffice-documents-waiting"
    index_results_url_name = "backoffice-documents-waiting-results"
    template_name = "backoffice/list.html"
    results_template_name = "backoffice/list_results.html"
    default_ordering = "due_on"
    list_filter = ["kind", "status"]
    search_fields = ["customer__email", "invoice__number", "document__number"]
    list_export = ["kind", "invoice.number", "customer.email", "status", "due_on", "problem_text"]
    bulk_acts = (BulkAct(gettext_lazy("Print in one go"), "backoffice-documents-print", SEND),)

    @property
    def columns(self) -> list[Any]:
        may = has_any(self.request.user, (SEND,))
        return [BulkActionsCheckboxColumn("bulk_actions", obj_type="waiting"), *_WAITING] if may else _WAITING

    def get_base_queryset(self) -> QuerySet[DocumentRequest]:
        return waiting().select_related("document__paper", "customer", "invoice")

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        acts = [act for act in self.bulk_acts if has_any(self.request.user, (act.permission,))]
        return context | {"list_name": "waiting", "bulk_acts": acts}


def waiting() -> QuerySet[DocumentRequest]:
    """Those that cannot be issued, acts that are not issued or not posted."""
    is_failed = Q(status=RequestStatus.FAILED)
    return DocumentRequest.objects.filter(is_failed | Q(pk__in=alarms.requests().order_by().values("pk")))


_WAITING = [
    NumberLink(
        "what", label=gettext_lazy("Document"), list_name="waiting", get_url=page_of,
        accessor=name_of,
    ),
    LinkColumn("invoice", label=gettext_lazy("Invoice"), accessor="sale", instance=lambda r: r.sale),
    LinkColumn("customer", label=gettext_lazy("Customer"), accessor="customer.email", instance=lambda r: r.customer),
    BadgeColumn("status", label=gettext_lazy("State"), accessor=state, tone=tone),
    Column("due_on", label=gettext_lazy("Days left"), accessor=days_left, sort_key="due_on"),
    Column("problem", label=gettext_lazy("Problem"), accessor="problem_text", classname="bo-reason"),
]  # fmt: skip
