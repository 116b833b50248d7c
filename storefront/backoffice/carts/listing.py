"""Carts whose buyer began to check out, asked for a link to them, and has not ordered."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Max, OuterRef, QuerySet, Subquery, Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from oscar.apps.basket.models import Line
from wagtail.admin.ui.tables import Column

from checkout.models import CheckoutReminder
from checkout.reminders.services import KEPT_FOR
from storefront.backoffice.pages import ListPage
from storefront.core import clock, money
from storefront.core.instants import instant

VIEW = "checkout.view_checkoutreminder"


class AbandonedCarts(ListPage):
    """The latest first. Requests are deleted with the order, when the box is unticked, and after seven days."""

    model = CheckoutReminder
    permissions = (VIEW,)
    page_title = gettext_lazy("Abandoned carts")
    header_icon = "time"
    empty_text = gettext_lazy(
        "Nobody left a checkout after typing an e-mail. Such carts are listed here, with the reminder that was sent."
    )
    index_url_name = "backoffice-carts"
    index_results_url_name = "backoffice-carts-results"
    default_ordering = "-changed_at"
    search_fields = ["email", "basket__lines__product__title", "basket__lines__product__parent__title"]
    columns = [
        Column("email", label=gettext_lazy("E-mail"), sort_key="email"),
        Column("contents", label=gettext_lazy("In the cart")),
        Column("total", label=gettext_lazy("Price without discounts"), classname="bo-number"),
        Column("changed", label=gettext_lazy("Last change"), sort_key="changed_at"),
        Column("mail", label=gettext_lazy("Mail with the link")),
    ]

    def get_base_queryset(self) -> QuerySet[Any]:
        lines = Line.objects.filter(basket=OuterRef("basket")).order_by().values("basket")
        # A line that is not sold in the cart's currency has a price in another.
        priced = lines.filter(stockrecord__price_currency=F("price_currency"))
        kept = CheckoutReminder.objects.filter(changed_at__gt=clock.now() - KEPT_FOR, basket__status="Open")
        return kept.annotate(
            amount=Subquery(priced.annotate(sum=Sum(F("quantity") * F("stockrecord__price"))).values("sum")),
            filled_at=Subquery(lines.annotate(last=Max("date_updated")).values("last")),
        ).prefetch_related("basket__lines__product__parent", "basket__lines__stockrecord")

    def search_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        matching: QuerySet[Any] = super().search_queryset(queryset)
        return matching.distinct() if self.is_searching else matching

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        for cart in context["object_list"]:
            lines = cart.basket.lines.all()
            cart.contents = ", ".join(f"{line.quantity} × {line.product.get_title()}" for line in lines)
            currency = lines[0].price_currency if lines else settings.SHOP_CURRENCY
            cart.total = money.display(cart.amount, currency) if cart.amount is not None else "–"
            last = max(cart.changed_at, cart.filled_at or cart.changed_at)
            cart.changed, cart.mail = instant(last, "short"), _mail(cart, last)
        return context


def _mail(cart: CheckoutReminder, last_change: datetime) -> str:
    if cart.sent_at is not None:
        return _("sent %(at)s") % {"at": instant(cart.sent_at, "short")}
    due = last_change + timedelta(hours=settings.CHECKOUT_REMINDER_HOURS)
    return _("goes out %(at)s") % {"at": instant(due, "short")}
