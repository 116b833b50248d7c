"""The filters of the lines of bank statements."""

from __future__ import annotations

import django_filters
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet

from storefront.backoffice.orders.filters import Amounts, Days, OneOf, SomeOf, currencies
from storefront.billing.bank_statements.models import LineStatus, StatementFile, StatementLine
from storefront.billing.transfers.models import SellerAccount


class LineFilters(WagtailFilterSet):
    status = SomeOf(label=_("State"), choices=LineStatus.choices)
    is_certain = django_filters.BooleanFilter(label=_("Certain"))
    account = django_filters.ModelChoiceFilter(label=_("Bank account"), queryset=SellerAccount.objects.all())
    file = django_filters.ModelChoiceFilter(
        label=_("File"), field_name="statement__file", queryset=StatementFile.objects.order_by("-pk")
    )
    booked_on = Days(label=_("Day"))
    amount = Amounts(label=_("Amount"))
    currency = OneOf(label=_("Currency"), choices=currencies)

    class Meta:
        model = StatementLine
        fields: list[str] = []
