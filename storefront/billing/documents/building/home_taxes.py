"""The tax of a document in the currency of the seller's tax return, where that is another one."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from django.utils.translation import gettext_noop as _

from storefront.billing.documents.building.basis import Basis
from storefront.billing.documents.content import DocumentKind, HomeTax
from storefront.billing.documents.errors import CannotIssue
from storefront.billing.documents.models import Document
from storefront.billing.models import Invoice
from storefront.billing.services import exchange
from storefront.core import money
from storefront.core.instants import day_of
from storefront.core.sentences import Sentence

_NOTHING = Decimal(0)


def of(basis: Basis, invoice: Invoice, tax: Decimal, *, before: Decimal = _NOTHING) -> HomeTax | None:
    """At the rate of the day on which the invoice was issued; a note has that of its invoice. ``before``: the tax of
    the notes before this one, so that all of them hold the invoice's. None where nothing is to be said.

    Raises CannotIssue where that rate is not known.
    """
    seller = basis.settings.seller if basis.settings.seller_id else None
    home = seller.accounting_currency if seller else ""
    if not home or home == invoice.currency or not tax:
        return None
    said = _of_invoice(invoice) or _of_day(invoice, home)
    until, since = (money.quantize(each * said.rate, said.currency) for each in (before + tax, before))
    return replace(said, tax=until - since)


def _of_invoice(invoice: Invoice) -> HomeTax | None:
    kinds = (DocumentKind.INVOICE, DocumentKind.ADVANCE_INVOICE)
    issued = Document.objects.filter(invoice=invoice, kind__in=kinds).first()
    return issued.content.home_tax if issued else None


def _of_day(invoice: Invoice, home: str) -> HomeTax:
    day = day_of(invoice.issued_at)
    rate = exchange.rate_on(invoice.currency, home, day)
    if rate is None:
        text = _(
            "The tax must be named in %(home)s, too, and the rate of %(currency)s on %(day)s is not known. Add it "
            "under Shop, Exchange rates, then try again."
        )
        raise CannotIssue(Sentence(text, {"home": home, "currency": invoice.currency, "day": day}))
    return HomeTax(currency=home, tax=_NOTHING, rate=rate.factor, on=rate.on, source=rate.source)
