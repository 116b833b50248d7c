"""All that renews by itself, with what comes next; and what was stopped."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from storefront.account.renewals import rows
from storefront.account.views import own, page_of, user_of
from storefront.licensing.models import Subscription
from storefront.licensing.states import SubscriptionStatus
from storefront.licensing.subscriptions.starting import UNUSED

STOPPED_SHOWN = 10


@own
@require_safe
def subscriptions(request: HttpRequest) -> HttpResponse:
    mine = Subscription.objects.filter(customer=user_of(request)).select_related("license", "invoice_line", "customer")
    now = mine.exclude(status=SubscriptionStatus.STOPPED).order_by("license__valid_until", "-pk")
    page = page_of(request, now)
    stopped = mine.filter(status=SubscriptionStatus.STOPPED).exclude(stopped_by=UNUSED).order_by("-stopped_at", "-pk")
    context = {
        "page_obj": page,
        "rows": rows.rows(page),
        "stopped": rows.rows(stopped[:STOPPED_SHOWN]) if page.number == 1 else [],
    }
    return render(request, "account_pages/renewals/list.html", context)
