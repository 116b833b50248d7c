"""Forms of the acts on transfers and payment proofs."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import AdminDateInput

from storefront.backoffice.act_forms import ActForm
from storefront.billing.models import Invoice
from storefront.billing.transfers.models import SellerAccount
from storefront.billing.transfers.services import provisional
from storefront.billing.transfers.services.booking import Share
from storefront.core import clock, money
from storefront.users.models import User

_LINE = re.compile(r"(\S+)(?:\s+(\S+))?")
#: What a money column holds.
_PLAIN = re.compile(r"[0-9]{1,10}([.,][0-9]{1,3})?")
_NOTHING = Decimal(0)


class MoneyCameForm(forms.Form):
    """What the bank says of a sum that came."""

    account = forms.ModelChoiceField(label=gettext_lazy("Our account"), queryset=SellerAccount.objects.none())
    amount = forms.DecimalField(
        label=gettext_lazy("Amount that came"), min_value=Decimal("0.001"), max_digits=13, decimal_places=3
    )
    value_on = forms.DateField(label=gettext_lazy("Value date"), widget=AdminDateInput)
    bank_reference = forms.CharField(
        label=gettext_lazy("Reference of the bank"),
        max_length=140,
        help_text=gettext_lazy("As on the statement: with it the same transfer is never booked twice."),
    )

    def __init__(self, *args: Any, currency: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["account"]
        accounts = SellerAccount.objects.all()
        field.queryset = accounts.filter(currency=currency) if currency else accounts

    def clean_value_on(self) -> Any:
        day = self.cleaned_data["value_on"]
        if day > clock.today():
            raise ValidationError(_("This day is still to come."))
        return day

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        account, amount = data.get("account"), data.get("amount")
        if account and amount is not None and not money.is_exact(amount, account.currency):
            self.add_error("amount", _("This is no amount of the currency."))
        return data


class AssignForm(ActForm):
    """Which invoices a transfer is for, and whose the rest is."""

    invoices = forms.CharField(
        label=gettext_lazy("Invoices"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy(
            "One number a line, with the amount behind it where it is not all that is due: INV-2026-000042 60.00"
        ),
    )
    email = forms.EmailField(
        label=gettext_lazy("Customer"),
        required=False,
        help_text=gettext_lazy("E-mail of whose personal account gets the rest; empty: the first invoice's customer."),
    )
    field_order = ["invoices", "email", "reason"]

    def clean_invoices(self) -> list[Share]:
        shares: list[Share] = []
        for line in filter(str.strip, self.cleaned_data["invoices"].splitlines()):
            found = _LINE.fullmatch(line.strip())
            invoice = (
                Invoice.objects.select_related("customer").filter(number=found[1].upper()).first() if found else None
            )
            if found is None or invoice is None:
                raise ValidationError(_("No invoice is called %(line)s."), params={"line": line.strip()[:60]})
            if any(share.invoice == invoice for share in shares):
                raise ValidationError(_("%(number)s stands here more than once."), params={"number": invoice.number})
            shares.append(Share(invoice, _amount(found[2], invoice)))
        return shares

    def clean_email(self) -> User | None:
        email = self.cleaned_data["email"]
        if not email:
            return None
        customer = User.objects.filter(email__iexact=email).first()
        if customer is None:
            raise ValidationError(_("There is no customer with this e-mail."))
        return customer

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and not data.get("invoices") and not data.get("email"):
            self.add_error("invoices", _("Enter an invoice, or the e-mail of a customer below."))
        return data


class ProvisionalForm(ActForm):
    days = forms.IntegerField(
        label=gettext_lazy("Days"),
        min_value=1,
        max_value=provisional.MOST_DAYS,
        help_text=gettext_lazy("The license is taken back after these days, unless the money has come."),
    )
    field_order = ["days", "reason"]


class RefuseForm(ActForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = _("The customer reads it in a mail: write it in their language.")


class ProofInvoiceForm(ActForm):
    """Which invoice a file of a conversation is for."""

    invoice = forms.CharField(label=gettext_lazy("Invoice"), max_length=30)
    field_order = ["invoice", "reason"]

    def clean_invoice(self) -> Invoice:
        found = Invoice.objects.filter(number=self.cleaned_data["invoice"].strip().upper()).first()
        if found is None:
            raise ValidationError(_("There is no such invoice."))
        return found


def _amount(text: str | None, invoice: Invoice) -> Decimal | None:
    if not text:
        return None
    amount = Decimal(text.replace(",", ".")) if _PLAIN.fullmatch(text) else _NOTHING
    if amount <= 0 or not money.is_exact(amount, invoice.currency):
        raise ValidationError(
            _("%(text)s is no amount of %(currency)s."), params={"text": text[:30], "currency": invoice.currency}
        )
    return amount
