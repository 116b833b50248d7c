"""How a refund goes back: fields of the forms that begin one, and what the preview says of it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.billing.gateway_registry import gateway
from storefront.billing.models import Payment
from storefront.billing.services import refund_other_ways, refund_payees
from storefront.billing.services.refund_payees import Payee
from storefront.billing.services.refund_plans import RefundPlan
from storefront.billing.states import RefundWay
from storefront.core import money

FIELDS = ("way", "payee_holder", "payee_account", "payee_bank")


class Ways(forms.Form):
    """Mixin: the way, and for a bank transfer the payee."""

    way = forms.ChoiceField(label=gettext_lazy("How it goes back"), widget=forms.RadioSelect, required=False)
    payee_holder = forms.CharField(label=gettext_lazy("Holder of the account"), required=False, max_length=140)
    payee_account = forms.CharField(
        label=gettext_lazy("IBAN or number of the account"),
        help_text=gettext_lazy("For a bank transfer. Shown whole until it is paid."),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    payee_bank = forms.CharField(
        label=gettext_lazy("Bank, by name or code"),
        help_text=gettext_lazy("Needed unless the account is an IBAN."),
        required=False,
        max_length=140,
    )

    def offer_ways(self, ways: Iterable[RefundWay]) -> None:
        """The first is meant where none is chosen."""
        field = self.fields["way"]
        field.choices = [(way.value, way.label) for way in ways]  # type: ignore[attr-defined]
        field.initial = field.choices[0][0]  # type: ignore[attr-defined]

    def clean_way(self) -> RefundWay:
        return RefundWay(self.cleaned_data["way"] or self.fields["way"].initial)

    def clean_payee_account(self) -> str:
        account = refund_payees.compacted(self.cleaned_data["payee_account"])
        if len(account) > 34:
            raise forms.ValidationError(_("Enter an IBAN, or a number of 5 to 34 digits."))
        return account

    def check_payee(self, data: dict[str, Any]) -> None:
        """For ``clean``."""
        if data.get("way") == RefundWay.BANK and not any(f"payee_{name}" in self.errors for name in ("account",)):
            for name, problem in refund_payees.problems(self.typed_payee(data)).items():
                self.add_error(f"payee_{name}", problem)

    @staticmethod
    def typed_payee(data: dict[str, Any]) -> Payee:
        return Payee(
            (data.get("payee_holder") or "").strip(),
            data.get("payee_account") or "",
            (data.get("payee_bank") or "").strip(),
        )

    def payee(self) -> Payee | None:
        """Of a valid form."""
        return self.typed_payee(self.cleaned_data) if self.cleaned_data["way"] == RefundWay.BANK else None


def initial_payee(payee: Payee | None) -> dict[str, str]:
    """Initial values of the payee's fields."""
    if payee is None:
        return {}
    return {"payee_holder": payee.holder, "payee_account": payee.account, "payee_bank": payee.bank}


def offered(*, can_refund: bool) -> list[RefundWay]:
    """``can_refund``: whether any of the money came by a method that gives it back."""
    return [way for way in refund_other_ways.offered() if can_refund or way != RefundWay.METHOD]


def sentences(plan: RefundPlan, form: Ways) -> list[str]:
    """Where the money goes, for the preview."""
    total = money.display(plan.amount, plan.currency)
    if plan.way == RefundWay.ACCOUNT:
        return [_("%(amount)s goes to the customer's personal account, at once.") % {"amount": total}]
    if plan.way == RefundWay.BANK:
        payee = form.typed_payee(form.cleaned_data)
        words = {"amount": total, "holder": payee.holder, "account": payee.account}
        return [
            _("%(amount)s goes by bank transfer to %(holder)s, %(account)s.") % words,
            _("It waits in the list of payouts until somebody has paid it; licenses stay until then."),
        ]
    return [
        _("%(amount)s goes back by %(method)s, the way it came.")
        % {"amount": money.display(part.amount, plan.currency), "method": _method(part.payment)}
        for part in plan.parts
    ]


def _method(payment: Payment) -> str:
    return ", ".join(filter(None, [gateway(payment.gateway).verbose_name, payment.method_label]))
