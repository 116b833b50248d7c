"""Days in the filters of lists: the shop's own, as in the reports and the ledger, whoever asks and wherever they sit.

A list of payments of a month has the payments that the month's report counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django_filters.fields import DateRangeField
from wagtail.admin.filters import DateRangePickerWidget

from storefront.core import spans
from storefront.core.instants import zone_name

#: Other years are mistyped, and some of them have no instant in every time zone.
EARLIEST, LATEST = date(1900, 1, 1), date(2999, 12, 31)
_TICK = timedelta(microseconds=1)


def _hint() -> str:
    return _("Days in the shop's time zone: %(zone)s.") % {"zone": zone_name(spans.zone())}


class DaysField(DateRangeField):  # type: ignore[misc]
    def compress(self, data_list: Sequence[date | None]) -> slice | None:
        """Of aware instants, both included; either may be missing."""
        if not data_list:
            return None
        first, last = data_list
        if any(day and not EARLIEST <= day <= LATEST for day in data_list):
            raise ValidationError(_("Enter a valid date."), "invalid")
        return slice(
            spans.begins(first) if first else None, spans.begins(last + timedelta(days=1)) - _TICK if last else None
        )


class Days(django_filters.DateFromToRangeFilter):  # type: ignore[misc]
    """From the beginning of a day to the end of another."""

    field_class = DaysField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, widget=DateRangePickerWidget, help_text=lazy(_hint, str)(), **kwargs)
