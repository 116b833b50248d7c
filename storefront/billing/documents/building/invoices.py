"""Documents that say what an invoice says: the invoice, the receipt and the act."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.translation import gettext

from storefront.billing.documents.building import home_taxes, lines, parties
from storefront.billing.documents.building.basis import Basis
from storefront.billing.documents.building.taxes import taxed_as
from storefront.billing.documents.content import Content, DocumentKind, PaymentCode
from storefront.billing.documents.errors import NotNeeded
from storefront.billing.models import Invoice, Payment
from storefront.billing.payer_details import PayerDetails
from storefront.billing.states import InvoiceStatus
from storefront.billing.transfers.instructions import instructions_for
from storefront.core import clock
from storefront.core.instants import day_of, last_day
from storefront.core.language import nearest_language

#: A payment came by a provider's page, or through the personal account.
ONLINE, ACCOUNT = "online", "account"


def language_of(invoice: Invoice) -> str:
    """Of the payer's papers, else of the purchase."""
    return nearest_language(PayerDetails.from_json(invoice.payer).language or invoice.language)


def day_rights_passed(invoice: Invoice) -> date:
    """The day an act is dated: the shop's day on which the invoice became paid.

    In that transaction the licenses are granted, so that is when the rights pass: not when money arrived, which may be
    days before (a top-up, a bank transfer), nor when the act was printed.
    """
    return day_of(invoice.paid_at or clock.now())


def invoice(basis: Basis) -> Content:
    """As it was issued, before any payment. Raises NotNeeded if it is void: another has taken its place, or none."""
    found = invoice_of(basis)
    if found.status == InvoiceStatus.VOID:
        raise NotNeeded
    values = _common(basis, found) | {
        "number": found.number,
        "issued_on": day_of(found.issued_at),
        "due_on": last_day(found.due_at),
        "due": found.amount,
        "supplied_on": day_of(found.issued_at),
        "home_tax": home_taxes.of(basis, found, found.tax),
        **_by_transfer(found),
    }
    return Content(**values)


def _by_transfer(found: Invoice) -> dict[str, Any]:
    """How to pay it by bank transfer, where that is possible, in the language of the document: notes, and the code for
    a bank's app."""
    with translation.override(language_of(found)):
        told = instructions_for(found) if found.status == InvoiceStatus.OPEN else None
        if told is None:
            return {}
        rows = [(gettext("Reference"), told.reference), *told.rows]
        told_rows = [f"{label}: {value}" if label else value.replace("\n", ", ") for label, value in rows]
        code = PaymentCode(name=told.code_name, text=told.code_text) if told.code_text else None
        return {"notes": (gettext("Bank transfer"), *told_rows), "payment_code": code}


def receipt(basis: Basis) -> Content:
    found = invoice_of(basis)
    payment = Payment.objects.filter(pk=basis.request.about.get("payment")).first()
    is_direct = payment is not None and payment.invoice == found
    values = _common(basis, found) | {
        "paid": found.amount,
        "supplied_on": basis.issued_on,
        "payment_reference": payment.reference if payment else "",
        "payment_method": ONLINE if is_direct else ACCOUNT,
    }
    return Content(**values)


def act(basis: Basis) -> Content:
    """Raises NotNeeded if the invoice was taken back before its act was issued: the rights did not stay."""
    if invoice_of(basis).status == InvoiceStatus.REFUNDED:
        raise NotNeeded
    return as_sold(basis)


def as_sold(basis: Basis) -> Content:
    """All of the invoice, as paid."""
    found = invoice_of(basis)
    return Content(**_common(basis, found) | {"paid": found.amount, "supplied_on": day_rights_passed(found)})


def invoice_of(basis: Basis) -> Invoice:
    found = basis.request.invoice
    if found is None:
        raise ValueError(f"{basis.request}: no invoice")
    return found


def _common(basis: Basis, invoice: Invoice) -> dict[str, Any]:
    rows = list(invoice.lines.all())
    taxed = taxed_as(invoice, rows)
    printed = lines.content_lines(rows, invoice.currency, taxed)
    return {
        "kind": DocumentKind(basis.request.kind),
        "number": basis.number,
        "issued_on": basis.issued_on,
        "languages": basis.settings.languages(language_of(invoice)),
        "currency": invoice.currency,
        "seller": parties.seller(invoice.seller, basis.settings),
        "payer": parties.payer(PayerDetails.from_json(invoice.payer)),
        "lines": printed,
        "tax_groups": lines.tax_groups(printed, taxed),
        "net": invoice.net,
        "tax": invoice.tax,
        "gross": invoice.amount,
        "due": Decimal(0),
        "order_number": invoice.order.number if invoice.order else "",
        "invoice_number": invoice.number,
    }
