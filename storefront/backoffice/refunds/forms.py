"""What to refund: lines or a sum of an invoice, or a sum of a payment."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.act_forms import ActForm, TellCustomer
from storefront.backoffice.refunds import ways
from storefront.billing.models import Invoice, Payment
from storefront.billing.services.refund_plans import RefundDecision, sources, unspent
from storefront.billing.services.refund_units import Unit, can_refund, unit_amounts, units_left
from storefront.billing.states import RefundWay
from storefront.core import money
from storefront.licensing.models import LicensePeriod

LINES, SUM = "lines", "sum"
MOST_UNITS = 200  # checkboxes of one form


class InvoiceRefundForm(ways.Ways, TellCustomer, ActForm):
    """``lines`` gives units back whole; ``sum`` an amount, and ends only what is ticked."""

    how = forms.ChoiceField(
        label=gettext_lazy("What to refund"),
        choices=[(LINES, gettext_lazy("Lines, whole")), (SUM, gettext_lazy("A sum"))],
        widget=forms.RadioSelect,
        initial=LINES,
    )
    units = forms.MultipleChoiceField(
        label=gettext_lazy("Lines"),
        help_text=gettext_lazy("What they granted ends when the refund is made."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    amount = forms.DecimalField(label=gettext_lazy("Sum"), required=False, min_value=Decimal(0), max_digits=13)
    ending = forms.MultipleChoiceField(
        label=gettext_lazy("Licenses that end although only a sum is refunded"),
        help_text=gettext_lazy("A sum changes no license unless you say so here, or nothing of the invoice is left."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = ["how", "units", "amount", "ending", *ways.FIELDS, "reason", "tell_customer"]

    def __init__(self, *args: Any, invoice: Invoice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.invoice = invoice
        labelled = _labels(invoice)
        left = units_left(invoice)
        self.fields["units"].choices = [(key(unit), labelled[unit]) for unit in labelled if left[unit] > 0]  # type: ignore[attr-defined]
        granted = set(_licenses(invoice))
        self.fields["ending"].choices = [(key(unit), labelled[unit]) for unit in labelled if unit in granted]  # type: ignore[attr-defined]
        if not granted:
            del self.fields["ending"]
        self.offer_ways(ways.offered(can_refund=any(part.amount > 0 for part in sources(invoice))))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("how") == LINES and not data.get("units"):
            self.add_error("units", _("Choose what is to be refunded."))
        if data.get("how") == SUM and not data.get("amount") and "amount" not in self.errors:
            self.add_error("amount", _("Type the sum to refund."))
        self.check_payee(data)
        return data

    def decision(self) -> RefundDecision:
        data = self.cleaned_data
        way, payee = data["way"], self.payee()
        if data["how"] == LINES:
            units = [unit_of(each) for each in data["units"]]
            return RefundDecision(invoice=self.invoice, units=units, way=way, payee=payee)
        ending = [unit_of(each) for each in data.get("ending") or ()]
        return RefundDecision(invoice=self.invoice, amount=data["amount"], ending=ending, way=way, payee=payee)


class PaymentRefundForm(ways.Ways, TellCustomer, ActForm):
    """Of money that paid for nothing: late, twice, on account."""

    amount = forms.DecimalField(label=gettext_lazy("Sum"), min_value=Decimal(0), max_digits=13)
    field_order = ["amount", *ways.FIELDS, "reason", "tell_customer"]

    def __init__(self, *args: Any, payment: Payment, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.payment = payment
        self.most = unspent(payment)
        self.fields["amount"].initial = money.quantize(max(self.most, Decimal(0)), payment.currency)
        found = ways.offered(can_refund=can_refund(payment))
        self.offer_ways(way for way in found if way != RefundWay.ACCOUNT)  # it is there already

    def clean_amount(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        if amount > self.most:
            left = money.display(max(self.most, Decimal(0)), self.payment.currency)
            raise forms.ValidationError(
                _("%(left)s of this payment paid for nothing. What paid for an invoice is refunded at the invoice.")
                % {"left": left}
            )
        return amount

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        self.check_payee(data)
        return data

    def decision(self) -> RefundDecision:
        data = self.cleaned_data
        return RefundDecision(
            payment=self.payment, amount=data["amount"], is_unspent=True, way=data["way"], payee=self.payee()
        )


def key(unit: Unit) -> str:
    return f"{unit.line_id}-{unit.number}"


def unit_of(text: str) -> Unit:
    line_id, _dash, number = text.partition("-")
    return Unit(int(line_id), int(number))


def _labels(invoice: Invoice) -> dict[Unit, str]:
    """``Yeastar, Standard, 12 months (2 of 3), €96.00, license L-1 acme.bitrix24.com`` for each unit."""
    licenses, labels = _licenses(invoice), {}
    left = units_left(invoice)
    for line in invoice.lines.all():
        for number, price in enumerate(unit_amounts(line), start=1):
            unit = Unit(line.pk, number)
            piece = _("%(name)s (%(number)d of %(count)d)") % {
                "name": line.description, "number": number, "count": line.quantity,
            }  # fmt: skip
            parts = [piece if line.quantity > 1 else line.description, money.display(price, invoice.currency)]
            if left[unit] != price:
                parts.append(_("%(left)s left") % {"left": money.display(left[unit], invoice.currency)})
            if unit in licenses:
                parts.append(licenses[unit])
            labels[unit] = ", ".join(parts)
            if len(labels) >= MOST_UNITS:
                return labels
    return labels


def _licenses(invoice: Invoice) -> dict[Unit, str]:
    """The license that each unit gave time to, while it has it."""
    periods = LicensePeriod.objects.filter(invoice_line__invoice=invoice, revoked_at=None).select_related("license")
    return {
        Unit(period.invoice_line_id or 0, period.unit): " ".join(
            filter(None, [_("license %(number)s") % {"number": period.license.number}, period.license.portal_address])
        )
        for period in periods
    }
