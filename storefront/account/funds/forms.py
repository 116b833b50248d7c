"""How much is added, and who pays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.billing.models import Payer
from storefront.billing.payer_forms import PayerFields, reload_from
from storefront.core import currencies
from storefront.core.user_input import decimals


class AmountField(forms.CharField):
    """An amount as people type it: 12,50 or 12.50. Its value is a Decimal above zero."""

    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    default_error_messages = {"required": gettext_lazy("Enter the amount.")}

    def clean(self, value: Any) -> Decimal:
        amount = decimals.read(super().clean(value))
        if not amount.is_finite() or amount <= 0 or amount.adjusted() > 9:
            raise ValidationError(_("Enter an amount above zero."))
        return amount


class TopUpForm(PayerFields):
    """The amount, its currency where the shop sells in several, and the payer with everything that documents can say.

    ``page``: the address of the form, which comes again with the fields of another country.
    """

    amount = AmountField(label=gettext_lazy("Amount"), max_length=20)
    currency = forms.ChoiceField(label=gettext_lazy("Currency"))

    field_order = ("amount", "currency")

    def __init__(self, *args: Any, page: str, payers: Sequence[Payer] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"label_suffix": ""})
        self.for_payer(payers=payers)
        sold = currencies.sold()
        self.fields["currency"].choices = [(code, code) for code in sold]  # type: ignore[attr-defined]
        if len(sold) == 1:
            self.fields["currency"].widget = forms.HiddenInput()
            self.fields["amount"].label = _("Amount, %(currency)s") % {"currency": sold[0]}
        reload_from(page, self.fields["kind"], self.fields["country"], button=self.RELOAD)

    @classmethod
    def reloaded(cls, data: Mapping[str, Any], **kwargs: Any) -> TopUpForm:
        """The form with other fields, and what was typed."""
        return cls(initial={name: data[name] for name in data}, **kwargs)
