"""Turning it on, changing, skipping and stopping on the license: customers read the exact text before they agree."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from checkout.renewals import offers
from checkout.renewals.offers import Offer
from storefront.account.licenses import license_of
from storefront.account.renewals import choices
from storefront.account.renewals.choices import Choices
from storefront.account.renewals.forms import AgreeForm, ChoiceForm
from storefront.account.views import own, user_of
from storefront.core import throttle, visitor
from storefront.core.instants import instant
from storefront.licensing.models import License, Subscription
from storefront.licensing.subscriptions import queries, stopping
from storefront.licensing.subscriptions.errors import SubscriptionError, TooLate


@own
@require_http_methods(["GET", "HEAD", "POST"])
def renew(request: HttpRequest, public_id: str) -> HttpResponse:
    """Two pages: what is chosen, then what is agreed to. A POST agrees; the page before the press shows the text."""
    license = license_of(request, public_id)
    found = choices.of(license)
    if not found:
        messages.error(request, _("This license cannot renew by itself at the moment."))
        return redirect("account-license", public_id=public_id)
    form = _chosen(request, license, found)
    if not form.is_valid():
        return _page(request, license, found, form, status=422 if form.errors else 200)
    offer = _offer(license, form)
    if offer is None:
        form.add_error("months", _("This period is not sold any more."))
        return _page(request, license, found, form, status=422)
    if request.method != "POST":
        return _terms(request, license, form, offer, AgreeForm(text=offer.text, initial={"sha256": offer.sha256}))
    return _agreed(request, license, form, offer)


def _chosen(request: HttpRequest, license: License, found: Choices) -> ChoiceForm:
    """Bound once something was chosen; at first it proposes what holds now, or the period of the last purchase."""
    known: dict[str, Any] = {"offers": found.offers, "methods": found.methods, "account": found.account}
    sent = request.POST if request.method == "POST" else request.GET
    if "months" in sent or "source" in sent or request.method == "POST":
        return ChoiceForm(sent, **known)
    subscription = queries.of_license(license)
    if subscription is not None:
        now = choices.sources_of(subscription)
        return ChoiceForm(initial=_initial(subscription.months, now.first, now.second), **known)
    last = license.periods.filter(revoked_at=None).order_by("-pk").first()
    first = found.methods[0].public_id if found.methods else ""
    return ChoiceForm(initial=_initial(last.months if last else None, first, ""), **known)


def _initial(months: int | None, source: str, fallback: str) -> dict[str, str]:
    return {"months": str(months or ""), "source": source, "fallback": fallback}


def _offer(license: License, form: ChoiceForm) -> Offer | None:
    found = choices.offers_of(license, form.sources)
    return next((each for each in found if each.key == form.cleaned_data["months"]), None)


def _agreed(request: HttpRequest, license: License, form: ChoiceForm, offer: Offer) -> HttpResponse:
    agreement = AgreeForm(request.POST, text=offer.text)
    if not agreement.is_valid():
        return _terms(request, license, form, offer, agreement, status=422)
    try:
        throttle.hit_key("renewal-change", str(user_of(request).pk))
        subscription = offers.turn_on(
            license, months=offer.months, sha256=agreement.cleaned_data["sha256"], language=get_language() or "en",
            ip=visitor.client_address(request), **form.sources.named(),
        )  # fmt: skip
    except throttle.Throttled as exc:
        return throttle.too_many(request, exc.retry_after)
    except offers.OfferChanged as exc:
        fresh = AgreeForm(text=offer.text, initial={"sha256": offer.sha256})
        return _terms(request, license, form, offer, fresh, problem=str(exc), status=409)
    except SubscriptionError as exc:
        messages.error(request, str(exc))
        return redirect(_place(license))
    messages.success(request, _told(subscription))
    return redirect(_place(license))


def _told(subscription: Subscription) -> str:
    following = queries.next_renewal(subscription)
    if following is None:
        return _("The license renews by itself from now on. Nothing is charged before its time begins.")
    return _("The license renews by itself: next on %(day)s. We have written to you what you agreed to.") % {
        "day": instant(following.due_at, "short")
    }


@own
@require_POST
def act(request: HttpRequest, public_id: str) -> HttpResponse:
    """One press: ``do`` is "stop", "skip" or "charge" (take a skip back), the last two of ``renewal``."""
    license = license_of(request, public_id)
    subscription = queries.of_license(license)
    try:
        if subscription is None:
            raise TooLate
        messages.success(request, _done(request, subscription))
    except SubscriptionError as exc:
        messages.error(request, str(exc))
    return redirect(_place(license))


def _done(request: HttpRequest, subscription: Subscription) -> str:
    do = request.POST.get("do")
    if do == "stop":
        stopping.stop(subscription)
        return _("Stopped. Nothing is charged any more; the license works to the end of what is paid.")
    named = request.POST.get("renewal", "")
    renewal = subscription.renewals.filter(public_id=named).first()
    if renewal is None or do not in ("skip", "charge"):
        raise TooLate
    if do == "skip":
        stopping.skip(renewal)
        return _("This renewal is skipped. Nothing is charged for it.")
    stopping.undo_skip(renewal)
    return _("This renewal is charged again, as planned. We write to you before.")


def _place(license: License) -> str:
    return f"{reverse('account-license', args=[license.public_id])}#renew"


def _page(
    request: HttpRequest, license: License, found: Choices, form: ChoiceForm, *, status: int = 200
) -> HttpResponse:
    context = {"license": license, "form": form, "choices": found, "is_on": queries.of_license(license) is not None}
    return render(request, "account_pages/renewals/choose.html", context, status=status)


def _terms(
    request: HttpRequest,
    license: License,
    form: ChoiceForm,
    offer: Offer,
    agreement: AgreeForm,
    *,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    chosen = form.cleaned_data
    context = {
        "license": license,
        "chosen": form,
        "form": agreement,
        "offer": offer,
        "source": form.sources,
        "hidden": {"months": chosen["months"], "source": chosen["source"], "fallback": chosen.get("fallback", "")},
        "problem": problem,
        "is_on": queries.of_license(license) is not None,
    }
    return render(request, "account_pages/renewals/agree.html", context, status=status)
