"""The customer's saved payment methods: listed, made the default, removed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from storefront.account.views import own, user_of
from storefront.billing import gateway_registry
from storefront.billing.models import Mandate, SavedMethod
from storefront.billing.models.saved_methods import SavedMethodStatus, Scope
from storefront.billing.saved_methods import queries, removing, setups
from storefront.core import clock
from storefront.core.instants import day_of


@dataclass(frozen=True, slots=True)
class MethodRow:
    """A saved method with what it may be charged for. ``is_expired``: the card is past its last day;
    ``can_be_replaced``: its provider saves another one without a payment."""

    method: SavedMethod
    company: str
    mandates: Sequence[Mandate]
    is_expired: bool
    can_be_replaced: bool

    @property
    def is_kept(self) -> bool:
        """Whether the customer may press to pay by it."""
        return any(each.scope == Scope.ATTENDED for each in self.mandates)


@own
@require_safe
def methods(request: HttpRequest) -> HttpResponse:
    rows = [_row(method) for method in queries.of(user_of(request)).prefetch_related("mandates")]
    context = {"methods": rows, "may_add": bool(setups.offered())}
    return render(request, "account_pages/methods/list.html", context)


@own
@require_POST
def make_default(request: HttpRequest, public_id: str) -> HttpResponse:
    """Offer it first from now on."""
    method = found(request, public_id)
    if removing.set_default(method):
        messages.success(request, _("%(method)s is the default now.") % {"method": method})
    else:
        messages.error(request, _("%(method)s cannot be charged at present.") % {"method": method})
    return redirect("account-methods")


@own
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, public_id: str) -> HttpResponse:
    """What stops with it, then its removal. Works while something is charged: nothing new is."""
    method = found(request, public_id)
    if request.method == "POST":
        removing.remove(method)
        messages.success(request, _("%(method)s is removed. It is not charged any more.") % {"method": method})
        return redirect("account-methods")
    return render(request, "account_pages/methods/remove.html", {"row": _row(method)})


def found(request: HttpRequest, public_id: str) -> SavedMethod:
    """One of the asker's own methods, or 404."""
    method = queries.own(user_of(request), public_id)
    if method is None:
        raise Http404
    return method


def _row(method: SavedMethod) -> MethodRow:
    return MethodRow(
        method=method,
        company=gateway_registry.company(method.gateway) if method.gateway in gateway_registry.names() else "",
        mandates=[each for each in method.mandates.all() if each.ended_at is None],
        is_expired=method.status == SavedMethodStatus.ACTIVE and method.expires_before(day_of(clock.now())),
        can_be_replaced=method.gateway in setups.offered(),
    )
