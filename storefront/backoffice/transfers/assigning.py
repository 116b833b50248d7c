"""Acts on one transfer: assign it, put it aside, undo it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.acts import ActView, Outcome, Refused
from storefront.backoffice.orders.acts.base import names, refusal
from storefront.backoffice.pages import Crumb
from storefront.backoffice.transfers.forms import AssignForm
from storefront.backoffice.transfers.lists import BOOK
from storefront.backoffice.transfers.pages import CRUMBS
from storefront.billing.errors import BillingError
from storefront.billing.models import Invoice
from storefront.billing.services import part_payments, reopening
from storefront.billing.states import InvoiceKind, InvoiceStatus
from storefront.billing.transfers.models import BankTransfer, TransferStatus
from storefront.billing.transfers.running import running_grant
from storefront.billing.transfers.services import booking, undoing
from storefront.billing.transfers.services.booking import Incoming, Share
from storefront.core import money
from storefront.users.models import User


def noted_alike(money_in: Incoming | BankTransfer) -> Iterator[str]:
    """Other transfers that may be the same money, a sentence each."""
    for each in booking.alike(money_in):
        if each.status in (TransferStatus.WAITING, TransferStatus.BOOKED):
            reference = {"reference": each.bank_reference or each.pk}
            yield _("Look twice: the same amount of that day is noted already, as %(reference)s.") % reference


def effects(invoice: Invoice, amount: Decimal, came: Decimal) -> Iterator[str]:
    """What a sum does to an invoice, in sentences."""
    due = part_payments.due(invoice)
    words = names(invoice) | {
        "came": money.display(came, invoice.currency),
        "left": money.display(max(Decimal(0), due - amount), invoice.currency),
        "over": money.display(max(Decimal(0), amount - due), invoice.currency),
    }
    if invoice.status != InvoiceStatus.OPEN:
        yield _("Invoice %(invoice)s asks for nothing: %(came)s go to the personal account of %(email)s.") % words
    elif amount < due:
        yield _("%(came)s are kept for invoice %(invoice)s; %(left)s are still due, and %(email)s is told.") % words
    else:
        yield _("Invoice %(invoice)s of %(name)s over %(amount)s is paid: licenses and mails follow.") % words
        if amount > due:
            yield _("%(over)s more than was due go to the personal account; %(email)s is told.") % words


def taken_back(transfer: BankTransfer) -> Iterator[str]:
    """What undoing the booking of a transfer does, in sentences."""
    for share in transfer.shares.filter(is_undone=False).select_related("invoice"):
        amount = money.display(share.amount, transfer.currency)
        if share.invoice is None:
            yield _("%(amount)s leave the personal account.") % {"amount": amount}
        elif share.invoice.status == InvoiceStatus.PAID:
            yield _of_paid(share.invoice, amount)
        else:
            words = {"amount": amount, "invoice": share.invoice.number}
            yield _("%(amount)s are no longer kept for invoice %(invoice)s.") % words


def _of_paid(invoice: Invoice, amount: str) -> str:
    words = {"amount": amount, "invoice": invoice.number}
    if not reopening.is_as_it_was(invoice):
        return _("%(amount)s are taken back from invoice %(invoice)s: it is refunded, its licenses end.") % words
    if invoice.kind == InvoiceKind.ADVANCE_PAYMENT:
        return _("%(amount)s leave the personal account: advance payment %(invoice)s is open again.") % words
    given = running_grant(invoice)
    if given is None:
        return _("%(amount)s are taken back from invoice %(invoice)s: it is open again, its licenses end.") % words
    text = _("%(amount)s are taken back from invoice %(invoice)s: it is open again, its licenses end on %(day)s.")
    return text % {**words, "day": date_format(given.until, "DATE_FORMAT")}


class TransferAct(ActView):
    """An act on one transfer. The service looks again under its locks."""

    permissions = (BOOK,)
    header_icon = "download"
    expected_errors = (*ActView.expected_errors, BillingError)
    object: BankTransfer

    def get_object(self) -> BankTransfer:
        rows = BankTransfer.objects.select_related("account", "customer")
        found: BankTransfer = get_object_or_404(rows, pk=self.kwargs["pk"])
        title = money.display(found.amount, found.currency)
        self.crumbs = (*CRUMBS, Crumb("backoffice-transfer", title, (found.pk,)))
        return found

    def explain(self, error: Exception) -> Refused:
        return refusal(error) or super().explain(error)

    def get_success_url(self) -> str:
        if not hasattr(self, "object"):
            raise Http404
        return reverse("backoffice-transfer", args=[self.object.pk])


class Assign(TransferAct):
    action = "transfers.assign"
    page_title = gettext_lazy("Assign the transfer")
    form_class = AssignForm

    def others(self, form: Any) -> Iterable[User]:
        yield from (share.invoice.customer for share in form.cleaned_data["invoices"])
        if form.cleaned_data["email"]:
            yield form.cleaned_data["email"]

    def preview(self, form: Any) -> list[str]:
        shares: list[Share] = form.cleaned_data["invoices"]
        if self.object.status not in (TransferStatus.WAITING, TransferStatus.FOREIGN):
            raise Refused(_("Somebody has booked this transfer meanwhile."))
        left = self.object.amount
        sentences: list[str] = []
        for share in shares:
            if share.invoice.currency != self.object.currency:
                text = _("Invoice %(invoice)s is in %(currency)s.")
                raise Refused(text % {"invoice": share.invoice.number, "currency": share.invoice.currency}, "invoices")
            amount = min(left, part_payments.due(share.invoice)) if share.amount is None else share.amount
            sentences += effects(share.invoice, amount, amount)
            left -= amount
        if left < 0:
            raise Refused(_("The parts come to more than the transfer."), "invoices")
        if left:
            owner = form.cleaned_data["email"] or shares[0].invoice.customer
            words = {"amount": money.display(left, self.object.currency), "email": owner.email}
            sentences.append(_("%(amount)s go to the personal account of %(email)s.") % words)
        return [*sentences, *noted_alike(self.object)]

    def perform(self, form: Any) -> Outcome:
        shares = form.cleaned_data["invoices"]
        booking.book(incoming=self.object, shares=shares, customer=form.cleaned_data["email"], by=self.user)
        numbers = ", ".join(share.invoice.number for share in shares)
        return Outcome(_("The transfer is booked."), {}, {_("Invoices"): numbers or _("personal account")})


class PutAside(TransferAct):
    action = "transfers.aside"
    page_title = gettext_lazy("Put the transfer aside")

    def preview(self, form: Any) -> list[str]:
        if self.object.status != TransferStatus.WAITING:
            raise Refused(_("Somebody has booked this transfer meanwhile."))
        return [_("It counts as no customer's money and waits for nobody. It can still be assigned later.")]

    def perform(self, form: Any) -> Outcome:
        booking.put_aside(transfer=self.object, by=self.user, reason=form.cleaned_data["reason"])
        return Outcome(_("The transfer is put aside."))


class Undo(TransferAct):
    action = "transfers.undo"
    page_title = gettext_lazy("Undo the booking")
    is_serious = True
    needs_fresh_login = True

    def others(self, form: Any) -> Iterable[User]:
        for share in self.object.shares.filter(is_undone=False).select_related("payment__customer"):
            yield share.payment.customer

    def preview(self, form: Any) -> list[str]:
        if self.object.status != TransferStatus.BOOKED:
            raise Refused(_("This transfer is not booked."))
        return [*taken_back(self.object), _("The transfer waits to be assigned anew.")]

    def perform(self, form: Any) -> Outcome:
        undoing.undo(transfer=self.object, by=self.user, reason=form.cleaned_data["reason"])
        return Outcome(_("The booking is undone."), {_("State"): _("Booked")}, {_("State"): _("Not assigned")})
