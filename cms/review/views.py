"""'Money to review' in Wagtail: billing's review items and how staff resolved them."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import OperationalError
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from cms.review.kinds import describe
from storefront.billing.errors import BillingError
from storefront.billing.models import ReviewItem
from storefront.billing.services import resolving
from storefront.gateways.errors import ConfigurationError, GatewayError
from storefront.users.models import User

PER_PAGE = 50
VIEW, CHANGE = "billing.view_reviewitem", "billing.change_reviewitem"


class ResolveForm(forms.Form):
    """The reason, which is stored with the review item."""

    reason = forms.CharField(
        label=gettext_lazy("What was done, and why"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Write what was done. It is stored with this entry.")},
    )


def may_see(user: User | AnonymousUser) -> bool:
    return user.has_perm(VIEW) or user.has_perm(CHANGE)


def _allowed_user(request: HttpRequest, *, to_change: bool = False) -> User:
    user = cast(User, request.user)
    if not (user.has_perm(CHANGE) if to_change else may_see(user)):
        raise PermissionDenied
    return user


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Open items, the oldest first; then the resolved ones, the latest first."""
    _allowed_user(request)
    items = ReviewItem.objects.select_related("invoice__order", "attempt", "resolved_by")
    ordered = items.order_by(F("resolved_at").desc(nulls_first=True), "created_at", "pk")
    page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("p"))
    for item in page:
        item.words = describe(item.kind)  # type: ignore[attr-defined]
    return render(request, "cms/review/list.html", {"items": page, **_head(_("Money to review"))})


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    _allowed_user(request)
    return _page(request, pk, ResolveForm())


@require_POST
def resolve(request: HttpRequest, pk: int) -> HttpResponse:
    """Close an item with a reason. Resolving a mismatch frees its invoice: the buyer may pay again."""
    user = _allowed_user(request, to_change=True)
    form = ResolveForm(request.POST)
    if not form.is_valid():
        return _page(request, pk, form, status=422)
    item = get_object_or_404(ReviewItem.objects.select_related("attempt"), pk=pk)
    try:
        resolving.resolve(item=item, by=user, reason=form.cleaned_data["reason"])
    except (GatewayError, ConfigurationError, BillingError, OperationalError):
        form.add_error(None, _("The payment could not be closed at the provider just now. Please try again."))
        return _page(request, pk, form, status=503)
    messages.success(request, _("Resolved."))
    return redirect("review-list")


def _page(request: HttpRequest, pk: int, form: ResolveForm, *, status: int = 200) -> HttpResponse:
    items = ReviewItem.objects.select_related("invoice__order", "invoice__customer", "attempt", "resolved_by")
    item = get_object_or_404(items, pk=pk)
    may_resolve = item.resolved_at is None and cast(User, request.user).has_perm(CHANGE)
    item.words = describe(item.kind)  # type: ignore[attr-defined]
    head = _head(item.words.title, (reverse("review-list"), _("Money to review")))  # type: ignore[attr-defined]
    context = {"item": item, "form": form, "may_resolve": may_resolve, **head}
    return render(request, "cms/review/detail.html", context, status=status)


def _head(title: str, *above: tuple[str, str]) -> dict[str, Any]:
    """The context of Wagtail's page header; ``above``: addresses and names of the pages above this one."""
    crumbs = [{"url": url, "label": label} for url, label in ((reverse("wagtailadmin_home"), _("Home")), *above)]
    return {
        "header_title": title,
        "header_icon": "warning",
        "breadcrumbs_items": [*crumbs, {"url": "", "label": title}],
    }
