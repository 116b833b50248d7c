"""The list of licenses."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column
from wagtail.admin.widgets.button import HeaderButton

from storefront.backoffice.columns import DayColumn, LinkColumn, NumberLink
from storefront.backoffice.licenses import finding
from storefront.backoffice.licenses.filters import LicenseFilters
from storefront.backoffice.pages import ListPage
from storefront.core import clock
from storefront.core.instants import instant
from storefront.licensing import queries
from storefront.licensing.bindings import binding_of
from storefront.licensing.models import License

VIEW = ("licensing.view_license",)
GRANT = "licensing.grant_license"


def status_label(license: License) -> SafeString:
    status = queries.effective_status(license, clock.now())
    return format_html('<span class="w-status bo-is-{}">{}</span>', status, status.label)


def portal_of(license: License) -> str:
    return binding_of(license.binding_kind).host_of(license)


def end_of(license: License) -> str:
    """Its end; while its time waits, when it begins at the latest."""
    if license.begins_by is not None:
        return _("waits, at the latest until %(day)s") % {"day": instant(license.begins_by, "short")}
    return instant(license.valid_until, "short")


def state_cell(license: License) -> SafeString:
    """Its state; beneath it, why it is not linked."""
    problem = finding.problem(license.link_problem)
    small = format_html('<br><small class="bo-meta">{}</small>', problem) if problem else ""
    return format_html("{}{}", status_label(license), small)


def product_cell(license: License) -> SafeString:
    return format_html('{}<br><small class="bo-meta">{}</small>', license.product_title, license.plan_name)


class LicenseList(ListPage):
    """Newest first. Finds a license by its number, its portal (those before, too) and its customer."""

    model = License
    permissions = VIEW
    page_title = gettext_lazy("Licenses")
    header_icon = "key"
    empty_text = gettext_lazy("No license was bought or given yet.")
    index_url_name = "backoffice-licenses"
    index_results_url_name = "backoffice-licenses-results"
    default_ordering = "-pk"
    filterset_class = LicenseFilters
    search_fields = ["number"]
    columns = [
        NumberLink(
            "number",
            label=gettext_lazy("License"),
            sort_key="number",
            list_name="licenses",
            get_url=lambda license: reverse("backoffice-license", args=[license.number]),
        ),
        Column("status", label=gettext_lazy("State"), accessor=state_cell),
        Column("product_title", label=gettext_lazy("Product"), accessor=product_cell, sort_key="product_title"),
        LinkColumn(
            "customer",
            label=gettext_lazy("Customer"),
            accessor="customer.email",
            instance=lambda license: license.customer,
            sort_key="customer__email",
        ),
        Column("portal", label=gettext_lazy("Bitrix24"), accessor=portal_of, sort_key="portal_address"),
        DayColumn("valid_until", label=gettext_lazy("Ends"), sort_key="valid_until"),
    ]
    list_export = [
        "number", "status", "product", "plan", "binding", "customer", "name", "company", "portal", "starts_at",
        "valid_until", "begins_by", "link_problem", "created_at",
    ]  # fmt: skip
    export_headings = {
        "number": gettext_lazy("License"),
        "status": gettext_lazy("State"),
        "product": gettext_lazy("Product"),
        "plan": gettext_lazy("License type"),
        "binding": gettext_lazy("Tied to"),
        "customer": gettext_lazy("E-mail"),
        "name": gettext_lazy("Name"),
        "company": gettext_lazy("Company"),
        "portal": gettext_lazy("Bitrix24"),
        "starts_at": gettext_lazy("Began"),
        "valid_until": gettext_lazy("Ends"),
        "begins_by": gettext_lazy("Begins at the latest"),
        "link_problem": gettext_lazy("Link problem"),
        "created_at": gettext_lazy("Created"),
    }

    request: HttpRequest

    def get_base_queryset(self) -> QuerySet[License]:
        return queries.all_licenses()

    def search_queryset(self, queryset: QuerySet[License]) -> QuerySet[License]:
        return finding.search(queryset, self.search_query) if self.is_searching else queryset

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        if not self.request.user.has_perm(GRANT):
            return []
        return [HeaderButton(_("Give a license"), url=reverse("backoffice-license-grant"), icon_name="plus")]

    def to_row_dict(self, item: License) -> dict[str, Any]:
        """Instants as ISO 8601, UTC; empty where there is none."""
        return {
            "number": item.number,
            "status": str(queries.effective_status(item, clock.now())),
            "product": item.product_title,
            "plan": item.plan_name,
            "binding": item.binding_kind,
            "customer": item.customer.email,
            "name": item.customer.get_full_name(),
            "company": item.customer.company,
            "portal": portal_of(item),
            "starts_at": item.starts_at.isoformat(),
            "valid_until": item.valid_until.isoformat(),
            "begins_by": item.begins_by.isoformat() if item.begins_by else "",
            "link_problem": item.link_problem,
            "created_at": item.created_at.isoformat(),
        }
