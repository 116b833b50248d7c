"""The order in which buyers see the payment methods, and the way to the form of each."""

from __future__ import annotations

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.generic import View

from storefront.backoffice import history
from storefront.backoffice.payment_methods.pages import CHANGE
from storefront.backoffice.rights import StaffOnly
from storefront.billing.services import payment_methods
from storefront.users.models import User

MOVED = "payment_methods.move"


class EditMethod(StaffOnly, View):
    """Leads to the form; a method that has no row yet gets one."""

    permissions = (CHANGE,)
    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        if name not in payment_methods.known():
            raise Http404
        return redirect("wagtailsnippets_billing_paymentmethod:edit", payment_methods.ensure(name).pk)


class MoveMethod(StaffOnly, View):
    """Puts a method at ``position`` (0: first). Wagtail's script for ordering asks for JSON, the buttons for a page."""

    permissions = (CHANGE,)
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, name: str) -> HttpResponse:
        if name not in payment_methods.known():
            raise Http404
        typed = request.GET.get("position", "") or request.POST.get("position", "")
        user = request.user
        if typed.isascii() and typed.isdecimal() and isinstance(user, User):
            with transaction.atomic():
                if payment_methods.move(name=name, position=int(typed[:4])):
                    method = payment_methods.ensure(name)
                    history.record(method, MOVED, by=user, after={_("Position"): str(method.sort_order + 1)})
        if "position" in request.GET:
            return JsonResponse({"success": True})
        return redirect(reverse("backoffice-payment-methods"))
