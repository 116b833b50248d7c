"""Stop offering a payment method to buyers, and offer it again. Keys stay in the settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.pages import Crumb
from storefront.backoffice.payment_methods.pages import CRUMBS, SWITCH
from storefront.billing import gateway_registry
from storefront.billing.models import UNDER_WAY, PaymentAttempt, PaymentMethod
from storefront.billing.services import payment_methods
from storefront.users import staffing


class SwitchMethod(ActView):
    permissions = (SWITCH,)
    needs_fresh_login = True
    header_icon = "lock-open"
    expected_errors = (*ActView.expected_errors, payment_methods.NothingToSwitch)
    object: PaymentMethod

    def get_object(self) -> PaymentMethod:
        """One that was never switched has no row yet; the service writes it."""
        name = self.kwargs["name"]
        if name not in payment_methods.known():
            raise Http404
        self.label = gateway_registry.verbose_name(name)
        self.crumbs = (*CRUMBS, Crumb("backoffice-payment-method", self.label, (name,)))
        return PaymentMethod.objects.filter(name=name).first() or PaymentMethod(name=name)

    def explain(self, error: Exception) -> Refused:
        if isinstance(error, payment_methods.NothingToSwitch):
            return Refused(_("Somebody has done this already."))
        return super().explain(error)

    def get_page_subtitle(self) -> str:
        return self.label

    def get_success_url(self) -> str:
        return reverse("backoffice-payment-method", args=[self.object.name])

    def done(self, title: str, form: Any, message: str) -> Outcome:
        reason = form.cleaned_data["reason"]
        staffing.tell_owners(by=self.user, title=title, lines=[f"{self.label}: {reason}"])
        states = _("offered"), _("stopped")
        before, after = states if self.object.is_stopped else reversed(states)
        return Outcome(message, {_("State"): before}, {_("State"): after})


class StopMethod(SwitchMethod):
    action = "payment_methods.stop"
    page_title = gettext_lazy("Stop offering a payment method")
    is_serious = True

    def preview(self, form: Any) -> Iterator[str]:
        if self.object.is_stopped:
            raise payment_methods.NothingToSwitch
        yield _("Buyers are not offered %(method)s any more, and no payment is begun by it.") % {"method": self.label}
        if payment_methods.offered() == (self.object.name,):
            yield _("Nothing is left to pay with: orders can be placed, and wait until a method is offered again.")
        under_way = PaymentAttempt.objects.filter(UNDER_WAY, gateway=self.object.name).count()
        if under_way:
            yield ngettext(
                "%(n)d payment is under way: its money still arrives.",
                "%(n)d payments are under way: their money still arrives.",
                under_way,
            ) % {"n": under_way}
        yield _("Refunds go on as before. All owners are told by mail.")

    def perform(self, form: Any) -> Outcome:
        reason = form.cleaned_data["reason"]
        self.object = payment_methods.stop(name=self.object.name, by=self.user, reason=reason)
        return self.done(gettext_noop("A payment method is not offered any more"), form, _("It is not offered now."))


class ResumeMethod(SwitchMethod):
    action = "payment_methods.resume"
    page_title = gettext_lazy("Offer a payment method again")

    def preview(self, form: Any) -> Iterator[str]:
        if not self.object.is_stopped:
            raise payment_methods.NothingToSwitch
        if fault := payment_methods.fault(self.object.name):
            raise Refused(_("It cannot be offered: %(fault)s") % {"fault": fault})
        yield _("Buyers are offered %(method)s again, at once.") % {"method": self.label}
        yield _("All owners are told by mail.")

    def perform(self, form: Any) -> Outcome:
        reason = form.cleaned_data["reason"]
        self.object = payment_methods.resume(name=self.object.name, by=self.user, reason=reason)
        return self.done(gettext_noop("A payment method is offered again"), form, _("It is offered again."))
