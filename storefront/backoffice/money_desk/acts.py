"""What can be done about a matter: close it, ask the provider again, book its money to an invoice."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.act_forms import ActForm
from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.money_desk.kinds import describe
from storefront.backoffice.money_desk.views import CHANGE, CRUMBS
from storefront.backoffice.pages import Crumb
from storefront.backoffice.refunds.words import displayed
from storefront.billing.errors import BillingError
from storefront.billing.models import Invoice, Payment, ReviewItem
from storefront.billing.services import booking, resolving, reviews
from storefront.billing.services.settlement import settle
from storefront.gateways.errors import ConfigurationError

#: What closing a matter of a kind does beside noting it.
CONSEQUENCES = {
    reviews.MISMATCH: gettext_lazy("The attempt to pay is closed, and the buyer of an open order can pay again."),
    reviews.MISMATCH_UNPAID: gettext_lazy("The charge is closed at the provider, and the buyer can pay again."),
    reviews.REFUND_UNKNOWN: gettext_lazy("The refund counts as not made: its amount can be refunded again."),
    reviews.MAIL_BOUNCED: gettext_lazy("Mails are sent to the address again."),
    reviews.CANNOT_CHARGE: gettext_lazy("The customer can try to pay the order again."),
}


class ReviewAct(ActView):
    """An act on an open matter. The services look again under their locks: a matter is closed once, money is booked
    once, and asking a provider twice changes nothing. If the process dies between the act and its entry in the log,
    the act stays (with its person and reason at the matter), and the entry is missing."""

    permissions = (CHANGE,)
    header_icon = "warning"
    is_atomic = False
    expected_errors = (*ActView.expected_errors, BillingError, ConfigurationError)
    object: ReviewItem

    def get_object(self) -> ReviewItem:
        rows = ReviewItem.objects.select_related("customer", "invoice", "attempt", "payment__attempt__invoice")
        item: ReviewItem = get_object_or_404(rows, pk=self.kwargs["pk"])
        self.crumbs = (*CRUMBS, Crumb("backoffice-review-item", describe(item.kind).title, (item.pk,)))
        return item

    def get_success_url(self) -> str:
        return reverse("backoffice-review-item", args=[self.object.pk])

    def explain(self, error: Exception) -> Refused:
        if isinstance(error, BillingError):
            return Refused(str(error))
        if isinstance(error, ConfigurationError):
            return Refused(_("The payment method is not set up correctly: %(error)s.") % {"error": error})
        return super().explain(error)

    def check(self) -> None:
        if self.object.resolved_at is not None:
            raise Refused(_("Somebody has closed this matter meanwhile."))

    def log(self, outcome: Outcome, form: Any) -> Outcome:
        with transaction.atomic():
            self.record(outcome, form)
        return outcome


class ResolveForm(ActForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].label = _("What was done, and why")
        self.fields["reason"].help_text = _(
            "Stored with the matter; the customer sees it only in a copy of their data."
        )


class Resolve(ReviewAct):
    action = "money.resolve"
    page_title = gettext_lazy("Close the matter")
    form_class = ResolveForm

    def preview(self, form: Any) -> list[str]:
        self.check()
        consequence = CONSEQUENCES.get(self.object.kind, _("It leaves the list. Nothing else changes."))
        return [_("The matter is closed: %(title)s.") % {"title": describe(self.object.kind).title}, str(consequence)]

    def perform(self, form: Any) -> Outcome:
        resolving.resolve(item=self.object, by=self.user, reason=form.cleaned_data["reason"])
        return self.log(Outcome(_("Closed."), {_("State"): _("Open")}, {_("State"): _("Closed")}), form)

    def get_success_url(self) -> str:
        return reverse("backoffice-money-desk")


class AskProvider(ReviewAct):
    action = "money.ask"
    page_title = gettext_lazy("Ask the provider again")

    def preview(self, form: Any) -> list[str]:
        self.check()
        if self.object.attempt is None:
            raise Refused(_("There is no payment at a provider to ask about."))
        return [_("The provider is asked what became of the payment, its refunds and disputes; we book what it says.")]

    def perform(self, form: Any) -> Outcome:
        attempt = self.object.attempt
        if attempt is None:
            raise Refused(_("There is no payment at a provider to ask about."))
        before = attempt.get_status_display()
        after = settle(attempt_id=attempt.pk, look_for_disputes=True, look_for_refunds=True).get_status_display()
        message = _("The provider says: %(state)s.") % {"state": after}
        return self.log(Outcome(message, {_("Payment"): before}, {_("Payment"): after}), form)


class BookForm(ActForm):
    invoice = forms.ModelChoiceField(label=gettext_lazy("Invoice"), queryset=Invoice.objects.none())
    field_order = ["invoice", "reason"]

    def __init__(self, *args: Any, payment: Payment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["invoice"]
        field.queryset = Invoice.objects.filter(pk__in=[each.pk for each in booking.bookable_invoices(payment)])
        field.label_from_instance = lambda invoice: f"{invoice}, {displayed(invoice.amount, invoice.currency)}"


class BookToInvoice(ReviewAct):
    """Money that paid for nothing pays an open invoice of the same customer."""

    action = "money.book"
    page_title = gettext_lazy("Book it to an invoice")
    form_class = BookForm

    def payment(self) -> Payment:
        return self.object.payment or get_object_or_404(Payment, reviews=self.object)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "payment": self.payment()}

    def preview(self, form: Any) -> list[str]:
        self.check()
        invoice: Invoice = form.cleaned_data["invoice"]
        booking.check(payment=self.payment(), invoice=invoice)
        amount = displayed(invoice.amount, invoice.currency)
        return [
            _("%(amount)s of the payment pay invoice %(number)s.") % {"amount": amount, "number": invoice.number},
            _("Open pay pages of this invoice are closed at the provider."),
            _("Its licenses are granted, and the customer gets the mail about the payment."),
            _("This matter is closed."),
        ]

    def perform(self, form: Any) -> Outcome:
        invoice = booking.book(payment=self.payment(), invoice=form.cleaned_data["invoice"], by=self.user)
        resolving.resolve(item=self.object, by=self.user, reason=f"{invoice.number}: {form.cleaned_data['reason']}")
        return self.log(Outcome(_("Booked."), {}, {_("Invoice"): invoice.number}), form)
