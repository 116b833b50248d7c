"""The acts that begin a refund: at an invoice, by line or by sum; at a payment, of what it paid for nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.admin_url_finder import AdminURLFinder

from storefront.backoffice import history
from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.pages import Crumb
from storefront.backoffice.refunds import ways, words
from storefront.backoffice.refunds.forms import InvoiceRefundForm, PaymentRefundForm
from storefront.billing.errors import ApprovalImpossible, BillingError
from storefront.billing.models import Invoice, Payment, Refund
from storefront.billing.services import refund_plans, refund_rules, refunds
from storefront.billing.services.refund_plans import RefundPlan
from storefront.billing.states import RefundStatus, RefundWay
from storefront.billing.transfers import payees
from storefront.core import money
from storefront.licensing.losses import loss_text, losses_of
from storefront.users.fresh_login import require_fresh_login
from storefront.users.models import User

BEGIN = "billing.begin_refund"
CRUMBS = (Crumb("backoffice-refunds", gettext_lazy("Refunds")),)


class BeginRefund(ActView):
    """What both acts share: the preview from the plan, the refund itself, the log.

    The plan is made anew under the locks: what another refund has changed meanwhile (which licenses end, whether a
    second person must agree) is previewed again.
    """

    permissions = (BEGIN,)
    action = "refunds.begin"
    page_title = gettext_lazy("Refund")
    header_icon = "undo"
    is_serious = True
    is_atomic = False
    expected_errors = (*ActView.expected_errors, BillingError)
    crumbs: tuple[Crumb, ...] = CRUMBS
    begun: list[Refund]

    def explain(self, error: Exception) -> Refused:
        return Refused(str(error)) if isinstance(error, BillingError) else super().explain(error)

    def preview(self, form: Any) -> list[str]:
        try:
            plan = refund_plans.plan(form.decision())
        except BillingError as error:
            raise Refused(str(error)) from error
        needs_approval = refund_rules.is_approval_needed(plan)
        if needs_approval and refund_rules.has_too_few_approvers():
            raise Refused(str(ApprovalImpossible()))
        if needs_approval:
            require_fresh_login(self.request)
        return [
            *ways.sentences(plan, form),
            *([_("A second person must approve it first; they and all owners are told.")] if needs_approval else []),
            *effects(plan),
            _told(plan, form),
        ]

    def perform(self, form: Any) -> Outcome:
        self.begun = refunds.begin(
            decision=form.decision(),
            reason=form.cleaned_data["reason"],
            by=self.user,
            is_told=form.cleaned_data["tell_customer"],
            check=self.look_again,
            note=lambda rows: self._note(rows, form),
        )
        if any(refund.status == RefundStatus.FAILED for refund in self.begun):
            messages.warning(self.request, _("Nothing more happens by itself: look at the refund."))
        return Outcome(words.done(self.begun))

    def _note(self, rows: list[Refund], form: Any) -> None:
        """In the log, together with the rows: whatever comes of asking the provider."""
        total = money.display(sum((row.amount for row in rows), Decimal(0)), rows[0].payment.currency)
        history.record(
            rows[0], self.action, by=self.user, reason=form.cleaned_data["reason"], after={_("Refund"): total},
            customer=self.customer(), is_told=form.cleaned_data["tell_customer"],
        )  # fmt: skip

    def get_success_url(self) -> str:
        """The page of the refund that was begun; the thing's own before that."""
        if getattr(self, "begun", None):
            return reverse("backoffice-refund", args=[self.begun[0].pk])
        return AdminURLFinder(self.request.user).get_edit_url(self.object) or reverse("backoffice-refunds")


class RefundInvoice(BeginRefund):
    form_class = InvoiceRefundForm
    template_name = "backoffice/refunds/begin.html"
    object: Invoice

    def get_object(self) -> Invoice:
        invoices = Invoice.objects.select_related("customer", "order").prefetch_related("lines")
        return get_object_or_404(invoices, number=self.kwargs["number"])

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "invoice": self.object}

    def get_initial(self) -> dict[str, Any]:
        """A transfer can go back to where it came from."""
        return {**super().get_initial(), **ways.initial_payee(payees.of_invoice(self.object))}

    def get_page_subtitle(self) -> str:
        return self.object.number

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        left = sum((part.amount for part in refund_plans.sources(self.object, RefundWay.BANK)), Decimal(0))
        return super().get_context_data(**kwargs) | {"left": money.display(left, self.object.currency)}


class RefundPayment(BeginRefund):
    form_class = PaymentRefundForm
    template_name = "backoffice/refunds/begin.html"
    object: Payment

    def get_object(self) -> Payment:
        payments = Payment.objects.select_related("customer", "attempt__invoice")
        payment: Payment = get_object_or_404(payments, pk=self.kwargs["pk"])
        return payment

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "payment": self.object}

    def get_initial(self) -> dict[str, Any]:
        return {**super().get_initial(), **ways.initial_payee(payees.of_payment(self.object))}

    def get_page_subtitle(self) -> str:
        return str(self.object)

    def customer(self) -> User | None:
        return self.object.customer


def effects(plan: RefundPlan) -> list[str]:
    """What becomes of invoice, order and licenses, once all that is asked for is made."""
    found = [loss_text(loss) for loss in losses_of(refund_plans.ending_with(plan))]
    if plan.is_whole and plan.invoice is not None:
        whole = _("Nothing of invoice %(number)s is left: it becomes Refunded, and so does its order.")
        if plan.asked_beside:
            whole = _(
                "Together with the refunds already asked for, nothing of invoice %(number)s is left: once all are "
                "made, it becomes Refunded, and so does its order."
            )
        found.insert(0, whole % {"number": plan.invoice.number})
    return found or [_("Licenses stay as they are.")]


def _told(plan: RefundPlan, form: Any) -> str:
    if not form.cleaned_data["tell_customer"]:
        return _("The customer gets no mail.")
    email = plan.parts[0].payment.customer.email
    return _("The customer is mailed to %(email)s once the refund is made.") % {"email": email}
