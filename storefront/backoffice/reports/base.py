"""What every report has: the right to see it, its period, the other reports, the time it is of, and its export."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page
from django.db.models import Model
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from storefront.backoffice.pages import Crumb, trail
from storefront.backoffice.refusals import refuse
from storefront.backoffice.reports import period as periods
from storefront.backoffice.reports import tables
from storefront.backoffice.reports.tables import Table
from storefront.backoffice.rights import StaffOnly
from storefront.core import clock, spreadsheets
from storefront.core.instants import instant
from storefront.core.snapshots import snapshot
from storefront.core.spans import zone

SEE = "numbers.view_numbers"
#: What one must also be allowed, where a report names customers, or lists invoices or licenses.
CUSTOMERS, INVOICES, LICENSES = "users.view_user", "billing.view_invoice", "licensing.view_license"
OVERVIEW = "backoffice-reports"


@dataclass(frozen=True)
class Entry:
    """A report in the list of all. ``also``: the rights that it needs beside ``SEE``."""

    label: str | Promise
    route: str
    args: tuple[str, ...] = ()
    also: tuple[str, ...] = ()

    @property
    def url(self) -> str:
        return reverse(self.route, args=self.args)


INCOME = "backoffice-report-income"
ENTRIES = (
    Entry(gettext_lazy("Overview"), OVERVIEW),
    Entry(gettext_lazy("By day"), INCOME, ("day",)),
    Entry(gettext_lazy("By month"), INCOME, ("month",)),
    Entry(gettext_lazy("By product"), INCOME, ("product",)),
    Entry(gettext_lazy("By license type"), INCOME, ("type",)),
    Entry(gettext_lazy("By length"), INCOME, ("period",)),
    Entry(gettext_lazy("By country"), INCOME, ("country",)),
    Entry(gettext_lazy("By voucher"), INCOME, ("voucher",)),
    Entry(gettext_lazy("By customer"), INCOME, ("customer",), (CUSTOMERS,)),
    Entry(gettext_lazy("Tax"), "backoffice-report-tax"),
    Entry(gettext_lazy("Bookings"), "backoffice-report-bookings", (), (INVOICES, CUSTOMERS)),
    Entry(gettext_lazy("Licenses"), "backoffice-report-licenses"),
    Entry(gettext_lazy("Lifetime value"), "backoffice-report-lifetime"),
    Entry(gettext_lazy("Unpaid"), "backoffice-report-unpaid"),
    Entry(gettext_lazy("Forecast"), "backoffice-report-forecast"),
)


class ReportPage(StaffOnly, WagtailAdminTemplateMixin, TemplateView):
    """A report. Implements ``tables``; ``definition`` says what is counted, ``file_name`` is that of the export.
    ``has_period``: it is of a period, else of now."""

    permissions = (SEE,)
    also_needs: tuple[str, ...] = ()
    template_name = "backoffice/reports/report.html"
    header_icon = "clipboard-list"
    definition: str | Promise = ""
    file_name = "report"
    has_period = True
    http_method_names = ["get", "head", "options"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        missing = [right for right in self.also_needs if not request.user.has_perm(right)]
        return refuse(request, missing) if missing else super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.now = clock.now()
        self.period, self.period_form = periods.read(request.GET)
        if (wanted := request.GET.get("export")) in ("csv", "xlsx"):
            write = spreadsheets.csv_response if wanted == "csv" else spreadsheets.xlsx_response
            return write(self.export_rows(), filename=f"{self.file_name}-{self._days()}")
        with snapshot():  # the sums and tables of a page agree
            answer: Any = super().get(request, *args, **kwargs)
            return answer.render()

    def tables(self) -> Sequence[Table]:
        """What the page shows and the export writes."""
        raise NotImplementedError

    def export_rows(self) -> Iterator[list[Any]]:
        return tables.export(self.tables(), self.export_columns())

    def export_columns(self) -> list[tuple[str, Any]]:
        """Of what every row is: the days it counts, and when it was read."""
        span = self.period.span
        days = [(_("From"), span.first.isoformat()), (_("To"), span.last.isoformat())] if self.has_period else []
        return [*days, (_("As of"), self.now)]

    def page_of(self, instance: Model) -> str:
        """The address of something's page, "" where the user may not see it."""
        return self._finder.get_edit_url(instance) or ""

    def address(self, route: str, *args: str, **query: str) -> str:
        """Another report of the same period, "" where the user may not see it."""
        entry = next((each for each in ENTRIES if each.route == route and each.args == args), None)
        if entry and not self.request.user.has_perms(entry.also):
            return ""
        more = f"&{urlencode(query)}" if query else ""
        return f"{reverse(route, args=args)}?{self.period.query}{more}"

    def page_links(self, page: Page[Any]) -> list[tuple[int, str]]:
        """Number and address of the first page, the last, and those beside this one."""
        last = page.paginator.num_pages
        near = sorted({1, page.number - 1, page.number, page.number + 1, last})
        return [(number, self._with(p=str(number))) for number in near if 1 <= number <= last]

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        crumbs = () if self.request.path == reverse(OVERVIEW) else (Crumb(OVERVIEW, _("Numbers")),)
        return trail(crumbs, self.get_page_title())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        earlier, later = periods.neighbours(self.period)
        return context | {
            "tables": self.tables(),
            "definition": self.definition,
            "has_period": self.has_period,
            "period": self.period,
            "period_form": self.period_form,
            "choices": list(periods.choices(self.period)),
            "earlier": earlier,
            "later": later,
            "reports": [
                (each.label, f"{each.url}?{self.period.query}", each.url == self.request.path)
                for each in ENTRIES
                if self.request.user.has_perms(each.also)
            ],
            "as_of": self._as_of(),
            "exports": [(name.upper(), self._with(export=name)) for name in ("csv", "xlsx")],
        }

    @cached_property
    def _finder(self) -> AdminURLFinder:
        return AdminURLFinder(self.request.user)

    def _with(self, **values: str) -> str:
        """The query of this address, with other values."""
        query = self.request.GET.copy()
        for name, value in values.items():
            query[name] = value
        return f"?{query.urlencode()}"

    def _as_of(self) -> str:
        """When it was read, in the zone that its days are of."""
        with timezone.override(zone()):
            return instant(self.now, "short")

    def _days(self) -> str:
        span = self.period.span
        return f"{span.first:%Y%m%d}-{span.last:%Y%m%d}" if self.has_period else f"{clock.today():%Y%m%d}"
