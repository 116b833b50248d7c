"""Handing a license over: the holder offers, withdraws or keeps, the receiver answers by the mailed link."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from checkout.page.signing_in import BACKEND
from storefront.account.forms import HandoverForm, ReceiverForm
from storefront.account.licenses import license_of, license_page
from storefront.account.views import own, user_of
from storefront.core import clock, throttle
from storefront.core.throttle import throttled
from storefront.licensing.links import read_handover_token
from storefront.licensing.models import Handover
from storefront.licensing.services import handover_endings, handovers
from storefront.licensing.services.handover_errors import AlreadyOffered, HandoverError, OfferOver
from storefront.licensing.states import LicenseStatus
from storefront.users import services as users


@own
@require_POST
def offer(request: HttpRequest, public_id: str) -> HttpResponse:
    """Offer a license to an e-mail, withdraw the offer that is open, or keep the license after one that failed."""
    license, user = license_of(request, public_id), user_of(request)
    if request.POST.get("do") == "withdraw":
        return _withdrawn(request, public_id)
    if request.POST.get("do") == "keep":
        return _kept(request, public_id)
    form = HandoverForm(request.POST)
    if form.is_valid():
        try:
            throttle.hit_key("handover-offer", str(user.pk))
            email = form.cleaned_data["email"]
            handovers.offer(license=license, holder=user, email=email, language=get_language() or "en")
        except throttle.Throttled as exc:
            return throttle.too_many(request, exc.retry_after)
        except AlreadyOffered as exc:  # by another tab
            messages.error(request, str(exc))
            return redirect("account-license", public_id=public_id)
        except HandoverError as exc:
            form.add_error("email", str(exc))
        else:
            messages.success(request, _("We have written to %(email)s.") % {"email": email})
            return redirect("account-license", public_id=public_id)
    return license_page(request, license, handover_form=form, status=422)


def _withdrawn(request: HttpRequest, public_id: str) -> HttpResponse:
    waiting = handovers.open_offer(license_of(request, public_id))
    try:
        if waiting is None:
            raise OfferOver
        handovers.withdraw(offer=waiting, holder=user_of(request))
    except HandoverError as exc:
        messages.error(request, str(exc))
    else:
        messages.success(request, _("The offer is withdrawn. The license stays yours."))
    return redirect("account-license", public_id=public_id)


def _kept(request: HttpRequest, public_id: str) -> HttpResponse:
    failed = handover_endings.latest(license_of(request, public_id))
    try:
        if failed is None:
            raise OfferOver
        handover_endings.keep(offer=failed, holder=user_of(request))
    except HandoverError as exc:
        messages.error(request, str(exc))
    else:
        messages.success(request, _("The license stays yours."))
    return redirect("account-license", public_id=public_id)


@never_cache
@throttled("handover-answer")
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """The page of the mailed link. Only a POST answers; the license goes to the account of that e-mail alone."""
    found = Handover.objects.select_related("license", "holder").filter(public_id=read_handover_token(token)).first()
    if found is None:
        raise Http404
    if not handovers.is_open(found):
        return _over(request, found)
    if request.method != "POST":
        return _page(request, found, ReceiverForm())
    try:
        if request.POST.get("do") == "refuse":
            handovers.refuse(offer=found)
            return redirect(request.path)
        return _accepted(request, found)
    except OfferOver:
        found.refresh_from_db()
        return _over(request, found)
    except users.EmailTaken:  # an account was made just now
        return redirect_to_login(request.path)
    except HandoverError as exc:
        messages.error(request, str(exc))
        return redirect(request.path)


def _accepted(request: HttpRequest, found: Handover) -> HttpResponse:
    account = users.find_by_email(found.email)
    if request.user.is_authenticated and (account is None or request.user.pk != account.pk):
        return _page(request, found, ReceiverForm(), status=409)
    if account is not None and not request.user.is_authenticated:
        return redirect_to_login(request.path)
    form = ReceiverForm(request.POST)
    if not form.is_valid():
        return _page(request, found, form, status=422)
    receiver = handovers.accept(offer=found, name=form.cleaned_data["name"])
    if account is None:
        login(request, receiver, backend=BACKEND)
    messages.success(request, _("The license is yours now."))
    return redirect("account-license", public_id=found.license.public_id)


def _page(request: HttpRequest, found: Handover, form: ReceiverForm, *, status: int = 200) -> HttpResponse:
    account = users.find_by_email(found.email)
    is_receiver = account is not None and request.user.is_authenticated and request.user.pk == account.pk
    if account is not None and account.pk == found.holder_id:  # the holder has this address now
        return _over(request, found)
    context = {
        "offer": found,
        "license": found.license,
        "holder": found.holder.get_full_name() or found.holder.email,
        "form": form,
        "has_account": account is not None,
        "cannot_receive": account is not None and not handovers.can_receive(account),
        "has_ended": found.license.begins_by is None and found.license.valid_until <= clock.now(),
        "is_receiver": is_receiver,
        "is_other": request.user.is_authenticated and not is_receiver,
    }
    return _private(render(request, "account_pages/handover.html", context, status=status))


def _over(request: HttpRequest, found: Handover) -> HttpResponse:
    license = found.license
    context = {
        "offer": found,
        "is_revoked": license.status == LicenseStatus.REVOKED,
        "is_theirs": request.user.is_authenticated and request.user.pk == license.customer_id,
    }
    return _private(render(request, "account_pages/handover_over.html", context, status=410))


def _private(response: HttpResponse) -> HttpResponse:
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    return response
