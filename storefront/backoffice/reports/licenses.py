"""Licenses gained, kept and lost in a period, and the list of those that a number counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from storefront.backoffice.reports import names, tables
from storefront.backoffice.reports.base import CUSTOMERS, LICENSES, ReportPage
from storefront.backoffice.reports.pictures import counts_over_time, steps
from storefront.backoffice.reports.tables import Cell, Head, Table
from storefront.core.charts import Chart
from storefront.core.figures import number
from storefront.core.instants import day_of
from storefront.core.spans import Span, begins, shifted
from storefront.licensing import reports
from storefront.licensing.models import License
from storefront.licensing.reports import PAUSE, Event, Movement, What

LIST = "backoffice-report-license-list"
PER_PAGE = 100
LABELS = {
    What.NEW: pgettext_lazy("licenses", "New"),
    What.BACK: gettext_lazy("Came back"),
    What.KEPT: gettext_lazy("Kept"),
    What.AHEAD: gettext_lazy("Will end, not extended yet"),
    What.ENDED: gettext_lazy("Ended, may still be extended"),
    What.LOST: gettext_lazy("Lost"),
    What.REVOKED: gettext_lazy("Taken back"),
}
DEFINITION = gettext_lazy(
    "A license counts while its time runs, paid for or given away, also while it is suspended; not while it waits to "
    "begin. An interruption of at most %(days)d days is none. Lost: its time ended and it was not extended within "
    "%(days)d days. Taken back: its money was refunded or lost, or staff revoked it. Churn is lost and taken back, "
    "divided by those held at the beginning."
)
RENEWALS = gettext_lazy(
    "Due are the times that ended or will end in the period, without those that were taken back or exchanged for "
    "another license type. Kept: the same license was extended, before or within %(days)d days after. The rate leaves "
    "out those that will end or ended less than %(days)d days ago: they may still be extended."
)


def _events(span: Span, now: Any) -> list[Event]:
    return list(reports.events(reports.times(span), now))


class LicensesPage(ReportPage):
    page_title = gettext_lazy("Licenses gained, kept and lost")
    file_name = "licenses"

    @property
    def definition(self) -> str:  # type: ignore[override]
        return str(DEFINITION) % {"days": PAUSE.days}

    def tables(self) -> Sequence[Table]:
        span = self.period.span
        before = self.period.before
        events = _events(before or span, self.now)  # what ended before a period adds nothing to it
        found = reports.movements(events, span)
        then = reports.movements(events, before) if before else {}
        called = names.products({*found, *then})
        order = sorted((pk for pk in found if _counts(found[pk])), key=lambda pk: (-found[pk].held_at_end, called(pk)))
        whole, earlier = reports.total(found.values()), reports.total(then.values())
        moves = replace(self._moves(found, order, whole, earlier, called), chart=self._chart(events, whole))
        return [moves, self._renewals(found, order, whole, earlier, called)]

    def _chart(self, events: list[Event], whole: Movement) -> Chart:
        """Of days and months that have begun."""
        found = [step for step in steps(self.period.span, is_daily=self.period.is_daily) if begins(step) <= self.now]
        after = [step + timedelta(days=1) if self.period.is_daily else shifted(step, 1) for step in found]
        held = reports.held_after(events, [min(begins(step), self.period.span.end) for step in after])
        words = {"held": number(whole.held), "end": number(whole.held_at_end), "period": self.period.title}
        return counts_over_time(
            self.period, dict(zip(found, map(Decimal, held), strict=True)), title=_("Licenses held"),
            name=_("Licenses held"),
            summary=_("%(held)s licenses at the beginning, %(end)s at the end of the period %(period)s.") % words,
        )  # fmt: skip

    def _moves(self, found: Any, order: list[int], whole: Movement, earlier: Movement, called: names.Names) -> Table:
        heads: tuple[tables.Words, ...] = (
            _("Held at the beginning"),
            *(LABELS[what] for what in _MOVES),
            _("Held at the end"),
            _("Churn"),
        )
        total = [tables.words(_("Total")), *self._moved(whole)]
        rows = [[tables.words(called(pk)), *self._moved(found[pk], str(pk))] for pk in order]
        before = [_("In the period before: %(new)d new, %(lost)d lost or taken back.") % {
            "new": earlier.counts[What.NEW], "lost": earlier.lost,
        }] if self.period.before else []  # fmt: skip
        return Table(
            title=_("Licenses"), heads=_heads(*heads), rows=rows, total=total,
            notes=before,
        )  # fmt: skip

    def _renewals(self, found: Any, order: list[int], whole: Movement, earlier: Movement, called: names.Names) -> Table:
        heads = (
            pgettext("licenses", "Due"),
            LABELS[What.KEPT],
            LABELS[What.LOST],
            LABELS[What.ENDED],
            LABELS[What.AHEAD],
            _("Kept of those decided"),
        )
        rows = [[tables.words(called(pk)), *self._renewed(found[pk], str(pk))] for pk in order if found[pk].due]
        rate = tables.share(earlier.counts[What.KEPT], earlier.decided).text
        before = [_("In the period before: %(rate)s kept.") % {"rate": rate}] if earlier.decided else []
        return Table(
            title=_("Renewals"), heads=_heads(*heads), rows=rows,
            total=[tables.words(_("Total")), *self._renewed(whole)], notes=before,
            definition=str(RENEWALS) % {"days": PAUSE.days},
        )  # fmt: skip

    def _moved(self, each: Movement, product: str = "") -> list[Cell]:
        return [
            tables.count(each.held), *(self._count(each, what, product) for what in _MOVES),
            tables.count(each.held_at_end), tables.share(each.lost, each.held),
        ]  # fmt: skip

    def _renewed(self, each: Movement, product: str = "") -> list[Cell]:
        found = (self._count(each, what, product) for what in _RENEWED)
        return [tables.count(each.due), *found, tables.share(each.counts[What.KEPT], each.decided)]

    def _count(self, each: Movement, what: What, product: str) -> Cell:
        may_see = self.request.user.has_perms((LICENSES, CUSTOMERS))
        query = {"what": what.value} | ({"product": product} if product else {})
        return tables.count(each.counts[what], url=self.address(LIST, **query) if may_see else "")


def _heads(*labels: tables.Words) -> list[Head]:
    return [Head(_("Product"), is_number=False), *map(Head, labels)]


_RENEWED = (What.KEPT, What.LOST, What.ENDED, What.AHEAD)
_MOVES = (What.NEW, What.BACK, What.LOST, What.REVOKED, What.ENDED)


def _counts(each: Movement) -> bool:
    return bool(each.held or each.held_at_end or each.counts)


class LicenseListPage(ReportPage):
    """Those that something happened to in the period, by time."""

    also_needs = (LICENSES, CUSTOMERS)
    file_name = "license-events"

    def get_page_title(self) -> str:
        return _("Licenses: %(what)s") % {"what": LABELS[self.what]} if self.what else _("Licenses: what happened")

    @property
    def what(self) -> What | None:
        asked = self.request.GET.get("what", "")
        return What(asked) if asked in set(What) else None

    @cached_property
    def found(self) -> list[Event]:
        product, span = self.request.GET.get("product", ""), self.period.span
        events = (each for each in _events(span, self.now) if span.start <= each.at < span.end)
        wanted = (each for each in events if self.what in (None, each.what))
        return sorted((each for each in wanted if product in ("", str(each.software))), key=lambda each: each.at)

    @cached_property
    def page(self) -> Page[Event]:
        return Paginator(self.found, PER_PAGE).get_page(self.request.GET.get("p"))

    def tables(self) -> Sequence[Table]:
        shown = self.found if "export" in self.request.GET else list(self.page)
        return [self._table(shown)]

    def _table(self, shown: Iterable[Event]) -> Table:
        shown = list(shown)
        licenses = License.objects.select_related("customer").in_bulk({each.license for each in shown})
        called = names.plans({each.plan for each in shown})
        heads = (_("Day"), _("What"), _("License"), _("License type"), _("Customer"))
        return Table(
            title=_("Licenses"), heads=[Head(label, is_number=False) for label in heads],
            rows=[self._row(each, licenses[each.license], called) for each in shown],
        )  # fmt: skip

    def _row(self, each: Event, license: License, called: names.Names) -> list[Cell]:
        return [
            tables.day(day_of(each.at)), tables.words(LABELS[each.what]),
            tables.words(license.number, url=self.page_of(license)), tables.words(called(each.plan)),
            tables.words(license.customer.email, url=self.page_of(license.customer)),
        ]  # fmt: skip

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {
            "page": self.page,
            "page_links": self.page_links(self.page),
        }
