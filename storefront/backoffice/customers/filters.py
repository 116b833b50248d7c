"""Filters of the list of customers. Each asks the database by an index, whatever the number of customers."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.widgets import BooleanRadioSelect

from storefront.backoffice.customers import figures
from storefront.backoffice.days import Days
from storefront.billing.reports.unpaid import owed
from storefront.notifications.models import MailAddress
from storefront.users.models import User

Customers = QuerySet[User]


def yes_or_no(label: Any, method: str) -> django_filters.BooleanFilter:
    return django_filters.BooleanFilter(label=label, method=method, widget=BooleanRadioSelect)


class CustomerFilters(WagtailFilterSet):
    unpaid = yes_or_no(_("Has unpaid invoices"), "with_unpaid")
    licensed = yes_or_no(_("Has an active license"), "with_license")
    bounced = yes_or_no(_("Mails come back"), "with_bounces")
    language = django_filters.ChoiceFilter(
        label=_("Language"), choices=lambda: settings.LANGUAGES, empty_label=_("All"), widget=forms.RadioSelect
    )
    registered = Days(field_name="date_joined", label=_("Registered"))
    closed = yes_or_no(_("Account closed"), "only_closed")

    class Meta:
        model = User
        fields: list[str] = []

    def with_unpaid(self, customers: Customers, name: str, value: bool) -> Customers:
        return _with(customers, Exists(owed().filter(customer=OuterRef("pk"))), value)

    def with_license(self, customers: Customers, name: str, value: bool) -> Customers:
        return _with(customers, Exists(figures.active_licenses().filter(customer=OuterRef("pk"))), value)

    def with_bounces(self, customers: Customers, name: str, value: bool) -> Customers:
        bounced = Q(cleared_at=None) | Q(bounced_at__gt=F("cleared_at"))
        addresses = MailAddress.objects.exclude(bounced_at=None).filter(bounced)
        return _with(customers, Exists(addresses.filter(email=OuterRef("email"))), value)

    def only_closed(self, customers: Customers, name: str, value: bool) -> Customers:
        return customers.filter(is_active=not value)


def _with(customers: Customers, condition: Exists, value: bool) -> Customers:
    return customers.filter(condition if value else ~condition)
