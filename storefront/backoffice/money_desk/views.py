"""The money desk: what waits, what was dealt with, the page of one matter."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn

from storefront.backoffice import history
from storefront.backoffice.models.search import Kind
from storefront.backoffice.money_desk import waiting
from storefront.backoffice.money_desk.kinds import ASK, BOOK, REFUND, describe
from storefront.backoffice.pages import ActLink, Crumb, DetailPage, Fact, ListPage
from storefront.backoffice.refunds import offers as refund_offers
from storefront.backoffice.refunds import words
from storefront.backoffice.rights import has_any
from storefront.backoffice.search import within
from storefront.billing import status
from storefront.billing.models import ReviewItem
from storefront.billing.services import booking, refund_rules
from storefront.billing.services.refund_plans import unspent
from storefront.core.instants import instant

VIEW, CHANGE = "billing.view_reviewitem", "billing.change_reviewitem"
SEE_DAYS = "billing.view_ledgertransaction"
PER_PAGE = 50
CRUMBS = (Crumb("backoffice-money-desk", gettext_lazy("Money desk")),)


class MoneyDesk(DetailPage):
    """Everything that waits, the oldest first."""

    permissions = (VIEW, CHANGE)
    page_title = gettext_lazy("Money desk")
    header_icon = "warning"
    template_name = "backoffice/money_desk/desk.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        page = Paginator(waiting.matters(), PER_PAGE).get_page(self.request.GET.get("p"))
        return super().get_context_data(**kwargs) | {
            "page": page,
            "matters": waiting.loaded(list(page.object_list)),
            "piles": waiting.piles(),
            "is_stuck": refund_rules.has_too_few_approvers(),
            "may_see_days": has_any(self.request.user, (SEE_DAYS,)),
        }


class TitleOfKind(TitleColumn):
    def get_value(self, instance: ReviewItem) -> Any:
        return describe(instance.kind).title


class Resolved(ListPage):
    """What was dealt with, the latest first."""

    model = ReviewItem
    permissions = (VIEW, CHANGE)
    page_title = gettext_lazy("Dealt with")
    empty_text = gettext_lazy("Nothing was dealt with yet. Matters of the money desk come here once they are closed.")
    header_icon = "success"
    index_url_name = "backoffice-money-done"
    index_results_url_name = "backoffice-money-done-results"
    default_ordering = "-resolved_at"
    list_filter = ["kind", "resolved_at"]
    search_fields = ["key", "detail", "resolution", "invoice__number", "customer__email"]
    list_export = [
        "created_at", "kind", "told", "invoice.number", "customer.email", "resolved_at", "resolved_by.email",
        "resolution",
    ]  # fmt: skip
    columns = [
        TitleOfKind("kind", label=gettext_lazy("What"), url_name="backoffice-review-item"),
        Column("customer", label=gettext_lazy("Customer"), accessor="customer.email"),
        Column("invoice", label=gettext_lazy("Invoice"), accessor="invoice.number"),
        Column("resolution", label=gettext_lazy("What was done")),
        Column("resolved_by", label=gettext_lazy("By"), accessor="resolved_by.email"),
        DateColumn("resolved_at", label=gettext_lazy("Dealt with"), sort_key="resolved_at"),
    ]

    def get_base_queryset(self) -> QuerySet[ReviewItem]:
        items = ReviewItem.objects.filter(resolved_at__isnull=False)
        return items.select_related("invoice", "customer", "resolved_by")

    def search_queryset(self, queryset: QuerySet[ReviewItem]) -> QuerySet[ReviewItem]:
        if not self.is_searching:
            return queryset
        items, typed = ReviewItem.objects.all(), self.search_query
        texts = Q(key__icontains=typed) | Q(detail__icontains=typed) | Q(resolution__icontains=typed)
        keys = within.related(items, "invoice", Kind.INVOICE, typed)
        keys += within.related(items, "customer", Kind.CUSTOMER, typed)
        return within.among(queryset, [items.filter(texts).order_by().values("pk"), *keys])

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        items = super().get_breadcrumbs_items()
        return [*items[:1], CRUMBS[0].as_item(), *items[1:]]


class ReviewPage(DetailPage):
    """One matter: what was found, and what can be done about it."""

    permissions = (VIEW, CHANGE)
    header_icon = "warning"
    template_name = "backoffice/money_desk/item.html"
    crumbs = CRUMBS

    @cached_property
    def item(self) -> ReviewItem:
        rows = ReviewItem.objects.select_related(
            "invoice__order", "customer", "attempt", "payment__customer", "payment__attempt__invoice", "resolved_by"
        )
        found: ReviewItem = get_object_or_404(rows, pk=self.kwargs["pk"])
        return found

    def get_page_title(self) -> str:
        return str(describe(self.item.kind).title)

    def facts(self) -> Iterable[Fact]:
        item = self.item
        yield Fact(_("Waits since"), instant(item.created_at, "short"))
        if item.customer:
            yield Fact(_("Customer"), item.customer.email, item.customer)
        if item.invoice:
            yield Fact(_("Invoice"), f"{item.invoice}, {item.invoice.get_status_display()}", item.invoice)
            if item.invoice.order:
                yield Fact(_("Order"), item.invoice.order.number, item.invoice.order)
        if item.attempt:
            state = status.of_attempt(item.attempt)
            text = f"{words.displayed(item.attempt.amount, item.attempt.currency)}, {state.label}"
            yield Fact(_("Payment"), text, item.attempt)
            if state.reason:
                yield Fact(_("Why"), state.reason)
        elif item.payment:
            yield Fact(_("Payment"), words.displayed(item.payment.amount, item.payment.currency), item.payment)
        payment = item.payment
        if payment:
            yield Fact(_("Reference at the provider"), str(payment))
            yield Fact(_("Refunded so far"), words.displayed(payment.amount_refunded, payment.currency))
            yield Fact(_("Paid for nothing yet"), words.displayed(max(unspent(payment), Decimal(0)), payment.currency))

    def acts(self) -> Iterable[ActLink]:
        item = self.item
        if item.resolved_at is not None:
            return
        if item.kind == "day_differs":
            _kind, name, day = item.key.split(":")[:3]
            yield ActLink(
                _("Open the day"), reverse("backoffice-money-day", args=[name, day]), SEE_DAYS, "calendar-alt"
            )
        offered = describe(item.kind).acts
        if REFUND in offered:
            yield from self._refund()
        if BOOK in offered and item.payment and booking.bookable_invoices(item.payment):
            url = reverse("backoffice-review-book", args=[item.pk])
            yield ActLink(_("Book it to an invoice"), url, CHANGE, "link")
        if ASK in offered and item.attempt and item.attempt.provider_reference:
            url = reverse("backoffice-review-ask", args=[item.pk])
            yield ActLink(_("Ask the provider again"), url, CHANGE, "rotate")
        yield ActLink(_("Close this matter"), reverse("backoffice-review-resolve", args=[item.pk]), CHANGE, "check")

    def _refund(self) -> Iterable[ActLink]:
        """At the payment, what paid for nothing; else at the invoice."""
        offered = list(refund_offers.of_payment(self.item.payment)) if self.item.payment else []
        return offered or (refund_offers.of_invoice(self.item.invoice) if self.item.invoice else [])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        disputes = self.item.payment.disputes.all() if self.item.payment else []
        return super().get_context_data(**kwargs) | {
            "item": self.item,
            "advice": describe(self.item.kind).advice,
            "disputes": disputes,
            "entries": history.of(self.item),
        }
