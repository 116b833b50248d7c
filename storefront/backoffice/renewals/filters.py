"""The filters of the list of renewals in trouble."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet

from storefront.core import clock
from storefront.licensing.models import Renewal
from storefront.licensing.states import TROUBLED_RENEWAL, PaysFrom, RenewalStatus

_STATES = [(each.value, each.label) for each in RenewalStatus if each in TROUBLED_RENEWAL]
_ENDS = [("over", _("over")), ("7", _("within 7 days")), ("30", _("within 30 days"))]


class RenewalFilters(WagtailFilterSet):
    """State, whether it is tried again, what pays, and when the license ends."""

    status = django_filters.ChoiceFilter(
        label=_("State"), choices=[*_STATES, (RenewalStatus.CHARGING.value, _("Refused, tried again"))]
    )
    pays_from = django_filters.ChoiceFilter(
        label=_("Paid from"), field_name="subscription__pays_from", choices=PaysFrom.choices
    )
    ends = django_filters.ChoiceFilter(label=_("License ends"), choices=_ENDS, method="ends_in")

    class Meta:
        model = Renewal
        fields: list[str] = []

    def ends_in(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        now = clock.now()
        if value == "over":
            return rows.filter(license__valid_until__lte=now)
        return rows.filter(license__valid_until__gt=now, license__valid_until__lte=now + timedelta(days=int(value)))
