"""The list of payment methods and the page of each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice import history
from storefront.backoffice.pages import ActLink, Crumb, DetailPage, Fact
from storefront.backoffice.payment_methods import abilities, overview
from storefront.backoffice.rights import has_any
from storefront.billing import payment_limits
from storefront.core import currencies
from storefront.core.instants import instant

VIEW, CHANGE = "billing.view_paymentmethod", "billing.change_paymentmethod"
SWITCH = "billing.switch_paymentmethod"
CRUMBS = (Crumb("backoffice-payment-methods", gettext_lazy("Payment methods")),)


class MethodList(DetailPage):
    permissions = (VIEW, SWITCH)
    template_name = "backoffice/payment_methods/list.html"
    page_title = gettext_lazy("Payment methods")
    header_icon = "lock-open"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {
            "methods": (methods := overview.methods()),
            "abilities": abilities.table([(each.name, each.label) for each in methods]),
            "may_change": has_any(self.request.user, (CHANGE,)),
            "not_taken": [code for code in currencies.sold() if not payment_limits.takes(code)],
        }


class MethodPage(DetailPage):
    permissions = (VIEW, SWITCH)
    template_name = "backoffice/payment_methods/page.html"
    header_icon = "lock-open"
    crumbs = CRUMBS

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        found = overview.method(self.kwargs["name"])
        if found is None:
            raise Http404
        self.method = found
        return super().get(request, *args, **kwargs)

    def get_page_title(self) -> str:
        return self.method.label

    def facts(self) -> Iterable[Fact]:
        method = self.method
        yield Fact(_("State"), method.state)
        if method.row.is_stopped:
            who = method.row.changed_by
            yield Fact(_("Stopped"), instant(method.row.changed_at, "short"))
            yield Fact(_("Stopped by"), (who.get_full_name() or who.email) if who else "–")
            yield Fact(_("Reason"), method.row.reason)
        yield Fact(_("Mode"), method.mode)
        if method.last_payment is None:
            yield Fact(_("Last money received"), _("none yet"))
        else:
            when = instant(method.last_payment.received_at, "short")
            yield Fact(_("Last money received"), when, method.last_payment.attempt)
        if method.webhook_url:
            yield Fact(_("Address for its messages"), format_html("<code>{}</code>", method.webhook_url))

    def acts(self) -> Iterable[ActLink]:
        name = self.method.name
        edit = reverse("backoffice-payment-method-edit", args=[name])
        yield ActLink(_("Texts and rules"), edit, CHANGE, "edit")
        if self.method.row.is_stopped:
            url = reverse("backoffice-payment-method-resume", args=[name])
            yield ActLink(_("Offer it again"), url, SWITCH, "lock-open")
        else:
            url = reverse("backoffice-payment-method-stop", args=[name])
            yield ActLink(_("Stop offering it"), url, SWITCH, "lock", is_serious=True)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        row = self.method.row
        entries = history.of(row)[:100] if row.pk else []
        return super().get_context_data(**kwargs) | {"method": self.method, "entries": entries}
