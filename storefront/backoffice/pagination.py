"""Pages of long lists."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page
from django.db.models import QuerySet
from django.utils.formats import number_format
from django.utils.functional import cached_property
from wagtail.admin.paginator import WagtailPaginator


class KeysFirst(WagtailPaginator):
    """Sorts primary keys alone, and reads only the rows of the page with all that they show.

    A list that is sorted by a column without an index, or opened at its last page, would else carry each of 100,000
    wide rows with what is joined to them through the sorting. ``title`` is what the list is called; ``rows`` are all
    that there may be on it, unsorted and unfiltered.
    """

    def __init__(self, *args: Any, title: Any, rows: QuerySet[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title, self.rows = title, rows

    @cached_property
    def items_count_label(self) -> str:
        """At the foot of the list: the name of its page, which is right in every language whatever the number."""
        return f"{self.title}: {number_format(self.count, force_grouping=True)}"

    def page(self, number: Any) -> Page[Any]:
        number = self.validate_number(number)
        first = (number - 1) * self.per_page
        keys = list(self.object_list.values_list("pk", flat=True)[first : first + self.per_page])
        found = {row.pk: row for row in self.rows.filter(pk__in=keys).order_by()}
        return Page([found[key] for key in keys if key in found], number, self)
