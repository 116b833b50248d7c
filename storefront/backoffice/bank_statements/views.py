"""The page of a file with its progress and checks, and the page of one line with what is proposed for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import View

from storefront.backoffice import history
from storefront.backoffice.bank_statements import words
from storefront.backoffice.bank_statements.lists import CRUMBS, DECIDE, IMPORT, LINE_CRUMBS, VIEW
from storefront.backoffice.pages import ActLink, DetailPage, Fact
from storefront.backoffice.rights import StaffOnly
from storefront.backoffice.transfers.lists import BOOK
from storefront.billing.bank_statements.models import AccountStatement, LineStatus, StatementFile, StatementLine
from storefront.billing.bank_statements.services import deciding
from storefront.core import money
from storefront.core.instants import instant


class FilePage(DetailPage):
    """How far it is, whether it adds up and follows from what was imported before, and where its lines are."""

    permissions = (VIEW, IMPORT)
    header_icon = "download"
    template_name = "backoffice/bank_statements/file.html"
    crumbs = CRUMBS

    @cached_property
    def file(self) -> StatementFile:
        found: StatementFile = get_object_or_404(
            StatementFile.objects.select_related("uploaded_by", "mapping"), pk=self.kwargs["pk"]
        )
        return found

    def get_page_title(self) -> str:
        return self.file.name

    def facts(self) -> Iterable[Fact]:
        file = self.file
        yield Fact(_("Received"), instant(file.created_at, "short"))
        yield Fact(_("By"), file.uploaded_by.email if file.uploaded_by else file.get_source_display())
        if file.format:
            yield Fact(_("Format"), words.format_name(file))
        if file.mapping:
            yield Fact(_("Mapping"), file.mapping)
        yield Fact("SHA-256", f"{file.file_hash[:16]}…")

    def acts(self) -> Iterable[ActLink]:
        if not self.file.is_over:
            yield ActLink(_("Look again"), self.request.path, VIEW, "rotate")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        statements = self.file.statements.select_related("account").annotate(taken=Count("lines"))
        return (
            super().get_context_data(**kwargs)
            | progress_of(self.file)
            | {
                "statements": [_checked(each) for each in statements],
            }
        )


def progress_of(file: StatementFile) -> dict[str, Any]:
    """For the page, and for the part of it that is asked for again."""
    lines = StatementLine.objects.filter(statement__file=file)
    counted = dict(lines.order_by().values_list("status").annotate(n=Count("pk")))
    base = reverse("backoffice-statement-lines")
    states = [
        (str(status.label), counted[status.value], f"{base}?file={file.pk}&status={status.value}")
        for status in LineStatus
        if status.value in counted
    ]
    return {"file": file, "states": states, "told": words.progress(file), "tone": words.file_tone(file)}


def _checked(statement: AccountStatement) -> dict[str, Any]:
    currency = statement.account.currency

    def shown(amount: Any) -> str:
        return "–" if amount is None else money.display(amount, currency)

    return {
        "account": statement.account,
        "number": statement.number or "–",
        "days": " – ".join(date_format(day, "SHORT_DATE_FORMAT") for day in _days(statement)) or "–",
        "opening": shown(statement.opening),
        "closing": shown(statement.closing),
        "adds_up": statement.opening is not None and statement.closing is not None,
        "taken": statement.taken,  # type: ignore[attr-defined]
    }


def _days(statement: AccountStatement) -> list[Any]:
    return [day for day in (statement.opened_on, statement.closed_on) if day is not None]


class FileProgress(StaffOnly, View):
    """The part of the page that changes while the worker reads. ``X-Over`` tells the script to stop asking."""

    permissions = (VIEW, IMPORT)
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        file = get_object_or_404(StatementFile, pk=pk)
        answer = render(request, "backoffice/bank_statements/progress.html", progress_of(file))
        answer.headers["Cache-Control"] = "no-store"
        answer.headers["X-Over"] = "1" if file.is_over else "0"
        return answer


class LinePage(DetailPage):
    """What the bank says, what is proposed with score and reasons, what was decided."""

    permissions = (VIEW, DECIDE)
    header_icon = "list-ul"
    template_name = "backoffice/bank_statements/line.html"
    crumbs = LINE_CRUMBS

    @cached_property
    def line(self) -> StatementLine:
        rows = StatementLine.objects.select_related("account", "statement__file", "transfer__customer", "reverses")
        found: StatementLine = get_object_or_404(rows, pk=self.kwargs["pk"])
        return found

    def get_page_title(self) -> str:
        return f"{words.amount(self.line)}, {self.line.payer_name or '–'}"

    def facts(self) -> Iterable[Fact]:
        line = self.line
        yield Fact(_("Day"), date_format(line.booked_on, "SHORT_DATE_FORMAT"))
        if line.value_on and line.value_on != line.booked_on:
            yield Fact(_("Value date"), date_format(line.value_on, "SHORT_DATE_FORMAT"))
        yield Fact(_("Amount"), words.amount(line))
        if line.original_amount is not None:
            yield Fact(_("Ordered"), f"{line.original_amount.normalize():f} {line.original_currency}")
        for label, value in (
            (_("Payer"), line.payer_name), (_("Payer's account"), line.payer_account),
            (_("Tax number"), line.payer_tax_number), (_("Reference of the payer"), line.end_to_end),
            (_("Creditor reference"), line.structured_reference), (_("Reference of the bank"), line.reference),
            (_("Reason of the return"), line.return_reason),
        ):  # fmt: skip
            if value:
                yield Fact(label, value)
        yield Fact(_("Bank account"), line.account)
        yield Fact(_("File"), line.statement.file.name, line.statement.file)

    def acts(self) -> Iterable[ActLink]:
        line = self.line
        if line.status in (LineStatus.OPEN, LineStatus.FOREIGN) and line.is_in and not line.is_reversal:
            yield self._act(_("Assign or split"), "assign", "link")
            if deciding.typed_alike(line):
                yield self._act(_("It is this transfer"), "same", "check")
        if line.status in (LineStatus.OPEN, LineStatus.OUTGOING) and not line.is_in:
            yield self._act(_("The bank took a transfer back"), "reverse", "undo", is_serious=True)
        if line.status == LineStatus.OPEN:
            yield self._act(_("Put aside"), "aside", "cross")
        if line.status == LineStatus.FOREIGN or (line.status == LineStatus.BOOKED and line.reverses is None):
            yield self._act(_("Undo"), "undo", "undo", is_serious=line.status == LineStatus.BOOKED)

    def _act(self, label: str, name: str, icon: str, *, is_serious: bool = False) -> ActLink:
        url = reverse(f"backoffice-statement-line-{name}", args=[self.line.pk])
        return ActLink(label, url, BOOK if name in ("undo", "reverse") else DECIDE, icon, is_serious)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        line = self.line
        is_open = line.status == LineStatus.OPEN
        return super().get_context_data(**kwargs) | {
            "line": line,
            "tone": words.line_tone(line),
            "proposals": words.shown(line, words.invoices_of([line])) if is_open else [],
            "alike": deciding.booked_alike(line) if is_open and line.is_in else [],
            "shares": line.transfer.shares.select_related("invoice") if line.transfer else [],
            "may_decide": self.request.user.has_perm(DECIDE),
            "entries": history.of(line),
        }
