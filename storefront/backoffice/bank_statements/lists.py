"""The list of files and the list of lines."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets.button import Button, HeaderButton

from storefront.backoffice.bank_statements import words
from storefront.backoffice.bank_statements.filters import LineFilters
from storefront.backoffice.columns import BadgeColumn, InstantColumn, LinkColumn, MoneyColumn, NumberLink
from storefront.backoffice.lists import BulkAct, TradeList
from storefront.backoffice.orders import rows
from storefront.backoffice.pages import Crumb, ListPage
from storefront.backoffice.rights import has_any
from storefront.billing.bank_statements.models import LineStatus, StatementFile, StatementLine
from storefront.billing.models import Invoice

VIEW, IMPORT = "bank_statements.view_statementfile", "bank_statements.add_statementfile"
DECIDE, RULES = "bank_statements.change_statementline", "bank_statements.change_csvmapping"
CRUMBS = (Crumb("backoffice-statements", gettext_lazy("Bank statements")),)
LINE_CRUMBS = (*CRUMBS, Crumb("backoffice-statement-lines", gettext_lazy("Lines of statements")))


class FileList(ListPage):
    """What was imported, the latest first."""

    model = StatementFile
    permissions = (VIEW, IMPORT)
    page_title = gettext_lazy("Bank statements")
    header_icon = "download"
    empty_text = gettext_lazy(
        "No bank statement was imported yet. Have your bank give you one as a file: camt.053, MT940, 1C or CSV."
    )
    index_url_name = "backoffice-statements"
    index_results_url_name = "backoffice-statements-results"
    default_ordering = "-pk"
    list_filter = ["status", "source", "created_at"]
    search_fields = ["name", "statements__account__name", "statements__account__number"]
    list_export = [
        "name", "status", "format", "lines_total", "lines_known", "lines_announced", "created_at", "uploaded_by.email",
    ]  # fmt: skip
    columns = [
        NumberLink(
            "name", label=gettext_lazy("File"), list_name="statements", sort_key="name",
            get_url=lambda file: reverse("backoffice-statement-file", args=[file.pk]),
        ),
        BadgeColumn("status", label=gettext_lazy("State"), accessor="get_status_display", tone=words.file_tone),
        Column("format", label=gettext_lazy("Format"), accessor=words.format_name),
        Column("lines", label=gettext_lazy("Lines"), accessor=words.progress),
        Column("problem", label=gettext_lazy("Problem"), accessor="told_problem", classname="bo-reason"),
        InstantColumn("created_at", label=gettext_lazy("Received"), sort_key="created_at"),
    ]  # fmt: skip

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        offered = [
            (IMPORT, _("Import files"), "backoffice-statements-upload", "upload"),
            (VIEW, _("Lines"), "backoffice-statement-lines", "list-ul"),
        ]
        user = self.request.user
        return [
            HeaderButton(label, url=reverse(route), icon_name=icon)
            for right, label, route, icon in offered
            if has_any(user, (right,))
        ]

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        more: list[Button] = super().header_more_buttons
        if has_any(self.request.user, (RULES,)):
            rules = Button(_("How files are read"), url=reverse("backoffice-statement-rules"), icon_name="cog")
            more = [*more, rules]
        return more

    def get_base_queryset(self) -> QuerySet[StatementFile]:
        return StatementFile.objects.all()


class LineList(TradeList):
    """Movements of our accounts, the latest first; what waits for a decision is a view of it."""

    list_name = "statement-lines"
    model = StatementLine
    permissions = (VIEW, DECIDE)
    page_title = gettext_lazy("Lines of statements")
    header_icon = "list-ul"
    empty_text = gettext_lazy("No line was imported yet.")
    index_url_name = "backoffice-statement-lines"
    index_results_url_name = "backoffice-statement-lines-results"
    filterset_class = LineFilters
    search_fields = ["text", "payer_name", "payer_account", "reference", "end_to_end"]
    default_ordering = "-booked_on"
    sum_means = gettext_lazy("What came in less what went out, of these lines.")
    export_filename = "statement-lines"
    ready_views = (
        (gettext_lazy("To decide"), "status=open"),
        (gettext_lazy("Certain"), "status=open&is_certain=true"),
        (gettext_lazy("Put aside"), "status=foreign"),
    )
    bulk_acts = (BulkAct(gettext_lazy("Book as proposed"), "backoffice-statement-lines-book", DECIDE),)
    all_columns = (
        NumberLink(
            "payer", label=gettext_lazy("Payer"), list_name="statement-lines", sort_key="payer_name",
            accessor=lambda line: line.payer_name or "–",
            get_url=lambda line: reverse("backoffice-statement-line", args=[line.pk]),
        ),
        Column(
            "booked_on", label=gettext_lazy("Day"), sort_key="booked_on",
            accessor=lambda line: date_format(line.booked_on, "SHORT_DATE_FORMAT"),
        ),
        MoneyColumn(
            "amount", label=gettext_lazy("Amount"), accessor="amount", currency=lambda line: line.currency,
            sort_key="amount",
        ),
        Column("text", label=gettext_lazy("Purpose"), accessor="text", classname="bo-reason"),
        BadgeColumn("status", label=gettext_lazy("State"), accessor="get_status_display", tone=words.line_tone),
        Column("proposed", label=gettext_lazy("Proposed"), accessor=words.best),
        Column("score", label=gettext_lazy("Score"), accessor=lambda line: line.score or "", sort_key="score"),
        LinkColumn(
            "file", label=gettext_lazy("File"), accessor="statement.file", instance=lambda line: line.statement.file
        ),
        Column("account", label=gettext_lazy("Bank account"), accessor="account"),
        Column("payer_account", label=gettext_lazy("Payer's account"), accessor="payer_account"),
    )  # fmt: skip
    default_columns = ("booked_on", "amount", "text", "status", "proposed", "score")
    export_columns = (
        (gettext_lazy("Day"), lambda line: line.booked_on),
        (gettext_lazy("Bank account"), lambda line: str(line.account)),
        (gettext_lazy("Payer"), lambda line: line.payer_name),
        (gettext_lazy("Payer's account"), lambda line: line.payer_account),
        (gettext_lazy("Purpose"), lambda line: line.text),
        (gettext_lazy("Currency"), lambda line: line.currency),
        (gettext_lazy("Amount"), lambda line: rows.figure(line.amount, line.currency)),
        (gettext_lazy("State"), lambda line: str(line.get_status_display())),
        (gettext_lazy("Reference of the bank"), lambda line: line.reference),
    )

    def get_base_queryset(self) -> QuerySet[StatementLine]:
        return StatementLine.objects.select_related("account", "statement__file")

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        _name_invoices(list(context["object_list"]))
        return context


def _name_invoices(lines: list[StatementLine]) -> None:
    """The numbers of proposed invoices, in one query for the page."""
    wanted = {pk for line in lines for each in line.proposed[:1] for pk, _amount in each.parts}
    numbers = dict(Invoice.objects.filter(pk__in=wanted).values_list("pk", "number"))
    for line in lines:
        line.invoice_numbers = numbers  # type: ignore[attr-defined]


def waiting() -> int:
    """Lines that somebody has to decide about, for the menu."""
    return StatementLine.objects.filter(status=LineStatus.OPEN).count()
