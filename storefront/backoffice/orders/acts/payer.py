"""Another payer for an unpaid invoice."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.act_forms import ActForm, TellCustomer
from storefront.backoffice.acts import Outcome
from storefront.backoffice.orders.acts.base import UnpaidAct, names, page_of, told
from storefront.billing import gateway_registry
from storefront.billing.services import replacing, unpaid
from storefront.billing.states import OPEN_ATTEMPT
from storefront.core.form_fields import ManyLinesField, OneLineField

ACTION = "orders.payer"


class PayerForm(TellCustomer, ActForm):
    name = OneLineField(label=gettext_lazy("Name"), max_length=200)
    company = OneLineField(label=gettext_lazy("Company"), max_length=200, required=False)
    address = ManyLinesField(label=gettext_lazy("Address"), max_length=500, required=False, rows=3)
    phone = OneLineField(label=gettext_lazy("Phone"), max_length=40, required=False)
    field_order = ["name", "company", "address", "phone", "reason", "tell_customer"]

    def payer(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in replacing.FIELDS}


class ChangePayer(UnpaidAct):
    """An issued invoice is never edited: it is made void, and one with a new number takes its place. ``replacing``
    looks again under the invoice's lock, and one that was paid, cancelled or replaced meanwhile is refused."""

    permissions = ("billing.change_payer",)
    action = ACTION
    page_title = gettext_lazy("Change the payer")
    header_icon = "user"
    form_class = PayerForm
    is_atomic = False

    def get_initial(self) -> dict[str, Any]:
        return {name: self.object.payer.get(name, "") for name in replacing.FIELDS} | {"tell_customer": True}

    def preview(self, form: Any) -> list[str]:
        replacing.check(invoice=self.object, payer=form.payer())
        after = replacing.changed(self.object, form.payer())
        lines = [
            _("Invoice %(invoice)s over %(amount)s is void; a new one with a new number takes its place.")
            % names(self.object),
            _("The order, its lines, prices and due day stay as they are."),
        ]
        for label, name in (
            (_("Name"), "name"),
            (_("Company"), "company"),
            (_("Address"), "address"),
            (_("Phone"), "phone"),
        ):
            if after.get(name, "") != self.object.payer.get(name, ""):
                lines.append(f"{label}: {self.object.payer.get(name) or '–'} → {after[name] or '–'}")
        lines += [
            _("The open payment is closed at %(provider)s first. If it turns out to be paid, nothing is changed.")
            % {"provider": gateway_registry.verbose_name(attempt.gateway)}
            for attempt in self.object.attempts.all()
            if attempt.status in OPEN_ATTEMPT
        ]
        return [*lines, _("The payment link of before leads to the new invoice."), told(form, self.object)]

    def perform(self, form: Any) -> Outcome:
        replacing.check(invoice=self.object, payer=form.payer())
        unpaid.close_charges(invoice=self.object)
        with transaction.atomic():
            new = replacing.change_payer(
                invoice=self.object, payer=form.payer(), is_told=form.cleaned_data["tell_customer"]
            )
            outcome = Outcome(
                _("Invoice %(new)s takes the place of %(old)s.") % {"new": new.number, "old": self.object.number},
                {"invoice": self.object.number} | _said(self.object.payer),
                {"invoice": new.number} | _said(new.payer),
            )
            self.record(outcome, form)
        self.replacement = new
        return outcome

    def get_success_url(self) -> str:
        replacement = getattr(self, "replacement", None)
        return page_of(replacement) if replacement is not None else super().get_success_url()


def _said(payer: dict[str, str]) -> dict[str, str]:
    return {name: payer.get(name, "") for name in replacing.FIELDS}
