"""Acts on transfers that staff see at the bank: confirm an awaited one, note one that came."""

from __future__ import annotations

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.orders.acts.base import UnpaidAct, refusal
from storefront.backoffice.pages import Crumb
from storefront.backoffice.transfers.assigning import effects, noted_alike
from storefront.backoffice.transfers.forms import MoneyCameForm
from storefront.backoffice.transfers.lists import BOOK
from storefront.backoffice.transfers.pages import CRUMBS
from storefront.billing.errors import BillingError
from storefront.billing.services import part_payments
from storefront.billing.transfers import accounts
from storefront.billing.transfers.models import BankTransfer, TransferStatus
from storefront.billing.transfers.services import booking, confirming
from storefront.billing.transfers.services.booking import Incoming
from storefront.core import clock, money
from storefront.users.models import User


class Confirm(UnpaidAct):
    """The money of one awaited transfer is there: value date and reference, and it is booked."""

    permissions = (BOOK,)
    action = "transfers.confirm"
    page_title = gettext_lazy("Confirm a bank transfer")
    header_icon = "check"
    form_class = MoneyCameForm

    @property
    def crumbs(self) -> tuple[Crumb, ...]:  # type: ignore[override]
        number = self.object.number
        return (Crumb("backoffice-awaited", _("Awaited transfers")), Crumb("backoffice-invoice", number, (number,)))

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "currency": self.object.currency}

    def get_initial(self) -> dict[str, Any]:
        due = money.plain(part_payments.due(self.object), self.object.currency)
        return {"account": accounts.for_invoice(self.object), "amount": due, "value_on": clock.today()}

    def preview(self, form: Any) -> list[str]:
        data = form.cleaned_data
        incoming = _incoming(data)
        known = BankTransfer.objects.filter(key=incoming.key, status=TransferStatus.BOOKED).first()
        if known is not None:
            raise Refused(_("A transfer with this reference, day and amount is booked already."), "bank_reference")
        self.check(form)
        return [
            *effects(self.object, data["amount"], data["amount"]),
            _("Value date: %(day)s.") % {"day": date_format(data["value_on"], "DATE_FORMAT")},
            *noted_alike(incoming),
        ]  # fmt: skip

    def perform(self, form: Any) -> Outcome:
        data = form.cleaned_data
        transfer = confirming.confirm(
            invoice=self.object, account=data["account"], amount=data["amount"], value_on=data["value_on"],
            bank_reference=data["bank_reference"], by=self.user,
        )  # fmt: skip
        words = {"amount": money.display(transfer.amount, transfer.currency)} | {"invoice": self.object.number}
        return Outcome(
            _("%(amount)s are booked for invoice %(invoice)s.") % words,
            {},
            {_("Transfer"): f"{words['amount']}, {transfer.value_on}, {transfer.bank_reference}"},
        )

    def get_success_url(self) -> str:
        return reverse("backoffice-awaited")


class NoteForm(MoneyCameForm):
    payer_name = forms.CharField(label=gettext_lazy("Payer"), max_length=200, required=False)
    text = forms.CharField(
        label=gettext_lazy("Purpose"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 2})
    )


class Note(ActView):
    """A sum that came without a number, or for an invoice that is not awaited: it is assigned on its own page."""

    permissions = (BOOK,)
    action = "transfers.note"
    page_title = gettext_lazy("Note a transfer that came")
    header_icon = "plus"
    form_class = NoteForm
    crumbs = CRUMBS
    expected_errors = (*ActView.expected_errors, BillingError)
    object: Any = None

    def get_object(self) -> Any:
        return None

    def customer(self) -> User | None:
        return None

    def get_initial(self) -> dict[str, Any]:
        return {"value_on": clock.today()}

    def preview(self, form: Any) -> list[str]:
        data = form.cleaned_data
        if BankTransfer.objects.filter(key=_incoming(data).key).exists():
            raise Refused(_("This transfer is noted already."), "bank_reference")
        amount = money.display(data["amount"], data["account"].currency)
        words = {"amount": amount, "account": data["account"]}
        return [
            _("%(amount)s on %(account)s are noted. Nothing is booked yet.") % words,
            _("You assign it to invoices or a customer on the next page."),
        ]  # fmt: skip

    def perform(self, form: Any) -> Outcome:
        data = form.cleaned_data
        self.object = booking.note(_incoming(data, payer_name=data["payer_name"], text=data["text"]))
        return Outcome(_("The transfer is noted."))

    def explain(self, error: Exception) -> Refused:
        return refusal(error) or super().explain(error)

    def get_success_url(self) -> str:
        if self.object is not None:
            return reverse("backoffice-transfer", args=[self.object.pk])
        return reverse("backoffice-transfers")


def _incoming(data: dict[str, Any], *, payer_name: str = "", text: str = "") -> Incoming:
    facts: dict[str, Any] = {name: data[name] for name in ("account", "amount", "value_on", "bank_reference")}
    return Incoming(key=booking.key_of(**facts), **facts, payer_name=payer_name, text=text)
