"""The licenses behind the figures: those that end soon, for users with the right to see licenses."""

from __future__ import annotations

from datetime import timedelta
from typing import cast

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from cms.statistics.links import LICENSES, may_see_customers
from cms.statistics.open_items import SOON, URGENT, ending_soon
from storefront.core import clock
from storefront.licensing.validity import days_left
from storefront.users.models import User

PER_PAGE = 50


@require_safe
def licenses(request: HttpRequest) -> HttpResponse:
    """Licenses that end within 30 days, the next one first. 403 without the right to see licenses."""
    user = cast(User, request.user)
    if not user.has_perm(LICENSES):
        raise PermissionDenied
    now = clock.now()
    urgent = now + timedelta(days=URGENT)
    ending = ending_soon().select_related("customer").order_by("valid_until", "pk")
    page = Paginator(ending, PER_PAGE).get_page(request.GET.get("p"))
    context = {
        "licenses": page,
        "rows": [(license, days_left(license, now), license.valid_until <= urgent) for license in page],
        "title": _("Licenses that end in %(days)d days") % {"days": SOON},
        "may_see_customers": may_see_customers(user),
    }
    return render(request, "cms/statistics/licenses.html", context)
