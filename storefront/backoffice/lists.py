"""Lists whose columns everybody chooses, with saved views, the sum of what they show, and acts on many rows.

Columns are chosen in the filter menu, so that a view's address says everything: filters, columns and sorting.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

import django_filters
from django import forms
from django.db.models import Count, QuerySet, Sum
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BaseColumn, BulkActionsCheckboxColumn

from storefront.backoffice.pages import ListPage
from storefront.backoffice.pagination import KeysFirst
from storefront.backoffice.rights import has_any
from storefront.backoffice.saved_views import views as saved_views

COLUMNS = "columns"


@dataclass(frozen=True)
class BulkAct:
    """An act on the chosen rows: its page gets their ids as ``?id=``."""

    label: str | Promise
    route: str
    permission: str
    is_serious: bool = False

    @property
    def url(self) -> str:
        return reverse(self.route)


@dataclass(frozen=True)
class Total:
    """What all rows of a list, on every page of it, come to in one currency."""

    currency: str
    count: int
    amount: Decimal


class TradeList(ListPage):
    """Set ``list_name`` (stored with saved views), ``all_columns``, ``default_columns`` (names; the first column of all
    is always there), ``ready_views`` (label and query string of views that everybody has), ``amount_field`` and
    ``currency_field`` for the sum, ``bulk_acts``, and ``export_columns``: heading and value of each exported column."""

    template_name = "backoffice/list.html"
    results_template_name = "backoffice/list_results.html"
    list_name: str
    all_columns: ClassVar[Sequence[BaseColumn]]
    default_columns: ClassVar[Sequence[str]]
    ready_views: ClassVar[Sequence[tuple[str | Promise, str]]] = ()
    bulk_acts: ClassVar[Sequence[BulkAct]] = ()
    amount_field: str = "amount"
    #: What the sum of the list counts, and why it is not the income.
    sum_means: str | Promise = ""
    currency_field: str = "currency"
    export_columns: ClassVar[Sequence[tuple[str | Promise, Callable[[Any], Any]]]] = ()
    list_export = ["pk"]  # shows the buttons; what is exported, ``export_columns`` say

    @cached_property
    def columns(self) -> list[BaseColumn]:
        first, *others = self.all_columns
        asked = [name for name in self.request.GET.getlist(COLUMNS) if name]
        chosen = asked or self.default_columns
        shown = [first, *(column for column in others if column.name in chosen)]
        box = BulkActionsCheckboxColumn("bulk_actions", obj_type=self.list_name)
        return [box, *shown] if self.allowed_bulk_acts else shown

    @cached_property
    def allowed_bulk_acts(self) -> list[BulkAct]:
        return [act for act in self.bulk_acts if has_any(self.request.user, (act.permission,))]

    @cached_property
    def filters(self) -> Any:
        """The filters, and the choice of columns behind them."""
        kwargs = self.get_filterset_kwargs()
        kwargs["data"] = data = kwargs["data"].copy()
        if not data.getlist(COLUMNS):
            data.setlist(COLUMNS, list(self.default_columns))  # ticked, so that one more is one more
        filterset = self.filterset_class(**kwargs)
        choices = [(column.name, column.label) for column in self.all_columns[1:]]
        filterset.filters[COLUMNS] = django_filters.MultipleChoiceFilter(
            label=_("Columns"),
            choices=choices,
            method=lambda queryset, name, value: queryset,
            widget=forms.CheckboxSelectMultiple,
        )
        filterset.filters[COLUMNS].parent = filterset
        return filterset

    @cached_property
    def is_filtering(self) -> bool:
        return bool(self.filters.is_valid() and set(self.filters.form.changed_data) - {COLUMNS})

    @cached_property
    def active_filters(self) -> list[Any]:
        pills: list[Any] = super().active_filters
        column_ids = f"id_{COLUMNS}"
        return [pill for pill in pills if not pill.auto_id.startswith(column_ids)]

    @cached_property
    def totals(self) -> list[Total]:
        """Count and sum of everything that the filters leave, by currency: one query, which the pages need, too."""
        rows = self.get_queryset().order_by().values(self.currency_field)
        counted = rows.annotate(n=Count("pk"), total=Sum(self.amount_field)).order_by(self.currency_field)
        return [Total(row[self.currency_field], row["n"], row["total"]) for row in counted]

    def get_paginator(self, queryset: Any, per_page: int, **kwargs: Any) -> KeysFirst:
        paginator = super().get_paginator(queryset, per_page, **kwargs)
        paginator.count = sum(total.count for total in self.totals)
        return paginator

    def export_rows(self, queryset: QuerySet[Any]) -> Iterator[list[Any]]:
        yield [str(heading) for heading, _value in self.export_columns]
        for item in queryset.iterator(chunk_size=1000):
            yield [value(item) for _heading, value in self.export_columns]

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        query = saved_views.cleaned_query(self.request.GET)
        return context | {
            "totals": self.totals,
            "sum_means": self.sum_means,
            "list_name": self.list_name,
            "current_query": query,
            "ready_views": [(label, f"{self.index_url}?{link}") for label, link in self.ready_views],
            "saved_views": saved_views.offered(self.list_name, self.request.user, current=query),
            "bulk_acts": self.allowed_bulk_acts,
        }
