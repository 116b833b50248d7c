"""The filters of the lists of orders, invoices and payments. Each asks by subquery, so that no row is counted twice."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _
from oscar.apps.order.models import Order
from wagtail.admin.filters import NumberRangeWidget, WagtailFilterSet

from catalogue.plans.models import PlanPrice, SoftwareProduct
from storefront.backoffice.days import Days
from storefront.backoffice.orders import queries
from storefront.billing import gateway_registry
from storefront.billing.models import Invoice, InvoiceLine, LedgerAccount, Payment, PaymentAttempt
from storefront.billing.models.ledger import AccountKind
from storefront.billing.reports import unpaid
from storefront.billing.services import orders
from storefront.billing.states import AttemptStatus, InvoiceKind, InvoiceStatus
from storefront.core import clock

ORDER_STATES = (
    (orders.NEW, _("New")),
    (orders.IN_PROGRESS, _("Payment in progress")),
    (orders.PAID, _("Paid")),
    (orders.CANCELLED, _("Cancelled")),
    (orders.REFUNDED, _("Refunded")),
)
YES = (("yes", _("Yes")),)
ANY_AGE = "any"


def methods() -> list[tuple[str, str]]:
    return [(name, gateway_registry.verbose_name(name)) for name in gateway_registry.names()]


def currencies() -> list[tuple[str, str]]:
    """Those that something costs, and those that anything was ever sold in."""
    priced = PlanPrice.objects.values_list("currency", flat=True).distinct()
    sold = LedgerAccount.objects.filter(kind=AccountKind.SALES).values_list("currency", flat=True)
    return [(code, code) for code in sorted({settings.SHOP_CURRENCY, *priced, *sold})]


def products() -> list[tuple[int, str]]:
    return list(SoftwareProduct.objects.order_by("product__title").values_list("pk", "product__title"))


class OneOf(django_filters.ChoiceFilter):
    """One of a few values, as radio buttons; the first is 'All'."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, widget=forms.RadioSelect, empty_label=_("All"), **kwargs)


class SomeOf(django_filters.MultipleChoiceFilter):
    """Any of several values, as boxes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, widget=forms.CheckboxSelectMultiple, **kwargs)


class Amounts(django_filters.RangeFilter):
    """From one amount to another, major units."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, widget=NumberRangeWidget, **kwargs)


class TradeFilters(WagtailFilterSet):
    """What orders and invoices can both be filtered by. A subclass says how its rows relate to invoices."""

    overdue = OneOf(label=_("Overdue"), choices=YES, method="filter_overdue")
    method = OneOf(label=_("Paid by"), choices=methods, method="filter_method")
    product = OneOf(label=_("Product"), choices=products, method="filter_product")
    voucher = django_filters.CharFilter(label=_("Voucher"), method="filter_voucher")

    def by_invoices(self, queryset: QuerySet[Any], invoices: QuerySet[Invoice]) -> QuerySet[Any]:
        raise NotImplementedError

    def filter_overdue(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return self.by_invoices(queryset, unpaid.owed().filter(due_at__lte=clock.now()))

    def filter_method(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        paid = PaymentAttempt.objects.filter(gateway=value, status=AttemptStatus.SUCCEEDED, invoice=OuterRef("pk"))
        return self.by_invoices(queryset, Invoice.objects.filter(Exists(paid)))

    def filter_product(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        lines = InvoiceLine.objects.filter(software_id=value)
        return self.by_invoices(queryset, Invoice.objects.filter(pk__in=lines.values("invoice")))


class OrderFilters(TradeFilters):
    status = SomeOf(label=_("State"), choices=ORDER_STATES)
    date_placed = Days(label=_("Placed"))
    total_incl_tax = Amounts(label=_("Amount"))
    currency = OneOf(label=_("Currency"), choices=currencies)
    language = OneOf(label=_("Language"), field_name="purchase_details__language", choices=lambda: settings.LANGUAGES)

    class Meta:
        model = Order
        fields: list[str] = []

    def by_invoices(self, queryset: QuerySet[Any], invoices: QuerySet[Invoice]) -> QuerySet[Any]:
        return queryset.filter(pk__in=invoices.values("order"))

    def filter_voucher(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(pk__in=queries.with_voucher(value))


class InvoiceFilters(TradeFilters):
    status = SomeOf(label=_("State"), choices=InvoiceStatus.choices)
    kind = SomeOf(label=_("Kind"), choices=InvoiceKind.choices)
    issued_at = Days(label=_("Issued"))
    due_at = Days(label=_("Due"))
    paid_at = Days(label=_("Paid"))
    amount = Amounts(label=_("Amount"))
    currency = OneOf(label=_("Currency"), choices=currencies)
    language = OneOf(label=_("Language"), choices=lambda: settings.LANGUAGES)
    age = OneOf(label=_("Unpaid"), choices=[(ANY_AGE, _("Unpaid")), *unpaid.Age.choices], method="filter_age")

    class Meta:
        model = Invoice
        fields: list[str] = []

    def by_invoices(self, queryset: QuerySet[Any], invoices: QuerySet[Invoice]) -> QuerySet[Any]:
        return queryset.filter(pk__in=invoices.values("pk"))

    def filter_voucher(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(order__in=queries.with_voucher(value))

    def filter_age(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """As the report of unpaid invoices counts them."""
        found = unpaid.owed()
        if value != ANY_AGE:
            found = found.filter(unpaid.of_age(unpaid.Age(value), clock.now()))
        return self.by_invoices(queryset, found)


class AttemptFilters(WagtailFilterSet):
    status = SomeOf(label=_("State"), choices=AttemptStatus.choices)
    created_at = Days(label=_("Begun"))
    gateway = OneOf(label=_("Method"), choices=methods)
    declined = OneOf(label=_("Declined"), choices=YES, method="filter_declined")
    failure_code = django_filters.CharFilter(label=_("Code of the refusal"))
    amount = Amounts(label=_("Amount"))
    currency = OneOf(label=_("Currency"), choices=currencies)

    class Meta:
        model = PaymentAttempt
        fields: list[str] = []

    def filter_declined(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.exclude(failure_code="").exclude(status=AttemptStatus.SUCCEEDED)


class PaymentFilters(WagtailFilterSet):
    received_at = Days(label=_("Received"))
    gateway = OneOf(label=_("Method"), choices=methods)
    refunded = OneOf(label=_("Refunded"), choices=YES, method="filter_refunded")
    is_disputed = OneOf(label=_("Disputed"), choices=YES, method="filter_disputed")
    amount = Amounts(label=_("Amount"))
    currency = OneOf(label=_("Currency"), choices=currencies)

    class Meta:
        model = Payment
        fields: list[str] = []

    def filter_refunded(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(amount_refunded__gt=0)

    def filter_disputed(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(is_disputed=True)
