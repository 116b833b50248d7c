"""More time for an unpaid invoice, and a reminder of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import AdminDateInput

from storefront.backoffice.act_forms import ActForm, TellCustomer
from storefront.backoffice.acts import Outcome, Refused
from storefront.backoffice.orders.acts.base import UnpaidAct, names, told
from storefront.billing.errors import BadDueDay
from storefront.billing.services import unpaid
from storefront.core import clock
from storefront.core.instants import instant

POSTPONE, REMIND = "orders.postpone", "orders.remind"


class PostponeForm(TellCustomer, ActForm):
    until = forms.DateField(
        label=gettext_lazy("New due day"),
        help_text=gettext_lazy("It counts to its end, in the shop's time zone."),
        widget=AdminDateInput,
    )
    field_order = ["until", "reason", "tell_customer"]


class Postpone(UnpaidAct):
    permissions = ("billing.postpone_invoice",)
    action = POSTPONE
    page_title = gettext_lazy("Extend the due day")
    header_icon = "calendar-alt"
    form_class = PostponeForm

    def get_initial(self) -> dict[str, Any]:
        later = max(unpaid.last_day(self.object), clock.today()) + timedelta(days=7)
        return {"until": later, "tell_customer": True}

    def preview(self, form: Any) -> list[str]:
        self.check(form)
        until = form.cleaned_data["until"]
        try:
            unpaid.check_due_day(self.object, until)
        except BadDueDay as error:
            raise Refused(str(error), "until") from error
        days = {"before": _day(unpaid.last_day(self.object)), "after": _day(until)}
        return [
            _("Invoice %(invoice)s of %(name)s over %(amount)s stays open.") % names(self.object),
            _("It is due on %(after)s instead of %(before)s.") % days,
            _("The customer is reminded before the new day, even if they were reminded already."),
            told(form, self.object),
        ]

    def perform(self, form: Any) -> Outcome:
        before, until = unpaid.last_day(self.object), form.cleaned_data["until"]
        unpaid.postpone(invoice=self.object, until=until, is_told=form.cleaned_data["tell_customer"])
        message = _("Invoice %(invoice)s is due on %(day)s.") % (names(self.object) | {"day": _day(until)})
        return Outcome(message, {"due": before.isoformat()}, {"due": until.isoformat()})


class Remind(UnpaidAct):
    """A mail with the payment link, now."""

    permissions = ("billing.postpone_invoice",)
    action = REMIND
    page_title = gettext_lazy("Send a payment reminder")
    header_icon = "mail"

    def preview(self, form: Any) -> list[str]:
        self.check(form)
        last = self.object.reminded_at
        reminded = [_("They were reminded on %(at)s.") % {"at": instant(last)}] if last else []
        return [_("%(email)s gets a mail with the payment link of order %(order)s.") % names(self.object), *reminded]

    def perform(self, form: Any) -> Outcome:
        unpaid.remind(invoice=self.object)
        return Outcome(_("The reminder to %(email)s is on its way.") % names(self.object))


def _day(day: Any) -> str:
    return date_format(day, "j E Y")
