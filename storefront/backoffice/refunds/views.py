"""The list of refunds and the page of one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn

from storefront.backoffice import history
from storefront.backoffice.columns import BadgeColumn
from storefront.backoffice.models.search import Kind
from storefront.backoffice.pages import ActLink, DetailPage, Fact, ListPage
from storefront.backoffice.refunds import words
from storefront.backoffice.refunds.begin import BEGIN, CRUMBS
from storefront.backoffice.refunds.decide import APPROVE
from storefront.backoffice.search import within
from storefront.billing.models import Refund, RefundPayout, ReviewItem
from storefront.billing.services import refund_other_ways, refund_rules
from storefront.billing.states import RefundStatus, RefundWay
from storefront.core.instants import instant

VIEW = "billing.view_refund"


class AmountColumn(Column):
    cell_template_name = "backoffice/refunds/amount_cell.html"

    def get_value(self, instance: Refund) -> str:
        return words.amount(instance)


class RefundList(ListPage):
    model = Refund
    permissions = (VIEW, BEGIN)
    page_title = gettext_lazy("Refunds")
    empty_text = gettext_lazy("Nothing was refunded yet. A refund begins on the page of an invoice or a payment.")
    header_icon = "undo"
    index_url_name = "backoffice-refunds"
    index_results_url_name = "backoffice-refunds-results"
    default_ordering = "-created_at"
    list_filter = ["status", "is_ours", "payment__gateway", "created_at"]
    search_fields = ["reference", "payment__reference", "invoice__number", "payment__customer__email", "reason"]
    list_export = [
        "pk", "created_at", "way", "status", "amount", "payment.currency", "payment.gateway", "payment.reference",
        "reference", "invoice.number", "payment.customer.email", "begun_by.email", "decided_by.email", "reason",
        "failure_code",
    ]  # fmt: skip
    columns = [
        TitleColumn("pk", label=gettext_lazy("Refund"), accessor=str, url_name="backoffice-refund"),
        AmountColumn("amount", label=gettext_lazy("Amount"), sort_key="amount"),
        Column("customer", label=gettext_lazy("Customer"), accessor="payment.customer.email"),
        Column("invoice", label=gettext_lazy("Invoice"), accessor="invoice.number"),
        BadgeColumn(
            "status",
            label=gettext_lazy("State"),
            accessor="get_status_display",
            sort_key="status",
            tone=lambda refund: refund.status,
        ),
        Column("begun_by", label=gettext_lazy("By"), accessor="begun_by.email"),
        DateColumn("created_at", label=gettext_lazy("Begun"), sort_key="created_at"),
    ]

    def get_base_queryset(self) -> QuerySet[Refund]:
        return Refund.objects.select_related("payment__customer", "invoice", "begun_by", "decided_by")

    def search_queryset(self, queryset: QuerySet[Refund]) -> QuerySet[Refund]:
        if not self.is_searching:
            return queryset
        refunds, typed = Refund.objects.all(), self.search_query
        return within.among(
            queryset,
            [
                *within.found(Kind.REFUND, typed),
                *within.related(refunds, "payment", Kind.PAYMENT, typed),
                *within.related(refunds, "payment__attempt", Kind.ATTEMPT, typed),
                *within.related(refunds, "invoice", Kind.INVOICE, typed),
                *within.related(refunds, "payment__customer", Kind.CUSTOMER, typed),
                Refund.objects.filter(reason__icontains=typed).order_by().values("pk"),
            ],
        )


class RefundPage(DetailPage):
    permissions = (VIEW, BEGIN)
    header_icon = "undo"
    template_name = "backoffice/refunds/detail.html"
    crumbs = CRUMBS

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        rows = Refund.objects.select_related(
            "payment__customer", "payment__attempt__invoice", "invoice", "begun_by", "decided_by", "payout"
        )
        self.refund: Refund | None = rows.filter(pk=self.kwargs["pk"]).first()

    def get_page_title(self) -> str:
        return _("Refund of %(amount)s") % {"amount": words.amount(self._found())}

    def _found(self) -> Refund:
        return self.refund or get_object_or_404(Refund, pk=self.kwargs["pk"])

    def facts(self) -> Iterable[Fact]:
        refund = self._found()
        yield Fact(_("State"), refund.get_status_display())
        yield Fact(_("Customer"), refund.payment.customer.email, refund.payment.customer)
        if refund.invoice or refund.payment.invoice:
            invoice = refund.invoice or refund.payment.invoice
            yield Fact(_("Invoice"), str(invoice), invoice)
        yield Fact(_("Payment"), str(refund.payment), refund.payment.attempt)
        yield Fact(_("Begun"), instant(refund.created_at, "short"))
        yield Fact(_("By"), _person(refund) if refund.is_ours else _("at the provider, not here"))
        if refund.reason:
            yield Fact(_("Reason"), refund.reason)
        if refund.decided_by and refund.decided_at:
            yield Fact(_("Decided by"), f"{refund.decided_by}, {instant(refund.decided_at, 'short')}")
            yield Fact(_("Their reason"), refund.decision_reason)
        yield Fact(_("How it goes back"), refund.get_way_display())
        payout = getattr(refund, "payout", None)
        if payout is not None:
            yield from _payout(payout, is_whole=self.request.user.has_perm(BEGIN))
        if refund.way == RefundWay.METHOD:
            yield Fact(_("Reference at the provider"), refund.reference or "–")
        if refund.next_check_at:
            yield Fact(_("Asked about again"), instant(refund.next_check_at, "short"))
        yield Fact(_("The customer is told"), _("yes, once it is made") if refund.is_told else _("no"))

    def acts(self) -> Iterable[ActLink]:
        refund, user = self._found(), self.request.user
        is_own = refund.begun_by_id == user.pk
        if refund.status == RefundStatus.AWAITING and not is_own:
            yield ActLink(_("Approve"), reverse("backoffice-refund-approve", args=[refund.pk]), APPROVE, "check", True)
            yield ActLink(_("Decline"), reverse("backoffice-refund-decline", args=[refund.pk]), APPROVE, "cross")
        if refund.status == RefundStatus.AWAITING and is_own:
            yield ActLink(_("Withdraw"), reverse("backoffice-refund-withdraw", args=[refund.pk]), BEGIN, "cross")
        if refund.way == RefundWay.BANK and refund.status == RefundStatus.CREATED:
            yield ActLink(_("Paid"), reverse("backoffice-refund-paid", args=[refund.pk]), BEGIN, "check", True)
            yield ActLink(
                _("Take off the list"), reverse("backoffice-refund-give-up", args=[refund.pk]), BEGIN, "cross"
            )
        elif refund.way == RefundWay.BANK and refund.status == RefundStatus.SUCCEEDED:
            yield ActLink(_("It came back"), reverse("backoffice-refund-returned", args=[refund.pk]), BEGIN, "rotate")
        elif refund.status == RefundStatus.CREATED and refund.is_ours:
            yield ActLink(
                _("Ask the provider again"), reverse("backoffice-refund-ask", args=[refund.pk]), BEGIN, "rotate"
            )
            yield from self._give_up(refund)
        if refund_other_ways.was_stopped(refund):
            yield ActLink(_("It had been paid"), reverse("backoffice-refund-paid", args=[refund.pk]), BEGIN, "check")
        if refund.status in (RefundStatus.FAILED, RefundStatus.DECLINED, RefundStatus.WITHDRAWN) and refund.is_ours:
            yield ActLink(_("Refund anew"), self._anew(refund), BEGIN, "undo", True)

    def _give_up(self, refund: Refund) -> Iterable[ActLink]:
        """Only where nobody can see whether it was made: then a person says so, in the money desk."""
        item = ReviewItem.objects.filter(key=f"refund_unknown:{refund.pk}", resolved_at=None).first()
        if item is not None:
            url = reverse("backoffice-review-item", args=[item.pk])
            yield ActLink(_("Give it up"), url, "billing.change_reviewitem", "cross", True)

    def _anew(self, refund: Refund) -> str:
        if refund.invoice is not None:
            return reverse("backoffice-refund-invoice", args=[refund.invoice.number])
        return reverse("backoffice-refund-payment", args=[refund.payment_id])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        refund = self._found()
        others = Refund.objects.filter(decision=refund.decision).exclude(decision="").exclude(pk=refund.pk)
        return super().get_context_data(**kwargs) | {
            "refund": refund,
            "state_text": words.state(refund),
            "failure": words.failure(refund),
            "units": refund.units.select_related("line"),
            "others": others.select_related("payment"),
            "entries": history.of(refund),
            "is_stuck": refund.status == RefundStatus.AWAITING and refund_rules.has_too_few_approvers(),
        }


def _payout(payout: RefundPayout, *, is_whole: bool) -> Iterable[Fact]:
    """``is_whole``: for whoever pays it out; others see the last characters of the account."""
    account = payout.account if is_whole else payout.masked_account
    yield Fact(_("To"), ", ".join(filter(None, [payout.holder, account, payout.bank])))
    if payout.paid_on:
        yield Fact(_("Day of the transfer"), date_format(payout.paid_on, "SHORT_DATE_FORMAT"))
        yield Fact(_("Reference of the bank"), payout.bank_reference)


def _person(refund: Refund) -> str:
    return str(refund.begun_by) if refund.begun_by else _("a command")
