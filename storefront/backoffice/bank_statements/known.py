"""A line that is a transfer which was confirmed or noted by hand: it is linked, and booked no second time."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.act_forms import ActForm
from storefront.backoffice.acts import Outcome
from storefront.backoffice.bank_statements.acts import BOOKED, LineAct, transfer_label
from storefront.billing.bank_statements.models import StatementLine
from storefront.billing.bank_statements.services import deciding
from storefront.billing.transfers.models import BankTransfer, TransferStatus


class SameForm(ActForm):
    transfer = forms.ModelChoiceField(
        label=gettext_lazy("Transfer that the line is"), queryset=BankTransfer.objects.none(),
        widget=forms.RadioSelect, empty_label=None, error_messages={"required": gettext_lazy("Choose the transfer.")},
    )  # fmt: skip
    field_order = ["transfer", "reason"]

    def __init__(self, *args: Any, line: StatementLine, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = deciding.typed_alike(line)
        field: Any = self.fields["transfer"]
        rows = BankTransfer.objects.filter(pk__in=[each.pk for each in found])
        field.queryset = rows.prefetch_related("shares__invoice")
        field.label_from_instance = transfer_label
        if not found:
            field.help_text = _("No transfer of this amount and day was confirmed or noted by hand.")
        self.fields["reason"].required = False


class SameTransfer(LineAct):
    action = BOOKED
    page_title = gettext_lazy("It is this transfer")
    form_class = SameForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "line": self.object}

    def preview(self, form: Any) -> list[str]:
        transfer: BankTransfer = form.cleaned_data["transfer"]
        self.whose = transfer.customer
        words = {"transfer": transfer_label(transfer)}
        if transfer.status == TransferStatus.WAITING:
            return [
                _("The line counts as %(transfer)s, which was noted by hand and waits.") % words,
                _("Nothing is booked yet: book the line or the transfer, and both are."),
            ]
        return [_("The line counts as %(transfer)s, which is booked already. Nothing is booked again.") % words]

    def perform(self, form: Any) -> Outcome:
        transfer: BankTransfer = form.cleaned_data["transfer"]
        with transaction.atomic():
            deciding.is_the_same(line=self.object, transfer=transfer, by=self.user)
            self.whose = transfer.customer
            is_waiting = transfer.status == TransferStatus.WAITING
            message = _("The line and the transfer are one now.") if is_waiting else _("Nothing was booked again.")
            outcome = Outcome(message, {}, {_("Transfer"): transfer_label(transfer)})
            self.record(outcome, form)
        return outcome
