"""The list of requests to PayPal's classic interface, and the page of one of them. Nothing is changed here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import django_filters
from django import forms
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from paypal.express.models import ExpressTransaction
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import Column

from storefront.backoffice.columns import BadgeColumn, InstantColumn, MoneyColumn, NumberLink
from storefront.backoffice.days import Days
from storefront.backoffice.pages import Crumb, DetailPage, Fact, ListPage
from storefront.billing.models import PaymentAttempt
from storefront.core import money
from storefront.core.instants import instant
from storefront.core.log_masking import mask

GATEWAY = "paypal_nvp"
VIEW = ("billing.view_ledgertransaction",)
#: Of rows that another version of the shop wrote, or the package by itself.
_SECRETS = frozenset({"USER", "PWD", "SIGNATURE", "SUBJECT"})
_METHODS = ("SetExpressCheckout", "GetExpressCheckoutDetails", "DoExpressCheckoutPayment", "RefundTransaction")


def _outcome(row: ExpressTransaction) -> str:
    return _("Done") if row.is_successful else _("Refused")


def _tone(row: ExpressTransaction) -> str:
    return "good" if row.is_successful else "bad"


def _page(row: ExpressTransaction) -> str:
    return reverse("backoffice-paypal-request", args=[row.pk])


class RequestFilters(WagtailFilterSet):
    """Which request, refused ones, day."""

    method = django_filters.MultipleChoiceFilter(
        label=gettext_lazy("Request"),
        choices=[(name, name) for name in _METHODS],
        widget=forms.CheckboxSelectMultiple,
    )
    error_code = django_filters.CharFilter(label=gettext_lazy("Code of the refusal"))
    date_created = Days(label=gettext_lazy("Sent"))

    class Meta:
        model = ExpressTransaction
        fields: list[str] = []


class RequestList(ListPage):
    """The latest first."""

    model = ExpressTransaction
    permissions = VIEW
    page_title = gettext_lazy("Requests to PayPal (classic)")
    header_icon = "link-external"
    empty_text = gettext_lazy("Nothing has been asked of PayPal's classic interface yet.")
    index_url_name = "backoffice-paypal-requests"
    index_results_url_name = "backoffice-paypal-requests-results"
    filterset_class = RequestFilters
    search_fields = ["token", "correlation_id", "error_code", "raw_request", "raw_response"]
    default_ordering = "-date_created"
    columns = (
        NumberLink("method", label=gettext_lazy("Request"), list_name="paypal_requests", get_url=_page),
        InstantColumn("date_created", label=gettext_lazy("Sent"), sort_key="date_created"),
        BadgeColumn("ack", label=gettext_lazy("State"), accessor=_outcome, tone=_tone, sort_key="ack"),
        Column("error_code", label=gettext_lazy("Code of the refusal"), sort_key="error_code"),
        Column("token", label=gettext_lazy("Token"), classname="bo-host"),
        MoneyColumn("amount", label=gettext_lazy("Amount"), currency=lambda row: str(row.currency or "")),
    )
    export_filename = "paypal-requests"
    list_export = [
        "date_created", "method", "ack", "error_code", "error_message", "token", "correlation_id", "amount", "currency",
    ]  # fmt: skip


class RequestPage(DetailPage):
    """One request with its answer, field by field."""

    permissions = VIEW
    template_name = "backoffice/paypal_requests/request.html"
    header_icon = "link-external"
    crumbs = (Crumb("backoffice-paypal-requests", gettext_lazy("Requests to PayPal (classic)")),)

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.row = get_object_or_404(ExpressTransaction, pk=self.kwargs["pk"])

    def get_page_title(self) -> str:
        return str(self.row.method)

    def facts(self) -> Iterator[Fact]:
        row = self.row
        yield Fact(_("State"), _outcome(row))
        if row.error_code:
            yield Fact(_("Code of the refusal"), row.error_code)
        if row.error_message:
            yield Fact(_("Reason"), row.error_message)
        if row.amount is not None:
            yield Fact(_("Amount"), money.display(row.amount, row.currency or ""))
        yield Fact(_("Sent"), instant(row.date_created))
        yield Fact(_("Took"), _("%(seconds)s ms") % {"seconds": round(row.response_time)})
        if row.correlation_id:
            yield Fact(_("Number at PayPal (correlation ID)"), row.correlation_id)
        attempt = PaymentAttempt.objects.filter(gateway=GATEWAY, provider_reference=row.token or "-").first()
        if attempt:
            yield Fact(_("Payment"), str(attempt), attempt)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"asked": shown(self.row.raw_request), "answered": shown(self.row.raw_response)}


def shown(raw: str) -> list[tuple[str, str]]:
    """Names and values in the order of names; secrets are masked, whoever wrote the row."""
    pairs = parse_qsl(raw, keep_blank_values=True)
    return sorted((name, "..." if name in _SECRETS and value else mask(value)) for name, value in pairs)
