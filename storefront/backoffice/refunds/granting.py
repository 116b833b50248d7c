"""The act that approves what a customer asked for, as it is or changed: a refund of the invoice, filled in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.acts import Outcome, Refused
from storefront.backoffice.pages import Crumb
from storefront.backoffice.refunds import ways, words
from storefront.backoffice.refunds.begin import RefundInvoice
from storefront.backoffice.refunds.forms import InvoiceRefundForm, key
from storefront.backoffice.refunds.requests import REQUESTS, found
from storefront.billing.errors import RequestDecided
from storefront.billing.models import Invoice, Refund, RefundRequest
from storefront.billing.services import refund_requests
from storefront.billing.states import RefundRequestStatus, RefundWay


class GrantForm(InvoiceRefundForm):
    answer = forms.CharField(
        label=gettext_lazy("Answer to the customer"),
        help_text=gettext_lazy("Goes into the mail about the refund. Say what you have changed, and why."),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    field_order = ["how", "units", "amount", "ending", *ways.FIELDS, "answer", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["tell_customer"]  # whoever asked is told

    def clean(self) -> dict[str, Any]:
        return super().clean() | {"tell_customer": True}


class GrantRequest(RefundInvoice):
    form_class = GrantForm
    action = "refunds.grant"
    page_title = gettext_lazy("Approve the refund")
    asked: RefundRequest

    def get_object(self) -> Invoice:
        self.asked = found(self.kwargs["pk"])
        self.crumbs = (*REQUESTS, Crumb("backoffice-refund-request", self.asked.invoice.number, (self.asked.pk,)))
        invoices = Invoice.objects.select_related("customer", "order").prefetch_related("lines")
        return get_object_or_404(invoices, pk=self.asked.invoice_id)

    def get_initial(self) -> dict[str, Any]:
        """As the customer asked."""
        decision = refund_requests.asked_decision(self.asked)
        payee = decision.payee
        initial: dict[str, Any] = {"units": [key(unit) for unit in decision.units], "reason": self.asked.reason_text}
        if payee is not None:
            initial |= {"way": RefundWay.BANK.value, **ways.initial_payee(payee)}
        return {**super().get_initial(), **initial}

    def preview(self, form: Any) -> list[str]:
        if self.asked.status != RefundRequestStatus.ASKED:
            raise Refused(str(RequestDecided()))
        return super().preview(form)

    def perform(self, form: Any) -> Outcome:
        self.begun: list[Refund] = refund_requests.grant(
            request=self.asked,
            decision=form.decision(),
            by=self.user,
            reason=form.cleaned_data["reason"],
            answer=form.cleaned_data["answer"],
            check=self.look_again,
            note=lambda rows: self._note(rows, form),
        )
        return Outcome(words.done(self.begun))

    def get_success_url(self) -> str:
        return reverse("backoffice-refund-request", args=[self.asked.pk])

    def get_page_subtitle(self) -> str:
        return _("asked for by %(email)s, invoice %(number)s") % {
            "email": self.asked.customer.email, "number": self.object.number,
        }  # fmt: skip
