"""The customer's pages. Each shows the asker's own things only; another's and a missing one answer the same 404."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from oscar.apps.order.models import Order

from checkout.models import Consent
from storefront.account import refund_offers, rows
from storefront.account.documents import listing
from storefront.account.renewals import summary
from storefront.billing import queries as billing
from storefront.billing import status
from storefront.billing.models import Invoice
from storefront.billing.personal_account import top_ups
from storefront.billing.services import refund_requests
from storefront.core import clock
from storefront.licensing import queries as licensing
from storefront.licensing.services import handover_endings
from storefront.licensing.states import LicenseStatus
from storefront.licensing.validity import grace
from storefront.users.forms import ProfileForm
from storefront.users.models import User

View = Callable[..., HttpResponseBase]
PER_PAGE = 20
ON_DASHBOARD = 5


def own(view: View) -> View:
    """For a signed-in customer; kept by no cache, so that the back button shows nothing after a log-out."""

    @never_cache
    @login_required
    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    return wrapper


def user_of(request: HttpRequest) -> User:
    return cast(User, request.user)  # ``own`` let nobody else in


def page_of(request: HttpRequest, items: QuerySet[Any]) -> Page[Any]:
    return Paginator(items, PER_PAGE).get_page(request.GET.get("page"))


@own
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What is to be decided, what ends soon, what is unpaid, the newest licenses, and the balances if there are any."""
    user, now = user_of(request), clock.now()
    licenses = licensing.licenses_of(user)
    ending = licenses.filter(
        valid_until__lte=now + rows.SOON, valid_until__gt=now - grace(), status=LicenseStatus.ACTIVE
    ).order_by("valid_until")
    context = {
        "undecided": handover_endings.undecided_of(user)[:ON_DASHBOARD],
        "ending": rows.license_rows(ending[:ON_DASHBOARD]),
        "unpaid": rows.invoice_rows(billing.unpaid_of(user)[:ON_DASHBOARD]),
        "licenses": rows.license_rows(licenses[:ON_DASHBOARD]),
        "license_count": licenses.count(),
        "renewing": summary.of(user),
        "may_add_funds": top_ups.is_offered(),
    }
    return render(request, "account_pages/home.html", context)


def licenses_from(request: HttpRequest, paid_with: list[Invoice]) -> list[rows.LicenseRow]:
    """The customer's licenses that these invoices bought or extended; none that they paid for somebody else."""
    found = licensing.licenses_of(user_of(request)).filter(periods__invoice_line__invoice__in=paid_with)
    return rows.license_rows(found.distinct())


def _orders(request: HttpRequest) -> QuerySet[Order]:
    found = Order.objects.filter(user=user_of(request)).select_related("purchase_details", "planned_holder")
    return found.prefetch_related("lines").order_by("-date_placed", "-pk")


@own
@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    page = page_of(request, _orders(request))
    return render(request, "account_pages/orders.html", {"page_obj": page, "rows": status.of_orders(page)})


@own
@require_safe
def order(request: HttpRequest, number: str) -> HttpResponse:
    found = _orders(request).filter(number=number).first()
    if found is None:
        raise Http404
    own_invoices = list(billing.invoices_of(user_of(request)).filter(order=found))
    context = {
        "order": found,
        "state": status.of_order(found, own_invoices[0] if own_invoices else None),
        "details": getattr(found, "purchase_details", None),
        "invoices": rows.invoice_rows(own_invoices),
        "licenses": licenses_from(request, own_invoices),
        "documents": listing.of_invoices(user_of(request), own_invoices),
        "consents": _consents(request).filter(order=found),
        "requests": refund_requests.requests_of(user_of(request)).filter(invoice__order=found),
        "refundable": [offer for each in own_invoices if (offer := refund_offers.of(each))],
    }
    return render(request, "account_pages/order.html", context)


def _consents(request: HttpRequest) -> QuerySet[Consent]:
    found = Consent.objects.filter(customer=user_of(request)).select_related("order", "version__agreement")
    return found.order_by("-accepted_at", "-pk")


@own
@require_safe
def agreements(request: HttpRequest) -> HttpResponse:
    """Everything the customer has accepted: which agreement, which version, when, with which order."""
    page = page_of(request, _consents(request))
    return render(request, "account_pages/agreements.html", {"page_obj": page, "consents": page.object_list})


@own
@require_safe
def consent(request: HttpRequest, number: str, sha256: str) -> HttpResponse:
    """The exact text he accepted with an order, from the copy kept with the acceptance itself."""
    found = _consents(request).filter(order__number=number, sha256=sha256).first()
    if found is None:
        raise Http404
    return render(request, "account_pages/consent.html", {"consent": found})


@own
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    user = user_of(request)
    spoken = user.language
    form = ProfileForm(request.POST if request.method == "POST" else None, instance=user)
    if form.is_valid():
        form.save()
        # Who changes his language reads on in it; any other change leaves him on the pages he is on.
        language = user.language if user.language != spoken else get_language()
        with translation.override(language):
            messages.success(request, _("Your profile is saved."))
            return redirect("account-profile")
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "account_pages/profile.html", {"form": form}, status=status)
