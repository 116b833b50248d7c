"""'Numbers' in the back office: addresses and menu. Who sees them: ``numbers.view_numbers``."""

from __future__ import annotations

from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from storefront.backoffice import menu
from storefront.backoffice.reports import base, bookings, forecast, income, licenses, lifetime, overview, tax, unpaid


@hooks.register("register_admin_urls")
def addresses() -> list[URLPattern]:
    return [
        path("reports/", overview.Overview.as_view(), name=base.OVERVIEW),
        path("reports/income/<slug:by>/", income.IncomePage.as_view(), name=base.INCOME),
        path("reports/tax/", tax.TaxPage.as_view(), name="backoffice-report-tax"),
        path("reports/bookings/", bookings.BookingsPage.as_view(), name="backoffice-report-bookings"),
        path("reports/licenses/", licenses.LicensesPage.as_view(), name="backoffice-report-licenses"),
        path("reports/licenses/list/", licenses.LicenseListPage.as_view(), name=licenses.LIST),
        path("reports/lifetime/", lifetime.LifetimePage.as_view(), name="backoffice-report-lifetime"),
        path("reports/forecast/", forecast.ForecastPage.as_view(), name="backoffice-report-forecast"),
        path("reports/unpaid/", unpaid.UnpaidPage.as_view(), name="backoffice-report-unpaid"),
    ]


@hooks.register("register_admin_menu_item")
def menu_item() -> MenuItem:
    return menu.StaffMenuItem(
        _("Numbers"), reverse_lazy(base.OVERVIEW), permissions=(base.SEE,), icon_name="clipboard-list",
        name="numbers", order=menu.NUMBERS,
    )  # fmt: skip
