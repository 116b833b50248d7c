"""A line is assigned by a person: to one invoice, to several with amounts of their own, or to a customer's account."""

from __future__ import annotations

import contextlib
import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.act_forms import ActForm
from storefront.backoffice.acts import Outcome, Refused
from storefront.backoffice.bank_statements.acts import BOOKED, LineAct, booking_sentences
from storefront.billing.bank_statements.models import StatementLine
from storefront.billing.bank_statements.services import deciding
from storefront.billing.models import Invoice
from storefront.billing.services import part_payments
from storefront.billing.states import InvoiceStatus
from storefront.core import money
from storefront.formats.bank_statements import StatementError
from storefront.formats.bank_statements.content import amount_of
from storefront.users.models import User

MOST_FOUND, MOST_PARTS = 10, 20
_ROW = re.compile(r"\s*(?P<number>\S+)(?:\s+(?P<amount>\S.*?))?\s*")


class AssignForm(ActForm):
    invoices = forms.CharField(
        label=gettext_lazy("Invoices"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=gettext_lazy(
            "One number a line. To split the money, write an amount behind each: INV-2026-000123 49.90. Without an "
            "amount, an invoice gets what it still asks for."
        ),
    )
    customer = forms.EmailField(
        label=gettext_lazy("Customer, by e-mail"),
        required=False,
        help_text=gettext_lazy("Whose personal account gets what is left. Empty: that of the first invoice."),
    )
    field_order = ["invoices", "customer", "reason"]

    def __init__(self, *args: Any, line: StatementLine, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.line = line
        self.fields["reason"].required = False

    def clean_invoices(self) -> str:
        rows = [row for row in self.cleaned_data["invoices"].splitlines() if row.strip()]
        if len(rows) > MOST_PARTS:
            raise ValidationError(_("Name at most %(most)d invoices."), params={"most": MOST_PARTS})
        self.parts = [self._part(row) for row in rows]
        if len({invoice.pk for invoice, _amount in self.parts}) < len(self.parts):
            raise ValidationError(_("An invoice is named twice."))
        self._share_out()
        return str(self.cleaned_data["invoices"])

    def _part(self, row: str) -> tuple[Invoice, Decimal | None]:
        found = _ROW.fullmatch(row)
        number = found["number"].rstrip(",;") if found else row
        invoice = Invoice.objects.select_related("customer").filter(number__iexact=number).first()
        if invoice is None:
            raise ValidationError(_("There is no invoice %(number)s."), params={"number": number[:40]})
        if invoice.currency != self.line.currency:
            raise ValidationError(
                _("Invoice %(number)s is in %(currency)s."), params={"number": number, "currency": invoice.currency}
            )
        return invoice, self._amount(found["amount"] if found else None)

    def _amount(self, text: str | None) -> Decimal | None:
        if not text:
            return None
        try:
            amount = amount_of(text.replace(",", ".").removesuffix(self.line.currency).strip(), line=None)
        except StatementError:
            raise ValidationError(_("“%(text)s” is no amount."), params={"text": text[:40]}) from None
        if amount <= 0 or not money.is_exact(amount, self.line.currency):
            raise ValidationError(_("“%(text)s” is no amount."), params={"text": text[:40]})
        return amount

    def _share_out(self) -> None:
        """What each gets, as the booking will see it."""
        left = self.line.amount - sum((amount for _invoice, amount in self.parts if amount), Decimal(0))
        if left < 0:
            raise ValidationError(
                _("These are more than the %(amount)s that came."),
                params={"amount": money.display(self.line.amount, self.line.currency)},
            )
        self.shared: list[tuple[Invoice, Decimal]] = []
        for invoice, amount in self.parts:
            if amount is None:
                is_open = invoice.status == InvoiceStatus.OPEN
                amount = min(left, part_payments.due(invoice) if is_open else invoice.amount)
                left -= amount
            if amount > 0:
                self.shared.append((invoice, amount))

    def clean_customer(self) -> str:
        email = str(self.cleaned_data["customer"])
        self.owner = User.objects.filter(email__iexact=email).first() if email else None
        if email and self.owner is None:
            raise ValidationError(_("No customer has this e-mail."))
        return email

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and not self.parts and self.owner is None:
            self.add_error("invoices", _("Name an invoice, or the customer."))
        return data


class Assign(LineAct):
    """With a search for invoices beside the form, which needs no script."""

    action = BOOKED
    page_title = gettext_lazy("Assign or split")
    template_name = "backoffice/bank_statements/assign.html"
    form_class = AssignForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "line": self.object}

    def get_initial(self) -> dict[str, Any]:
        return {"invoices": "\n".join(self.request.GET.getlist("add")[:MOST_PARTS])}

    def preview(self, form: Any) -> list[str]:
        owner = form.owner or form.parts[0][0].customer
        self.whose = owner
        if not self.object.is_in or self.object.is_reversal:
            raise Refused(_("This line brought no money, so it cannot be booked to an invoice."))
        return booking_sentences(self.object, form.shared, owner.email)

    def perform(self, form: Any) -> Outcome:
        shares = [deciding.Share(invoice, amount) for invoice, amount in form.shared]
        with transaction.atomic():
            transfer = deciding.book(line=self.object, shares=shares, customer=form.owner, by=self.user)
            self.whose = transfer.customer
            numbers = ", ".join(invoice.number for invoice, _amount in form.shared)
            outcome = Outcome(_("Booked."), {}, {_("Invoice"): numbers or "–"})
            self.record(outcome, form)
        return outcome

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        query = self.request.GET.get("q", "").replace("\x00", "").strip()[:100]
        added = self.request.GET.getlist("add")[:MOST_PARTS]
        found = list(_found(query, self.object)) if query else []
        return context | {"q": query, "found": found, "added": added, "line": self.object}


def _found(query: str, line: StatementLine) -> QuerySet[Invoice]:
    """Invoices of the line's currency by number, e-mail, payer or amount; open ones first."""
    wanted = (
        Q(number__icontains=query)
        | Q(customer__email__icontains=query)
        | Q(payer__name__icontains=query)
        | Q(payer__company__icontains=query)
    )
    with contextlib.suppress(StatementError):
        wanted |= Q(amount=amount_of(query.replace(",", "."), line=None))
    rows = Invoice.objects.filter(wanted, currency=line.currency, amount__gt=0).select_related("customer")
    return rows.order_by("status", "-issued_at")[:MOST_FOUND]
