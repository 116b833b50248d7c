"""What staff decide about a line: book it, put it aside, take that back; the bank took a transfer back."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db import transaction
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.act_forms import ActForm
from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.bank_statements import words
from storefront.backoffice.bank_statements.lists import DECIDE, LINE_CRUMBS
from storefront.backoffice.pages import Crumb
from storefront.backoffice.refusals import refuse
from storefront.backoffice.rights import has_any
from storefront.backoffice.transfers.assigning import taken_back
from storefront.backoffice.transfers.lists import BOOK
from storefront.billing.bank_statements.matching import Proposal
from storefront.billing.bank_statements.models import StatementLine
from storefront.billing.bank_statements.services import deciding
from storefront.billing.errors import BillingError
from storefront.billing.models import Invoice
from storefront.billing.states import InvoiceStatus
from storefront.billing.transfers.models import BankTransfer
from storefront.core import money
from storefront.users.models import User

BOOKED, ASIDE, UNDONE, REVERSED = (f"statements.{each}" for each in ("book", "aside", "undo", "reverse"))


class LineAct(ActView):
    """An act on one line. The service locks the line first and looks again; the entry in the log is written in the same
    transaction."""

    permissions = (DECIDE,)
    header_icon = "list-ul"
    is_atomic = False
    expected_errors = (*ActView.expected_errors, BillingError)
    object: StatementLine
    whose: User | None = None

    def get_object(self) -> StatementLine:
        rows = StatementLine.objects.select_related("account", "transfer__customer")
        line: StatementLine = get_object_or_404(rows, pk=self.kwargs["pk"])
        self.crumbs = (*LINE_CRUMBS, Crumb("backoffice-statement-line", words.amount(line), (line.pk,)))
        self.whose = line.transfer.customer if line.transfer else None
        return line

    def get_success_url(self) -> str:
        return reverse("backoffice-statement-line", args=[self.object.pk])

    def customer(self) -> User | None:
        return self.whose

    def explain(self, error: Exception) -> Refused:
        return Refused(str(error)) if isinstance(error, BillingError) else super().explain(error)


class ReasonOptional(ActForm):
    """What a person confirms as proposed needs no further reason."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = False


def booking_sentences(line: StatementLine, invoices: Iterable[tuple[Invoice, Any]], rest_to: str) -> list[str]:
    """What booking does to each invoice, and to what is left. ``rest_to``: an e-mail."""
    left, found = line.amount, []
    for invoice, amount in invoices:
        left -= amount
        said = {"amount": money.display(amount, line.currency), "number": invoice.number}
        if invoice.status != InvoiceStatus.OPEN:
            found.append(
                _("%(amount)s come for invoice %(number)s, which asks for nothing: they stay on the personal account.")
                % said
            )
        else:
            found.append(_("%(amount)s pay invoice %(number)s.") % said)
    if left > 0:
        found.append(
            _("%(amount)s go to the personal account of %(email)s.")
            % {"amount": money.display(left, line.currency), "email": rest_to}
        )
    for each in deciding.booked_alike(line):
        day = date_format(each.value_on, "SHORT_DATE_FORMAT")
        found.append(
            _("Look twice: a transfer of the same amount and day (%(day)s, %(payer)s) is noted already.")
            % {"day": day, "payer": each.payer_name or "–"}
        )
    return found


class BookProposal(LineAct):
    """Book a line as one of its proposals says."""

    action = BOOKED
    page_title = gettext_lazy("Book as proposed")
    form_class = ReasonOptional

    def proposal(self) -> Proposal:
        number = self.request.GET.get("n", "0")
        found = self.object.proposed
        if not number.isdecimal() or len(number) > 2 or int(number) >= len(found):
            raise Refused(_("What was proposed for this line no longer fits. Look at it again."))
        return found[int(number)]

    def preview(self, form: Any) -> list[str]:
        proposal = self.proposal()
        invoices = Invoice.objects.select_related("customer").in_bulk([pk for pk, _amount in proposal.parts])
        if len(invoices) < len(proposal.parts):
            raise Refused(_("What was proposed for this line no longer fits. Look at it again."))
        pairs = [(invoices[pk], amount) for pk, amount in proposal.parts]
        self.whose = pairs[0][0].customer
        said = _("Proposed because of: %(reasons)s.") % {"reasons": words.reasons(proposal)}
        return [said, *booking_sentences(self.object, pairs, pairs[0][0].customer.email)]

    def perform(self, form: Any) -> Outcome:
        proposal = self.proposal()
        invoices = Invoice.objects.in_bulk([pk for pk, _amount in proposal.parts])
        shares = [deciding.Share(invoices[pk], amount) for pk, amount in proposal.parts]
        with transaction.atomic():
            transfer = deciding.book(line=self.object, shares=shares, by=self.user)
            self.whose = transfer.customer
            outcome = Outcome(_("Booked."), {}, {_("Invoice"): ", ".join(str(each) for each in invoices.values())})
            self.record(outcome, form)
        return outcome


class PutAside(LineAct):
    action = ASIDE
    page_title = gettext_lazy("Put aside")

    def preview(self, form: Any) -> list[str]:
        return [_("The line is no customer's money: it leaves the list, and nothing is booked.")]

    def perform(self, form: Any) -> Outcome:
        with transaction.atomic():
            deciding.put_aside(line=self.object, by=self.user, reason=form.cleaned_data["reason"])
            outcome = Outcome(_("Put aside."))
            self.record(outcome, form)
        return outcome


class Unpaying(LineAct):
    """Takes money off invoices, as undoing a transfer does: it needs that right as well, and a fresh log-in."""

    is_serious = True
    needs_fresh_login = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if request.user.is_authenticated and not has_any(request.user, (BOOK,)):
            return refuse(request, (BOOK,))
        return super().dispatch(request, *args, **kwargs)


class UndoLine(Unpaying):
    action = UNDONE
    page_title = gettext_lazy("Undo the decision")

    def preview(self, form: Any) -> list[str]:
        waits = _("The line waits for a decision again.")
        return [*(taken_back(self.object.transfer) if self.object.transfer else ()), waits]

    def perform(self, form: Any) -> Outcome:
        with transaction.atomic():
            deciding.undo(line=self.object, by=self.user, reason=form.cleaned_data["reason"])
            outcome = Outcome(_("Undone."))
            self.record(outcome, form)
        return outcome


class ReverseForm(ActForm):
    transfer = forms.ModelChoiceField(
        label=gettext_lazy("Transfer that the bank took back"), queryset=BankTransfer.objects.none(),
        widget=forms.RadioSelect, empty_label=None,
        error_messages={"required": gettext_lazy("Choose the transfer.")},
    )  # fmt: skip
    field_order = ["transfer", "reason"]

    def __init__(self, *args: Any, line: StatementLine, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = deciding.reversible(line)
        field: Any = self.fields["transfer"]
        field.queryset = BankTransfer.objects.filter(pk__in=[each.pk for each in found]).prefetch_related(
            "shares__invoice"
        )
        field.label_from_instance = transfer_label
        if not found:
            field.help_text = _("No booked transfer of this amount is known on this account.")
        if len(found) == 1:
            field.initial = found[0]


def transfer_label(transfer: BankTransfer) -> str:
    numbers = [str(each.invoice) for each in transfer.shares.all() if each.invoice]
    told = (date_format(transfer.value_on, "SHORT_DATE_FORMAT"), transfer.payer_name, *numbers)
    return " · ".join(each for each in told if each)


class ReverseTransfer(Unpaying):
    """The bank took money back: what it paid is not paid any more."""

    action = REVERSED
    page_title = gettext_lazy("The bank took a transfer back")
    form_class = ReverseForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "line": self.object}

    def get_object(self) -> StatementLine:
        line = super().get_object()
        if line.is_in:
            raise Http404
        return line

    def preview(self, form: Any) -> list[str]:
        transfer: BankTransfer = form.cleaned_data["transfer"]
        self.whose = transfer.customer
        told = [_("%(transfer)s is gone: it is booked as a whole refund is.") % {"transfer": transfer_label(transfer)}]
        numbers = ", ".join(str(each.invoice) for each in transfer.shares.all() if each.invoice)
        if numbers:
            told.append(_("Licenses that it paid for end: %(numbers)s.") % {"numbers": numbers})
        return told

    def perform(self, form: Any) -> Outcome:
        transfer: BankTransfer = form.cleaned_data["transfer"]
        with transaction.atomic():
            deciding.reverse(line=self.object, transfer=transfer, by=self.user, reason=form.cleaned_data["reason"])
            self.whose = transfer.customer
            outcome = Outcome(_("Taken back."), {}, {_("Transfer"): transfer_label(transfer)})
            self.record(outcome, form)
        return outcome
