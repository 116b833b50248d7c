"""The filters of the list of licenses."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django_filters
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet

from catalogue.plans.models import Plan, SoftwareProduct
from storefront.backoffice.licenses import finding
from storefront.core import clock
from storefront.licensing.bindings import BINDINGS
from storefront.licensing.models import License, LicensePeriod
from storefront.licensing.queries import in_state
from storefront.licensing.states import (
    HOST_TAKEN,
    HOST_UNPROVEN,
    PORTAL_TAKEN,
    EffectiveStatus,
    LicenseStatus,
    PeriodKind,
)

_KINDS = {"none": _("Nothing"), "portal": _("Bitrix24")}
_ENDS = [("7", _("within 7 days")), ("30", _("within 30 days")), ("90", _("within 90 days")), ("over", _("over"))]


class LicenseFilters(WagtailFilterSet):
    """State, product, license type, tie, end, and what is special about a license."""

    status = django_filters.ChoiceFilter(label=_("State"), choices=EffectiveStatus.choices, method="in_status")
    software = django_filters.ModelChoiceFilter(
        label=_("Product"), queryset=SoftwareProduct.objects.select_related("product").order_by("product__title")
    )
    plan = django_filters.ModelChoiceFilter(
        label=_("License type"),
        queryset=Plan.objects.select_related("software__product").order_by("software", "position"),
    )
    binding_kind = django_filters.ChoiceFilter(
        label=_("Tied to"), choices=[(kind, _KINDS.get(kind, kind)) for kind in BINDINGS]
    )
    ends = django_filters.ChoiceFilter(label=_("Ends"), choices=_ENDS, method="ends_in")
    waits = django_filters.BooleanFilter(label=_("Waits for its Bitrix24"), method="is_waiting")
    link_problem = django_filters.ChoiceFilter(label=_("Link problem"), method="has_problem", choices=[])
    cause = django_filters.ChoiceFilter(
        label=_("Paid or given"),
        method="has_cause",
        choices=[("free", _("nothing was paid")), ("goodwill", _("has days of goodwill"))],
    )
    disputed = django_filters.BooleanFilter(label=_("Payment disputed"), method="is_disputed")

    class Meta:
        model = License
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["link_problem"].extra["choices"] = [
            ("any", _("any")),
            *((code, finding.problem(code)) for code in (PORTAL_TAKEN, HOST_TAKEN, HOST_UNPROVEN)),
        ]

    def in_status(self, licenses: QuerySet[License], name: str, value: str) -> QuerySet[License]:
        return licenses.filter(in_state(EffectiveStatus(value), clock.now()))

    def ends_in(self, licenses: QuerySet[License], name: str, value: str) -> QuerySet[License]:
        """As the figures on the start page count them: while time waits, the end is that of the latest case."""
        now = clock.now()
        running = licenses.filter(status__in=(LicenseStatus.PENDING, LicenseStatus.ACTIVE))
        if value == "over":
            return running.filter(valid_until__lte=now)
        return running.filter(valid_until__gt=now, valid_until__lte=now + timedelta(days=int(value)))

    def is_waiting(self, licenses: QuerySet[License], name: str, value: bool) -> QuerySet[License]:
        waiting = in_state(EffectiveStatus.PENDING, clock.now()) | in_state(EffectiveStatus.SCHEDULED, clock.now())
        return licenses.filter(waiting) if value else licenses.exclude(waiting)

    def has_problem(self, licenses: QuerySet[License], name: str, value: str) -> QuerySet[License]:
        return licenses.exclude(link_problem="") if value == "any" else licenses.filter(link_problem=value)

    def has_cause(self, licenses: QuerySet[License], name: str, value: str) -> QuerySet[License]:
        periods = LicensePeriod.objects.filter(license=OuterRef("pk"), revoked_at=None)
        if value == "goodwill":
            return licenses.filter(Exists(periods.filter(kind=PeriodKind.GOODWILL)))
        bought = periods.filter(kind=PeriodKind.BOUGHT)
        return licenses.filter(Exists(bought)).exclude(Exists(bought.filter(~Q(amount=0))))

    def is_disputed(self, licenses: QuerySet[License], name: str, value: bool) -> QuerySet[License]:
        disputed = Exists(LicensePeriod.objects.filter(license=OuterRef("pk"), revoked_at=None, is_disputed=True))
        return licenses.filter(disputed) if value else licenses.exclude(disputed)
