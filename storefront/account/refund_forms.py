"""What customers fill in to ask for a refund, or to withdraw from a contract."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.billing.models import Invoice, RefundReason
from storefront.billing.services import refund_payees
from storefront.billing.services.refund_payees import Payee
from storefront.billing.services.refund_units import Unit, units_left
from storefront.core import money
from storefront.core.form_fields import EmailField, ManyLinesField, OneLineField

LONGEST = 1000


class FindForm(forms.Form):
    """What tells whose contract it is: the number on the mails and papers, and the e-mail of the order."""

    number = OneLineField(
        label=gettext_lazy("Number of the order or invoice"),
        help_text=gettext_lazy("It stands in our mails about the order."),
        max_length=40,
        error_messages={"required": gettext_lazy("Enter the number.")},
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    email = EmailField(asks=False, help_text=gettext_lazy("With which it was ordered."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"label_suffix": ""})


class LinesForm(forms.Form):
    """``lines``: keys of invoice lines that may be chosen; all of them are, to begin with."""

    lines = forms.MultipleChoiceField(
        label=gettext_lazy("What it is about"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one.")},
    )

    def __init__(self, *args: Any, invoice: Invoice, lines: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs | {"label_suffix": ""})
        choices = line_choices(invoice, list(lines))
        self.fields["lines"].choices = choices  # type: ignore[attr-defined]
        self.fields["lines"].initial = [value for value, _label in choices]

    @property
    def chosen(self) -> list[int]:
        return [int(value) for value in self.cleaned_data["lines"]]


class RefundForm(LinesForm):
    """A refund that a customer asks for. ``must_name_account``: the way it was paid does not give money back.
    ``known``: the account that its fields begin with."""

    reason = forms.ModelChoiceField(
        label=gettext_lazy("Reason"),
        queryset=RefundReason.objects.none(),
        empty_label=gettext_lazy("Choose"),
        error_messages={"required": gettext_lazy("Choose a reason.")},
    )
    text = ManyLinesField(
        label=gettext_lazy("What happened"),
        help_text=gettext_lazy("What would help us to decide."),
        rows=4,
        required=False,
        max_length=LONGEST,
    )
    payee_account = OneLineField(
        label=gettext_lazy("IBAN or account number"),
        help_text=gettext_lazy("Only if the money shall go to a bank account instead of back the way it was paid."),
        required=False,
        max_length=60,
    )
    payee_holder = OneLineField(label=gettext_lazy("Holder of the account"), required=False, max_length=140)
    payee_bank = OneLineField(
        label=gettext_lazy("Bank, by name or code"),
        help_text=gettext_lazy("Needed unless the account is an IBAN."),
        required=False,
        max_length=140,
    )

    def __init__(self, *args: Any, must_name_account: bool = False, known: Payee | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if known is not None:
            self.initial.update(zip(("payee_holder", "payee_account", "payee_bank"), _values(known), strict=True))
        self.must_name_account = must_name_account
        reasons = RefundReason.objects.filter(is_offered=True)
        if reasons.exists():
            self.fields["reason"].queryset = reasons  # type: ignore[attr-defined]
        else:
            del self.fields["reason"]
        if must_name_account:
            self.fields["payee_account"].help_text = _("The money was not paid by a method that can give it back.")
        for name in ("payee_account", "payee_bank"):
            self.fields[name].widget.attrs |= {"autocomplete": "off", "spellcheck": "false"}

    def clean_payee_account(self) -> str:
        account = refund_payees.compacted(self.cleaned_data["payee_account"])
        if len(account) > 34:
            raise forms.ValidationError(_("Enter an IBAN, or a number of 5 to 34 digits."))
        return account

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        typed = self._typed(data)
        if "payee_account" not in self.errors and (self.must_name_account or any(_values(typed))):
            for name, problem in refund_payees.problems(typed).items():
                self.add_error(f"payee_{name}", problem)
        return data

    @property
    def payee(self) -> Payee | None:
        """Of a valid form."""
        typed = self._typed(self.cleaned_data)
        return typed if typed.account else None

    @staticmethod
    def _typed(data: Mapping[str, Any]) -> Payee:
        return Payee(data.get("payee_holder") or "", data.get("payee_account") or "", data.get("payee_bank") or "")


def _values(payee: Payee) -> tuple[str, str, str]:
    return payee.holder, payee.account, payee.bank


def line_choices(invoice: Invoice, lines: list[int]) -> list[tuple[str, str]]:
    """Key and words of each line: what it is, and how much is left of it."""
    left: dict[int, Decimal] = {}
    unit: Unit
    for unit, amount in units_left(invoice).items():
        left[unit.line_id] = left.get(unit.line_id, Decimal(0)) + max(amount, Decimal(0))
    return [
        (str(line.pk), f"{line.description}, {money.display(left[line.pk], invoice.currency)}")
        for line in invoice.lines.all()
        if line.pk in lines
    ]
