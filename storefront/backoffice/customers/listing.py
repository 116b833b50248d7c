"""The list of customers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BaseColumn, Column

from storefront.backoffice.columns import DayColumn
from storefront.backoffice.customers import figures
from storefront.backoffice.customers.figures import Figures
from storefront.backoffice.customers.filters import CustomerFilters
from storefront.backoffice.models.search import Kind
from storefront.backoffice.pages import ListPage
from storefront.backoffice.search import within
from storefront.users import queries
from storefront.users.models import User

#: Rows of an export whose figures are read together.
BATCH = 500


class NameColumn(BaseColumn):
    """The name, or the e-mail where there is none, with a link to the page; whether the account is closed."""

    cell_template_name = "backoffice/customers/name_cell.html"

    def get_cell_context_data(self, instance: User, parent_context: dict[str, Any]) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        return context | {"url": reverse("backoffice-customer", args=[instance.pk])}


class EmailColumn(BaseColumn):
    """The address, and whether mails to it come back."""

    cell_template_name = "backoffice/customers/email_cell.html"


def _licenses(customer: Any) -> str:
    found: Figures = customer.figures
    return f"{found.active} / {found.licenses}" if found.licenses else "–"


def _sums(name: str) -> Callable[[Any], str]:
    return lambda customer: figures.written(getattr(customer.figures, name)) or "–"


class CustomerList(ListPage):
    """Everybody with an account who is not staff, the newest first."""

    model = User
    permissions = ("users.view_user",)
    page_title = _("Customers")
    header_icon = "group"
    empty_text = _("Nobody has an account yet. Customers get one with their first order, or register.")
    index_url_name = "backoffice-customers"
    index_results_url_name = "backoffice-customers-results"
    default_ordering = "-date_joined"
    filterset_class = CustomerFilters
    verbose_name = _("customer")
    verbose_name_plural = _("customers")
    search_fields = ["name", "email", "company", "phone"]  # shows the box; ``search_queryset`` says what is found
    export_filename = "customers"
    columns = [
        NameColumn("name", label=_("Name"), sort_key="name"),
        EmailColumn("email", label=_("E-mail"), sort_key="email"),
        Column("company", label=_("Company"), sort_key="company"),
        Column("licenses", label=_("Licenses: active / all"), accessor=_licenses, classname="bo-number"),
        Column("paid", label=_("Paid less refunds"), accessor=_sums("paid"), classname="bo-number"),
        Column("unpaid", label=_("Unpaid"), accessor=_sums("unpaid"), classname="bo-number"),
        DayColumn("last_order", label=_("Last order"), accessor="figures.last_order_at"),
        DayColumn("date_joined", label=_("Registered"), sort_key="date_joined"),
    ]
    list_export = [
        "name", "email", "is_bounced", "company", "phone", "language", "date_joined", "is_active", "licenses", "active",
        "paid", "unpaid", "last_order_at",
    ]  # fmt: skip
    export_headings = {
        "name": _("Name"),
        "email": _("E-mail"),
        "is_bounced": _("Mails come back"),
        "company": _("Company"),
        "phone": _("Phone"),
        "language": _("Language"),
        "date_joined": _("Registered"),
        "is_active": _("Account open"),
        "licenses": _("Licenses"),
        "active": _("Active licenses"),
        "paid": _("Paid less refunds"),
        "unpaid": _("Unpaid"),
        "last_order_at": _("Last order"),
    }

    def get_base_queryset(self) -> QuerySet[User]:
        return queries.customers()

    def search_queryset(self, queryset: QuerySet[User]) -> QuerySet[User]:
        """By everything that finds a customer in the search: what they gave at a checkout, too."""
        found = within.found(Kind.CUSTOMER, self.search_query)
        return within.among(queryset, found) if self.is_searching else queryset

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(*args, **kwargs)
        _attach(context["object_list"])
        return context

    def export_rows(self, queryset: QuerySet[User]) -> Iterator[list[Any]]:
        yield [str(self.export_headings[name]) for name in self.list_export]
        for customer in _in_batches(queryset):
            yield list(self.to_row_dict(customer).values())

    def to_row_dict(self, item: Any) -> dict[str, Any]:
        found: Figures = item.figures
        own = {name: getattr(item, name, None) for name in self.list_export}
        of_figures = {name: getattr(found, name) for name in ("is_bounced", "licenses", "active", "last_order_at")}
        return own | of_figures | {"paid": _plain(found.paid), "unpaid": _plain(found.unpaid)}


def _plain(sums: figures.Sums) -> str:
    """96.00 EUR; 1200.00 RUB: for spreadsheets, the same in every language."""
    return "; ".join(f"{total} {currency}" for currency, total in sorted(sums.items()) if total)


def _attach(customers: Iterable[Any]) -> None:
    found = figures.figures_of(customers)
    for customer in customers:
        customer.figures = found[customer.pk]


def _in_batches(customers: QuerySet[User]) -> Iterator[User]:
    rows = customers.iterator(chunk_size=BATCH)
    while batch := list(islice(rows, BATCH)):
        _attach(batch)
        yield from batch
