"""The pages behind the links of the mail.

Mail scanners open every link: GET shows, and only POST does something. The page shows the cart; what was typed is
seen at the checkout alone, by whoever presses the button. The cart of an account needs its log-in.
"""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from checkout.cart import merging, session
from checkout.cart.cart import read_cart
from checkout.models import CheckoutReminder
from checkout.page import drafts
from checkout.reminders import links
from checkout.reminders import services as reminders
from checkout.reminders.sending import what_is_in
from storefront.users.models import User


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest, token: str) -> HttpResponse:
    """The cart that was left; POST brings it, and what was typed, into this browser and leads to the checkout."""
    reminder = reminders.kept(_public_id(token))
    if reminder is None:
        return render(request, "checkout/resume_closed.html", status=410)
    owner_id = reminder.basket.owner_id
    if owner_id and not request.user.is_authenticated:
        messages.info(request, _("This cart is kept in your account. Log in to go on."))
        return redirect(f"{reverse('account_login')}?{urlencode({'next': request.path})}")
    if owner_id and owner_id != request.user.pk:
        return render(request, "checkout/resume_closed.html", {"is_foreign": True}, status=403)
    if request.method == "POST":
        _bring_back(request, reminder)
        return redirect("checkout")
    lines = [what_is_in(line) for line in read_cart(reminder.basket).lines]
    return render(
        request, "checkout/resume.html", {"lines": lines, "expires_at": reminder.changed_at + reminders.KEPT_FOR}
    )


@csrf_exempt  # RFC 8058: mail programs post without cookies; the signed address is the right to do it
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Forget every wish for the address the mail was sent to, however often it is asked for."""
    public_id = _public_id(token)
    if request.method == "POST":
        reminders.forget_reader(public_id=public_id)
    return render(request, "checkout/no_reminder.html", {"is_done": request.method == "POST"})


def _public_id(token: str) -> str:
    public_id = links.read(token)
    if public_id is None:
        raise Http404
    return public_id


def _bring_back(request: HttpRequest, reminder: CheckoutReminder) -> None:
    """What is in this browser's cart already stays in it."""
    basket = reminder.basket
    if request.user.is_authenticated:
        if basket.owner_id is None:
            basket, _is_merged = merging.owned_basket(cast(User, request.user), basket)
    else:
        own = session.find_basket(request)
        if own.pk and own.pk != basket.pk:
            merging.join(own, basket)
    session.give(request, basket)
    drafts.put_back(request, reminder.draft, kept_at=reminder.changed_at)
