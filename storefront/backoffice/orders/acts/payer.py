"""Another payer for an unpaid invoice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.act_forms import ActForm, TellCustomer
from storefront.backoffice.acts import Outcome
from storefront.backoffice.orders.acts.base import UnpaidAct, about_tax, names, page_of, told
from storefront.billing import gateway_registry
from storefront.billing.models import Invoice, Payer
from storefront.billing.payer_details import PayerDetails
from storefront.billing.payer_forms import PayerFields
from storefront.billing.services import payers, replacing, taxation, unpaid
from storefront.billing.services.replacing import Replacement
from storefront.billing.states import OPEN_ATTEMPT
from storefront.core import money

ACTION = "orders.payer"


class PayerActForm(PayerFields, TellCustomer, ActForm):
    """The fields and checks of the account's own form."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.for_payer()
        self.order_fields(["kind", "country", *self.asked, "reason", "tell_customer"])

    def payer(self) -> dict[str, str]:
        return self.details.to_json()


class ChangePayer(UnpaidAct):
    """An issued invoice is never edited: it is made void, and one with a new number takes its place. ``replacing``
    looks again under the invoice's lock, and one that was paid, cancelled or replaced meanwhile is refused."""

    permissions = ("billing.change_payer",)
    action = ACTION
    page_title = gettext_lazy("Change the payer")
    header_icon = "user"
    form_class = PayerActForm
    template_name = "backoffice/orders/payer.html"
    is_atomic = False

    def get_initial(self) -> dict[str, Any]:
        now = PayerDetails.from_json(self.object.payer).to_json()
        country = now["country"] or payers.likely_country(payers.of(self.object.customer))
        return now | {"country": country, "tell_customer": True}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Unbound where only the fields of another country are asked for."""
        kwargs: dict[str, Any] = super().get_form_kwargs()
        if self.request.POST.get("back") == PayerActForm.RELOAD:
            posted, _files = kwargs.pop("data"), kwargs.pop("files", None)
            kwargs["initial"] = {name: posted[name] for name in posted}
        return kwargs

    def preview(self, form: Any) -> list[str]:
        taxation.ask(form.details)
        planned = replacing.check(invoice=self.object, payer=form.payer())
        after = planned.payer
        lines = [
            _("Invoice %(invoice)s over %(amount)s is void; a new one with a new number takes its place.")
            % names(self.object),
            *_amounts(self.object, planned),
        ]
        for name in replacing.FIELDS:
            before, now = self.object.payer.get(name) or "–", after[name] or "–"
            if before != now and name != "kind":
                lines.append(f"{_label(form, name)}: {before} → {now}")
        lines += [
            _("The open payment is closed at %(provider)s first. If it turns out to be paid, nothing is changed.")
            % {"provider": gateway_registry.verbose_name(attempt.gateway)}
            for attempt in self.object.attempts.all()
            if attempt.status in OPEN_ATTEMPT
        ]
        return [*lines, _("The payment link of before leads to the new invoice."), told(form, self.object)]

    def perform(self, form: Any) -> Outcome:
        planned = replacing.check(invoice=self.object, payer=form.payer())
        unpaid.close_charges(invoice=self.object)
        with transaction.atomic():
            new = replacing.change_payer(
                invoice=self.object, payer=form.payer(), is_told=form.cleaned_data["tell_customer"],
                total=planned.total.gross,
            )  # fmt: skip
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


def _amounts(invoice: Invoice, planned: Replacement) -> Iterator[str]:
    """What becomes of the price, a sentence each."""
    if planned.total.gross == invoice.amount:
        yield _("The order, its lines, prices and due day stay as they are.")
    else:
        amounts = {
            "before": money.display(invoice.amount, invoice.currency),
            "after": money.display(planned.total.gross, invoice.currency),
        }
        yield _("The order, its lines and due day stay as they are.")
        yield _("With this payer another tax applies: the total is %(after)s instead of %(before)s.") % amounts
    yield from about_tax(planned.decision, planned.total, invoice.currency)


def _label(form: PayerActForm, name: str) -> str:
    known: dict[str, Any] = {"company": _("Company"), "name": _("Name")}
    if name in known:
        return str(known[name])
    return (
        str(form.fields[name].label)
        if name in form.fields
        else str(getattr(Payer._meta.get_field(name), "verbose_name", name))
    )


def _said(payer: dict[str, str]) -> dict[str, str]:
    return {name: payer[name] for name in replacing.FIELDS if payer.get(name)}
