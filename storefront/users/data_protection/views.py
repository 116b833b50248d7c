"""The page that the mail about an erasure links to."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from storefront.users.data_protection import links, requests
from storefront.users.models import DataRequestStatus


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, token: str) -> HttpResponse:
    """Only the button withdraws: programs that open every link of a mail change nothing."""
    asked = links.read(token)
    if asked is None:
        raise Http404
    is_withdrawn = request.method == "POST" and requests.withdraw(asked)
    is_open = asked.status == DataRequestStatus.WAITING and not is_withdrawn
    stays = is_withdrawn or asked.status == DataRequestStatus.WITHDRAWN
    context = {"asked": asked, "is_withdrawn": stays, "is_open": is_open}
    return render(request, "data_protection/withdraw.html", context, status=200 if is_open or stays else 410)
