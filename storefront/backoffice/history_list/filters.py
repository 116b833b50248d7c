"""What the history can be filtered by. Each filter works on the log of pages and on that of everything else."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.models import ModelLogEntry, PageLogEntry

from storefront.backoffice.days import Days
from storefront.backoffice.models import CustomerAct
from storefront.users import queries

#: Kind of thing -> the apps whose models it means.
SUBJECTS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "money": (_("Orders and money"), ("billing", "order")),
    "licenses": (_("Licenses"), ("licensing",)),
    "people": (_("Staff and customers"), ("users", "auth")),
    "catalogue": (_("Products, prices and vouchers"), ("plans", "catalogue", "voucher", "offer", "partner")),
    "support": (_("Support"), ("support",)),
    "messages": (_("Mails and webhooks"), ("notifications", "inbox")),
    "site": (_("The site"), ("cms", "site_texts", "wagtailcore", "wagtailimages", "wagtaildocs", "wagtailredirects")),
    "system": (_("System"), ("core",)),
}
#: Acts on money whose object is something else.
MONEY_ACTS = Q(action__regex=r"^(refunds|payments|invoices|orders|money|review)\.")


class HistoryFilters(WagtailFilterSet):
    user = django_filters.ModelChoiceFilter(
        label=_("Who"), queryset=lambda request: queries.staff().order_by("name", "email"), empty_label=_("Everybody")
    )
    subject = django_filters.ChoiceFilter(
        label=_("About"), method="filter_subject", widget=forms.RadioSelect, empty_label=_("All"),
        choices=[(name, label) for name, (label, _apps) in SUBJECTS.items()],
    )  # fmt: skip
    label = django_filters.CharFilter(label=_("Name of the thing"), lookup_expr="icontains")
    customer = django_filters.CharFilter(label=_("Customer (e-mail)"), method="filter_customer")
    timestamp = Days(label=_("Days"))
    is_changed = django_filters.ChoiceFilter(
        label=_("With changed values"), method="filter_changed", widget=forms.RadioSelect, empty_label=_("All"),
        choices=[("yes", _("Yes"))],
    )  # fmt: skip

    class Meta:
        model = ModelLogEntry
        fields: list[str] = []

    def filter_subject(self, entries: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        _label, apps = SUBJECTS[value]
        about = Q(content_type__app_label__in=apps)
        return entries.filter(about | MONEY_ACTS if value == "money" else about)

    def filter_customer(self, entries: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if entries.model is PageLogEntry:
            return entries.none()
        acts = CustomerAct.objects.filter(customer__email__icontains=value.strip())
        return entries.filter(pk__in=acts.values("entry"))

    def filter_changed(self, entries: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return entries.filter(data__has_key="after").exclude(data__after={})
