"""Columns of lists of trade: money, states, times, links to the page of something else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.utils.formats import date_format
from wagtail.admin.ui.tables import Column, TitleColumn

from storefront.billing.status import Status
from storefront.core import money
from storefront.core.instants import day_of, instant


class MoneyColumn(Column):
    """An amount with its currency, set flush right."""

    cell_template_name = "backoffice/cells/number.html"

    def __init__(self, name: str, *, currency: Callable[[Any], str], **kwargs: Any) -> None:
        super().__init__(name, **kwargs)
        self.currency = currency

    def get_value(self, instance: Any) -> str:
        amount = super().get_value(instance)
        return "" if amount is None else money.display(amount, self.currency(instance))


class StateColumn(Column):
    """A ``Status``: its label as a badge, its reason as the badge's title."""

    cell_template_name = "backoffice/cells/state.html"

    def get_cell_context_data(self, instance: Any, parent_context: dict[str, Any]) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        state: Status = context["raw_value"]
        return context | {"state": state}


class BadgeColumn(Column):
    """A state in a word, as a badge with a colour. ``tone``: good, new, waiting, bad or off, or a code that
    ``backoffice.css`` knows as one of these."""

    cell_template_name = "backoffice/cells/badge.html"

    def __init__(self, name: str, *, tone: Callable[[Any], str], **kwargs: Any) -> None:
        super().__init__(name, **kwargs)
        self.tone = tone

    def get_cell_context_data(self, instance: Any, parent_context: dict[str, Any]) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        return context | {"tone": self.tone(instance)}


class InstantColumn(Column):
    """A time with its zone, on one line."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(name, classname="bo-instant", **kwargs)

    def get_value(self, instance: Any) -> str:
        moment: datetime | None = super().get_value(instance)
        return instant(moment, "short") if moment else ""


class DayColumn(Column):
    """The day of a time, in the shop's time zone."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(name, classname="bo-instant", **kwargs)

    def get_value(self, instance: Any) -> str:
        moment: datetime | None = super().get_value(instance)
        return date_format(day_of(moment), "SHORT_DATE_FORMAT") if moment else "–"


class LastDayColumn(Column):
    """The last day on which something can be done, in the shop's time zone; the moment is the end of that day."""

    def __init__(self, name: str, **kwargs: Any) -> None:
        super().__init__(name, classname="bo-instant", **kwargs)

    def get_value(self, instance: Any) -> str:
        moment: datetime | None = super().get_value(instance)
        return date_format(day_of(moment - timedelta(microseconds=1)), "SHORT_DATE_FORMAT") if moment else ""


class LinkColumn(Column):
    """Another thing, linked where the user may see its page. ``instance``: what to link; the value is its label."""

    cell_template_name = "backoffice/cells/link.html"

    def __init__(self, name: str, *, instance: Callable[[Any], Any], **kwargs: Any) -> None:
        super().__init__(name, **kwargs)
        self.instance = instance

    def get_cell_context_data(self, instance: Any, parent_context: dict[str, Any]) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        return context | {"other": self.instance(instance)}


class NumberLink(TitleColumn):
    """The first column: what the row is called, linked to its page."""

    def __init__(self, name: str, *, get_url: Callable[[Any], str], list_name: str, **kwargs: Any) -> None:
        super().__init__(
            name, get_url=get_url, get_title_id=lambda row: f"{list_name}_{row.pk}_title", classname="bo-name", **kwargs
        )
