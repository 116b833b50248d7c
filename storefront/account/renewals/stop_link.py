"""The link in each notice that stops a renewal: without a log-in, a reason or a person of the shop.

A GET only shows what the press will do, so programs that open the links of mails stop nothing.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from storefront.account.renewals import rows
from storefront.core.throttle import throttled
from storefront.licensing.links import read_subscription_stop_token
from storefront.licensing.states import SubscriptionStatus
from storefront.licensing.subscriptions import queries, stopping


@never_cache
@throttled("subscription-stop")
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Asks, stops, and then says until when the license works and how to turn it on again. A mail says it too."""
    subscription = queries.by_public_id(read_subscription_stop_token(token) or "")
    if subscription is None:
        raise Http404
    if request.method == "POST":
        stopping.stop(subscription)
        return redirect("subscription-stop", token=token)
    context = {
        "row": rows.row(subscription),
        "license": subscription.license,
        "is_stopped": subscription.status == SubscriptionStatus.STOPPED,
        "subscription": subscription,
        "is_theirs": request.user.is_authenticated and request.user.pk == subscription.customer_id,
    }
    response = render(request, "account_pages/renewals/stop.html", context)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    return response
