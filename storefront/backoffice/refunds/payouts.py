"""Refunds by bank transfer: the list of what is to be paid, and what staff say of each."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn

from storefront.backoffice.act_forms import ActForm
from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.columns import BadgeColumn, MoneyColumn
from storefront.backoffice.pages import Crumb, ListPage
from storefront.backoffice.refunds import words
from storefront.backoffice.refunds.begin import BEGIN, CRUMBS, effects
from storefront.billing.errors import BillingError, RefundDecided
from storefront.billing.models import Refund, RefundPayout
from storefront.billing.services import refund_other_ways, refund_plans
from storefront.billing.states import RefundStatus
from storefront.core import clock
from storefront.users.models import User

VIEW = "billing.view_refund"


class PayoutList(ListPage):
    """Those that are to be paid first, the oldest on top."""

    model = RefundPayout
    permissions = (BEGIN,)
    page_title = gettext_lazy("Payouts by bank transfer")
    empty_text = gettext_lazy("No refund is to be paid by bank transfer.")
    header_icon = "undo"
    index_url_name = "backoffice-refund-payouts"
    index_results_url_name = "backoffice-refund-payouts-results"
    default_ordering = ("refund__status", "refund__created_at")
    list_filter = ["refund__status", "paid_on"]
    search_fields = ["holder", "bank_reference", "refund__invoice__number", "refund__payment__customer__email"]
    list_export = [
        "refund.pk", "refund.created_at", "refund.status", "refund.amount", "refund.payment.currency", "holder",
        "account", "bank", "refund.invoice.number", "refund.payment.customer.email", "paid_on", "bank_reference",
        "paid_by.email",
    ]  # fmt: skip
    columns = [
        TitleColumn("refund", label=gettext_lazy("Refund"), accessor=lambda row: str(row.refund),
                    get_url=lambda row: reverse("backoffice-refund", args=[row.refund_id])),
        MoneyColumn("amount", label=gettext_lazy("Amount"), accessor="refund.amount",
                    currency=lambda row: row.refund.payment.currency, sort_key="refund__amount"),
        Column("holder", label=gettext_lazy("Holder of the account")),
        Column("account", label=gettext_lazy("Account")),
        Column("invoice", label=gettext_lazy("Invoice"), accessor="refund.invoice.number"),
        BadgeColumn("status", label=gettext_lazy("State"), accessor=lambda row: words.payout_state(row),
                    tone=lambda row: row.refund.status, sort_key="refund__status"),
        DateColumn("paid_on", label=gettext_lazy("Paid"), sort_key="paid_on"),
    ]  # fmt: skip

    def get_base_queryset(self) -> QuerySet[RefundPayout]:
        return RefundPayout.objects.select_related(
            "refund__payment__customer", "refund__invoice", "paid_by"
        )  # fmt: skip


class PayoutAct(ActView):
    permissions = (BEGIN,)
    header_icon = "undo"
    is_atomic = False
    expected_errors = (*ActView.expected_errors, BillingError)
    status = RefundStatus.CREATED
    object: Refund

    def get_object(self) -> Refund:
        rows = Refund.objects.select_related("payment__customer", "payment__attempt", "invoice", "payout")
        refund: Refund = get_object_or_404(rows.exclude(payout=None), pk=self.kwargs["pk"])
        self.crumbs = (*CRUMBS, Crumb("backoffice-refund", str(refund), (refund.pk,)))
        return refund

    def get_page_subtitle(self) -> str:
        return f"{words.amount(self.object)}, {self.object.payout.holder}, {self.object.payout.account}"

    def get_success_url(self) -> str:
        return reverse("backoffice-refund", args=[self.object.pk])

    def explain(self, error: Exception) -> Refused:
        return Refused(str(error)) if isinstance(error, BillingError) else super().explain(error)

    def customer(self) -> User | None:
        return self.object.payment.customer

    def check(self) -> None:
        if self.object.status != self.status:
            raise Refused(str(RefundDecided()))


class PaidForm(ActForm):
    paid_on = forms.DateField(
        label=gettext_lazy("Day of the transfer"), widget=forms.DateInput(attrs={"type": "date"})
    )  # fmt: skip
    bank_reference = forms.CharField(label=gettext_lazy("Reference of the bank"), max_length=140)
    field_order = ["paid_on", "bank_reference", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False
        self.fields["reason"].label = _("Note")

    def clean_paid_on(self) -> Any:
        day = self.cleaned_data["paid_on"]
        if day > clock.today():
            raise forms.ValidationError(_("This day is still to come."))
        return day


class MarkPaid(PayoutAct):
    action = "refunds.paid"
    page_title = gettext_lazy("The transfer was made")
    form_class = PaidForm
    is_serious = True

    def check(self) -> None:
        if not refund_other_ways.may_be_marked_paid(self.object):
            raise Refused(str(RefundDecided()))

    def preview(self, form: Any) -> list[str]:
        self.check()
        words_of = {"amount": words.amount(self.object), "holder": self.object.payout.holder}
        return [
            _("%(amount)s is booked as paid to %(holder)s. Of the account only the last four characters are kept.")
            % words_of,
            *self._beyond(),
            *effects(refund_plans.plan_of([self.object])),
        ]

    def _beyond(self) -> list[str]:
        """What it means that the payout had been stopped."""
        if not refund_other_ways.was_stopped(self.object):
            return []
        payment = self.object.payment
        beyond = self.object.amount - payment.amount_kept
        told = [
            _("It was stopped because its money went back or was taken otherwise. Go on only if our bank has paid it.")
        ]
        if beyond > 0:
            text = _(
                "%(amount)s more than was paid has gone back then: the customer owes it, and the money desk is told."
            )
            told.append(text % {"amount": words.displayed(beyond, payment.currency)})
        elif payment.is_disputed:
            told.append(_("If the dispute is lost, more than was paid has gone back: the customer owes it then."))
        return told

    def perform(self, form: Any) -> Outcome:
        data = form.cleaned_data
        outcome = Outcome(_("Paid."), {}, {_("Reference of the bank"): data["bank_reference"]})
        refund_other_ways.mark_paid(
            payout=self.object.payout, paid_on=data["paid_on"], reference=data["bank_reference"], by=self.user,
            note=lambda: self.record(outcome, form),
        )  # fmt: skip
        return outcome


class GiveUpPayout(PayoutAct):
    action = "refunds.give_up_payout"
    page_title = gettext_lazy("Take it off the list")

    def preview(self, form: Any) -> list[str]:
        self.check()
        return [_("%(amount)s is not refunded and can be asked for again.") % {"amount": words.amount(self.object)}]

    def perform(self, form: Any) -> Outcome:
        outcome = Outcome(_("Taken off the list."))
        refund_other_ways.give_up(payout=self.object.payout, note=lambda: self.record(outcome, form))
        return outcome


class ReturnedPayout(PayoutAct):
    action = "refunds.payout_returned"
    page_title = gettext_lazy("The transfer came back")
    status = RefundStatus.SUCCEEDED

    def preview(self, form: Any) -> list[str]:
        self.check()
        return [
            _("%(amount)s is the customer's again, and the invoice counts as paid with it as far as it is still paid.")
            % {"amount": words.amount(self.object)},
            _("Licenses do not come back by themselves."),
        ]

    def perform(self, form: Any) -> Outcome:
        outcome = Outcome(_("Noted."))
        refund_other_ways.take_returned(payout=self.object.payout, note=lambda: self.record(outcome, form))
        return outcome
