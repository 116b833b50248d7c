"""The kinds of page the back office is made of: a list, the page of one thing, an act of staff.

All look like Wagtail's own and need a permission. An act is in ``acts.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic import IndexView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.coreutils import multigetattr

from storefront.backoffice.pagination import KeysFirst
from storefront.backoffice.rights import StaffOnly, has_any
from storefront.core import clock, spreadsheets


@dataclass(frozen=True)
class Crumb:
    """A page above this one: the name of its route, its arguments, its title."""

    route: str
    label: str | Promise
    args: tuple[Any, ...] = ()

    def as_item(self) -> dict[str, Any]:
        """``is_thing``: the page of one thing, not a list."""
        return {"url": reverse(self.route, args=self.args), "label": str(self.label), "is_thing": bool(self.args)}


@dataclass(frozen=True)
class Fact:
    """A line of the summary. ``value`` may be safe HTML; ``instance`` is linked where the user may see its page."""

    label: str | Promise
    value: Any
    instance: Any = None


@dataclass(frozen=True)
class ActLink:
    """A button that leads to an act."""

    label: str | Promise
    url: str
    permission: str
    icon_name: str = ""
    is_serious: bool = False


class ListPage(StaffOnly, IndexView):
    """A list with filters, search, sorting and export to CSV and XLSX.

    Set ``model``, ``permissions``, ``page_title``, ``header_icon``, ``index_url_name``, ``index_results_url_name``,
    ``columns``, ``default_ordering``, and for the rest ``list_filter`` or ``filterset_class``, ``search_fields``,
    ``list_export`` with ``export_headings``. ``empty_text`` says what would stand in a list that is empty. An export is
    read and sent row by row, however long the list is.
    """

    any_permission_required = None
    paginate_by = 50
    results_template_name = "backoffice/results.html"
    empty_text: str | Promise = ""
    list_export: list[str] = []

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = super().get_breadcrumbs_items()
        return items

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.is_export:
            return self.as_spreadsheet(self.get_queryset(), request.GET["export"])
        answer: HttpResponse = super().get(request, *args, **kwargs)
        return answer

    def order_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Rows that are equal in what the list is sorted by have an order, too: none is missing between two pages."""
        names = self.ordering if isinstance(self.ordering, list | tuple) else [self.ordering]
        return queryset.order_by(*filter(None, names), *([] if {"pk", "-pk"} & set(names) else ["-pk"]))

    def get_paginator(self, queryset: Any, per_page: int, **kwargs: Any) -> KeysFirst:
        return KeysFirst(queryset, per_page, title=self.get_page_title(), rows=self.get_base_queryset(), **kwargs)

    def as_spreadsheet(self, queryset: Any, spreadsheet_format: str) -> HttpResponseBase:
        """The whole list, as it is filtered and sorted, in a file named after it and the day."""
        write = spreadsheets.csv_response if spreadsheet_format == self.FORMAT_CSV else spreadsheets.xlsx_response
        return write(self.export_rows(queryset), filename=f"{self.get_filename()}-{clock.today():%Y-%m-%d}")

    def export_rows(self, queryset: Any) -> Iterator[list[Any]]:
        """Headings first, then a list of values for each row."""
        yield [self.get_heading(queryset, field) for field in self.list_export]
        rows = queryset.iterator(chunk_size=1000) if hasattr(queryset, "iterator") else queryset
        for item in rows:
            yield list(self.to_row_dict(item).values())

    def to_row_dict(self, item: Any) -> dict[str, Any]:
        """As Wagtail's, but a path over a relation that is empty is an empty cell."""
        return {field: _value(item, field) for field in self.list_export}


def _value(item: Any, path: str) -> Any:
    for name in path.split("."):
        if item is None:
            return ""
        item = multigetattr(item, name)
    return item


class DetailPage(StaffOnly, WagtailAdminTemplateMixin, TemplateView):
    """The page of one thing: a summary (``facts``), what can be done (``acts``), and the blocks of its template,
    which extends ``backoffice/detail.html``."""

    template_name = "backoffice/detail.html"
    crumbs: tuple[Crumb, ...] = ()
    http_method_names = ["get", "head", "options"]

    def facts(self) -> Iterable[Fact]:
        return ()

    def acts(self) -> Iterable[ActLink]:
        return ()

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return trail(self.crumbs, self.get_page_title())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"facts": list(self.facts()), "acts": allowed(self.request, self.acts())}


def trail(crumbs: Iterable[Crumb], title: str | Promise) -> list[dict[str, Any]]:
    """Breadcrumbs from the start page to the current one."""
    home = {"url": reverse("wagtailadmin_home"), "label": _("Home")}
    return [home, *(crumb.as_item() for crumb in crumbs), {"url": "", "label": str(title)}]


def allowed(request: HttpRequest, acts: Iterable[ActLink]) -> list[ActLink]:
    """The acts that the user may do: what one may not do is not shown."""
    return [act for act in acts if has_any(request.user, (act.permission,))]
