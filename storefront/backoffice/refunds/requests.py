"""What customers ask to be refunded: the list, the page of one, and the acts that decide it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Case, QuerySet, When
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn

from storefront.backoffice import history
from storefront.backoffice.act_forms import ActForm
from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.columns import BadgeColumn
from storefront.backoffice.pages import ActLink, Crumb, DetailPage, Fact, ListPage
from storefront.backoffice.refunds import words
from storefront.backoffice.refunds.begin import BEGIN, CRUMBS
from storefront.billing.errors import BillingError, RequestDecided
from storefront.billing.models import Refund, RefundRequest
from storefront.billing.models.refunds import masked
from storefront.billing.services import refund_plans, refund_requests
from storefront.billing.services.refund_plans import NotRefundable
from storefront.billing.states import RefundRequestStatus
from storefront.core import money
from storefront.core.instants import instant
from storefront.licensing.losses import loss_text, losses_of

VIEW = "billing.view_refund"
REQUESTS = (*CRUMBS, Crumb("backoffice-refund-requests", gettext_lazy("Asked for by customers")))


class RefundRequestList(ListPage):
    """The open ones first, the oldest of them on top."""

    model = RefundRequest
    permissions = (VIEW, BEGIN)
    page_title = gettext_lazy("Asked for by customers")
    empty_text = gettext_lazy("No customer has asked for a refund.")
    header_icon = "undo"
    index_url_name = "backoffice-refund-requests"
    index_results_url_name = "backoffice-refund-requests-results"
    default_ordering = ("is_decided", "created_at")
    list_filter = ["status", "is_withdrawal", "created_at"]
    search_fields = ["invoice__number", "customer__email", "text"]
    list_export = [
        "pk", "created_at", "status", "is_withdrawal", "invoice.number", "customer.email", "reason_text", "text",
        "decided_by.email", "decided_at", "answer",
    ]  # fmt: skip
    columns = [
        TitleColumn("pk", label=gettext_lazy("Request"), accessor=lambda row: _title(row),
                    url_name="backoffice-refund-request"),
        Column("customer", label=gettext_lazy("Customer"), accessor="customer.email"),
        Column("reason", label=gettext_lazy("Reason"), accessor="reason_text"),
        BadgeColumn("status", label=gettext_lazy("State"), accessor="get_status_display", sort_key="status",
                    tone=lambda row: words.REQUEST_TONES[row.status]),
        DateColumn("created_at", label=gettext_lazy("Asked"), sort_key="created_at"),
    ]  # fmt: skip

    def get_base_queryset(self) -> QuerySet[RefundRequest]:
        rows = RefundRequest.objects.select_related("customer", "invoice", "decided_by")
        return rows.annotate(is_decided=Case(When(status=RefundRequestStatus.ASKED, then=0), default=1))


def _title(request: RefundRequest) -> str:
    text = _("Withdrawal, invoice %(number)s") if request.is_withdrawal else _("Invoice %(number)s")
    return text % {"number": request.invoice.number}


def found(pk: int) -> RefundRequest:
    rows = RefundRequest.objects.select_related("customer", "invoice__order", "decided_by")
    request: RefundRequest = get_object_or_404(rows.prefetch_related("lines__line"), pk=pk)
    return request


class RefundRequestPage(DetailPage):
    permissions = (VIEW, BEGIN)
    header_icon = "undo"
    template_name = "backoffice/refunds/request.html"
    crumbs = REQUESTS

    def setup(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.asked: RefundRequest | None = RefundRequest.objects.filter(pk=self.kwargs["pk"]).first()

    def _found(self) -> RefundRequest:
        return found(self.kwargs["pk"])

    def get_page_title(self) -> str:
        return _title(self._found())

    def facts(self) -> Iterable[Fact]:
        asked = self._found()
        yield Fact(_("State"), asked.get_status_display())
        yield Fact(_("Customer"), asked.customer.email, asked.customer)
        yield Fact(_("Invoice"), str(asked.invoice), asked.invoice)
        yield Fact(_("Asked"), instant(asked.created_at, "short"))
        if asked.invoice.paid_at:
            yield Fact(_("Paid"), instant(asked.invoice.paid_at, "short"))
        if asked.reason_text:
            yield Fact(_("Reason"), asked.reason_text)
        if asked.payee_account:
            may_see = self.request.user.has_perm(BEGIN)  # whoever pays it out
            account = asked.payee_account if may_see else masked(asked.payee_account)
            whom = ", ".join(filter(None, [asked.payee_holder, account, asked.payee_bank]))
            yield Fact(_("By bank transfer to"), whom)
        if asked.decided_by and asked.decided_at:
            yield Fact(_("Decided by"), f"{asked.decided_by}, {instant(asked.decided_at, 'short')}")
        if asked.answer:
            yield Fact(_("Answer to the customer"), asked.answer)

    def acts(self) -> Iterable[ActLink]:
        asked = self._found()
        if asked.status == RefundRequestStatus.ASKED:
            grant = reverse("backoffice-refund-request-grant", args=[asked.pk])
            yield ActLink(_("Approve or change"), grant, BEGIN, "check", True)
            yield ActLink(_("Refuse"), reverse("backoffice-refund-request-refuse", args=[asked.pk]), BEGIN, "cross")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        asked = self._found()
        refunds = Refund.objects.filter(decision=asked.decision).exclude(decision="").select_related("payment")
        return super().get_context_data(**kwargs) | {
            "asked": asked,
            "state_text": words.REQUEST_STATES[asked.status],
            "effects": _effects(asked) if asked.status == RefundRequestStatus.ASKED else [],
            "refunds": refunds,
            "entries": history.of(asked),
        }


def _effects(asked: RefundRequest) -> list[str]:
    """What approving it as it is would do."""
    try:
        plan = refund_plans.plan(refund_requests.asked_decision(asked))
    except NotRefundable as error:
        return [str(error)]
    losses = [loss_text(loss) for loss in losses_of(refund_plans.ending_with(plan))]
    return [_("%(amount)s would go back.") % {"amount": money.display(plan.amount, plan.currency)}, *losses]


class RefuseForm(ActForm):
    answer = forms.CharField(
        label=gettext_lazy("Answer to the customer"),
        help_text=gettext_lazy("Mailed to them, and shown on the page of the request."),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Tell the customer why.")},
    )
    field_order = ["answer", "reason"]


class RefuseRequest(ActView):
    permissions = (BEGIN,)
    action = "refunds.refuse"
    page_title = gettext_lazy("Refuse the refund")
    header_icon = "undo"
    form_class = RefuseForm
    expected_errors = (*ActView.expected_errors, BillingError)
    object: RefundRequest

    def get_object(self) -> RefundRequest:
        asked = found(self.kwargs["pk"])
        self.crumbs = (*REQUESTS, Crumb("backoffice-refund-request", _title(asked), (asked.pk,)))
        return asked

    def get_page_subtitle(self) -> str:
        return _title(self.object)

    def explain(self, error: Exception) -> Refused:
        return Refused(str(error)) if isinstance(error, BillingError) else super().explain(error)

    def preview(self, form: Any) -> list[str]:
        if self.object.status != RefundRequestStatus.ASKED:
            raise Refused(str(RequestDecided()))
        first = _("Nothing is refunded. %(email)s is mailed your answer.") % {"email": self.object.customer.email}
        if self.object.is_withdrawal:
            return [first, _("It is a withdrawal of a consumer: make sure that the law gives them no such right here.")]
        return [first]

    def perform(self, form: Any) -> Outcome:
        refund_requests.refuse(request=self.object, by=self.user, answer=form.cleaned_data["answer"])
        return Outcome(_("Refused. The customer is told."))

    def get_success_url(self) -> str:
        return reverse("backoffice-refund-request", args=[self.object.pk])
