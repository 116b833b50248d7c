"""The pages that the mail links to.

Mail scanners open every link, so only POST changes anything. The page shows the cart; what was typed is shown only at
the checkout, after the button was pressed. The cart of an account needs its log-in.
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
from checkout.reminders import services as reminders
from checkout.reminders.sending import line_text
from storefront.users.models import User


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest, token: str) -> HttpResponse:
    """Show the cart that was left; POST restores it and what was typed, and redirects to the checkout."""
    reminder = reminders.find(_public_id(token))
    if reminder is None:
        return render(request, "checkout/resume_closed.html", status=410)
    owner_id = reminder.basket.owner_id
    if owner_id and not request.user.is_authenticated:
        messages.info(request, _("This cart is kept in your account. Log in to go on."))
        return redirect(f"{reverse('account_login')}?{urlencode({'next': request.path})}")
    if owner_id and owner_id != request.user.pk:
        return render(request, "checkout/resume_closed.html", {"is_foreign": True}, status=403)
    if request.method == "POST":
        _restore(request, reminder)
        return redirect("checkout")
    lines = [line_text(line) for line in read_cart(reminder.basket).lines]
    return render(
        request, "checkout/resume.html", {"lines": lines, "expires_at": reminder.changed_at + reminders.KEPT_FOR}
    )


@csrf_exempt  # RFC 8058: mail programs post without cookies; the signed address is the right to do it
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Cancel every request for the address that the mail was sent to. Idempotent."""
    public_id = _public_id(token)
    if request.method == "POST":
        reminders.cancel_for_reader(public_id=public_id)
    return render(request, "checkout/no_reminder.html", {"is_done": request.method == "POST"})


def _public_id(token: str) -> str:
    public_id = reminders.read_token(token)
    if public_id is None:
        raise Http404
    return public_id


def _restore(request: HttpRequest, reminder: CheckoutReminder) -> None:
    """Lines that are already in this browser's cart stay in it."""
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
