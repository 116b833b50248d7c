"""What a customer sets: from what, how much at most in a month, who pays, which open invoices, in which time zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.account.auto_payments.sources import Source
from storefront.account.funds.forms import AmountField
from storefront.billing import payer_inputs
from storefront.billing.models import Invoice, Payer
from storefront.billing.payer_forms import PayerFields, reload_from
from storefront.billing.personal_account import top_ups
from storefront.core import money, time_zones
from storefront.core.money import display


class AutoPaymentForm(PayerFields):
    """``sources``: what the money can be taken from; ``invoices``: the open ones to choose from. ``page``: the address
    of the form, which comes again with the fields of another country."""

    source = forms.ChoiceField(
        label=gettext_lazy("Pay from"),
        widget=payer_inputs.Radios,
        error_messages={"required": gettext_lazy("Choose what is charged.")},
    )
    cap = AmountField(max_length=20)
    invoices = forms.MultipleChoiceField(
        label=gettext_lazy("Open invoices to pay, too"), widget=forms.CheckboxSelectMultiple, required=False
    )
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Your time zone"),
        help_text=gettext_lazy("The month of the cap is a month of your calendar."),
    )

    field_order = ("source", "cap", "invoices", "time_zone")

    def __init__(
        self,
        *args: Any,
        page: str,
        currency: str,
        sources: Sequence[Source],
        invoices: Sequence[Invoice],
        payers: Sequence[Payer] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs | {"label_suffix": ""})
        self.currency, self.sources = currency, sources
        self.for_payer(payers=payers)
        self._choose("source", [(each.value, _label(each)) for each in sources])
        self._choose("invoices", [(each.number, _invoice_label(each)) for each in invoices])
        self._choose("time_zone", [(name, name.replace("_", " ")) for name in time_zones.names()])
        if not invoices:
            del self.fields["invoices"]
        self.fields["cap"].label = _("At most in a month, %(currency)s") % {"currency": currency}
        self.fields["cap"].help_text = _("No more is charged in a calendar month, whatever you need.")
        reload_from(page, self.fields["kind"], self.fields["country"], button=self.RELOAD)

    @classmethod
    def reloaded(cls, data: Mapping[str, Any], **kwargs: Any) -> AutoPaymentForm:
        """The form with other fields, and what was typed."""
        lists = {"invoices": data.getlist("invoices")} if hasattr(data, "getlist") else {}
        return cls(initial={name: data[name] for name in data} | lists, **kwargs)

    def clean_cap(self) -> Decimal:
        cap: Decimal = self.cleaned_data["cap"]
        if not money.is_exact(cap, self.currency):
            raise forms.ValidationError(_("This currency has no such small coins."))
        smallest = max(top_ups.limits_in(self.currency).smallest, self._smallest())
        if cap < smallest:
            text = _("Enter %(amount)s or more: no less can be charged at a time.")
            raise forms.ValidationError(text % {"amount": display(smallest, self.currency)})
        return cap

    @property
    def chosen_source(self) -> Source | None:
        wanted = str(self["source"].value() or "")
        return next((each for each in self.sources if each.value == wanted), None)

    def _smallest(self) -> Decimal:
        return self.chosen_source.smallest if self.chosen_source else Decimal(0)

    def _choose(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]


def _label(source: Source) -> str:
    if source.method is not None:
        return source.label
    return _("%(method)s: it cannot be charged by itself, so we mail you an invoice") % {"method": source.label}


def _invoice_label(invoice: Invoice) -> str:
    lines = "; ".join(line.description for line in invoice.lines.all())
    return f"{invoice.number}, {display(invoice.amount, invoice.currency)}: {lines}"
