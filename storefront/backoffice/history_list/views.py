"""Who did what: one list of everything staff did, with values before and after, reason and customer.

Nothing in the back office changes or deletes an entry, and the database refuses it (``backoffice.db_triggers``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db.models import IntegerField, QuerySet, Value
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from wagtail.admin.views.reports.audit_logging import LogEntriesView
from wagtail.log_actions import registry

from storefront.backoffice.history import changes
from storefront.backoffice.history_list import export
from storefront.backoffice.history_list.filters import HistoryFilters
from storefront.backoffice.rights import StaffOnly
from storefront.core import clock, spreadsheets

VIEW = ("wagtailcore.view_modellogentry",)


class HistoryList(StaffOnly, LogEntriesView):  # type: ignore[misc]
    """Wagtail's report, which puts the logs of pages and of other things together, for all who may see the history."""

    permissions = VIEW
    any_permission_required = None
    page_title = _("Who did what")
    header_icon = "history"
    results_template_name = "backoffice/history_results.html"
    filterset_class = HistoryFilters
    index_url_name = "backoffice-history"
    index_results_url_name = "backoffice-history-results"
    list_export = ["timestamp", "user_display_name", "act", "label", "content_type", "changed", "comment"]
    export_headings = {
        "timestamp": _("When"),
        "user_display_name": _("Who"),
        "act": _("What"),
        "label": _("Thing"),
        "content_type": _("Type"),
        "changed": _("Before and after"),
        "comment": _("Reason"),
    }

    def get_filename(self) -> str:
        return "history"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.is_export:
            is_csv = request.GET["export"] == self.FORMAT_CSV
            write = spreadsheets.csv_response if is_csv else spreadsheets.xlsx_response
            return write(self._export_rows(), filename=f"{self.get_filename()}-{clock.today():%Y-%m-%d}")
        answer: HttpResponseBase = super().get(request, *args, **kwargs)
        return answer

    def _export_rows(self) -> Iterator[list[Any]]:
        yield [str(heading) for heading in self.export_headings.values()]
        yield from export.rows(self.filter_queryset(log.objects.all()) for log in registry.get_log_entry_models())

    def get_filtered_queryset(self) -> QuerySet[Any]:
        """As Wagtail's, but of all entries: whoever may see the history sees it whole."""
        self.log_models = list(registry.get_log_entry_models())
        parts = []
        for index, log_model in enumerate(self.log_models):
            entries = log_model.objects.values("pk", "timestamp")
            entries = entries.annotate(log_model_index=Value(index, output_field=IntegerField()))
            parts.append(self.filter_queryset(entries).order_by())
        first, *others = parts
        return first.union(*others, all=True).order_by("-timestamp", "-pk")

    def decorate_paginated_queryset(self, object_list: Any) -> list[Any]:
        entries: list[Any] = super().decorate_paginated_queryset(object_list)
        for entry in entries:
            entry.changes = changes(entry.data)
            entry.act, entry.label = export.act(entry), export.thing(entry)
        return entries
