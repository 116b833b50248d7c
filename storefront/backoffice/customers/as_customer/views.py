"""Staff see a customer's account: the act that begins it, the pages, and the button that ends it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from csp.decorators import csp_replace
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.generic import View

from storefront.backoffice.act_forms import ActForm
from storefront.backoffice.acts import Outcome
from storefront.backoffice.customers.as_customer import permit, rendering
from storefront.backoffice.customers.as_customer.extract import extract
from storefront.backoffice.customers.base import ActOnCustomer, customer_or_404, refuse_closed
from storefront.backoffice.rights import StaffOnly
from storefront.core import error_pages
from storefront.users.models import User

logger = logging.getLogger(__name__)
RIGHT = "users.view_as_customer"
#: Stricter than the pages of the back office: nothing of a customer's page runs or asks.
POLICY = {"script-src": ["'none'"], "connect-src": ["'none'"], "form-action": ["'self'"]}


class SeeAsCustomer(ActOnCustomer):
    """Asks for a reason, which the history keeps, and lets in for half an hour."""

    permissions = (RIGHT,)
    action = "customers.see_account"
    page_title = gettext_lazy("See the account as the customer sees it")
    has_begun = False

    def preview(self, form: ActForm) -> Iterator[str]:
        refuse_closed(self.object)
        yield _("You see the account of %(who)s as they see it, for 30 minutes.") % {"who": self.object.email}
        yield _("Nothing can be changed there. Password, second factor, sessions and e-mail are not shown.")
        yield _("The history keeps that you looked, and why.")

    def perform(self, form: ActForm) -> Outcome:
        refuse_closed(self.object)
        permit.give(self.request, self.object)
        self.has_begun = True
        return Outcome(_("You see the account as the customer sees it."))

    def get_success_url(self) -> str:
        return _address(self.object, "/account/") if self.has_begun else super().get_success_url()


@method_decorator([csp_replace(POLICY), never_cache], name="dispatch")
class AccountAsCustomer(StaffOnly, View):
    """One page of the account. Every method that could change something is refused."""

    permissions = (RIGHT,)

    def get(self, request: HttpRequest, pk: int, page: str) -> HttpResponseBase:
        customer = customer_or_404(pk)
        minutes = permit.minutes_left(request, customer) if customer.is_active else 0
        if not minutes:
            return redirect("backoffice-customer-see", pk=pk)
        logger.info("account of customer %s: staff %s sees /%s", pk, request.user.pk, page)
        shown = rendering.render(request, customer, f"/{page}")
        if shown.status_code != 200:
            return error_pages.not_found(request)
        found = extract(shown.content.decode(), lambda href: _lead(customer, href))
        context = {
            "customer": customer,
            "minutes": minutes,
            "page": found,
            "language": rendering.language_of(f"/{page}"),
        }
        return render(request, "backoffice/customers/as_customer.html", context)

    def refuse(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return error_pages.forbidden(request)

    post = put = patch = delete = refuse


class Leave(StaffOnly, View):
    permissions = (RIGHT,)
    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        permit.take(request, pk)
        return redirect("backoffice-customer", pk=pk)


def _lead(customer: User, href: str) -> str:
    """Where a link of the page leads here; "" for what staff do not see."""
    if href.startswith(("#", "mailto:", "tel:")):
        return href
    parts = urlsplit(href.removeprefix(settings.SITE_URL))
    if parts.scheme or parts.netloc or (parts.path and rendering.shown_page(parts.path) is None):
        return ""
    query = f"?{parts.query}" if parts.query else ""
    return (_address(customer, parts.path) if parts.path else "") + query


def _address(customer: User, path: str) -> str:
    return reverse("backoffice-customer-account", args=[customer.pk, path.lstrip("/")])
