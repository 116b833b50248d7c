"""A document in the terms of EN 16931 (BT: a value, BG: a group of them), from which the library writes XML.

https://docs.peppol.eu/poacc/billing/3.0/syntax/ubl-invoice/tree/ shows the terms with their rules.
"""

from __future__ import annotations

from collections.abc import Iterator

from storefront.billing.documents.content import Content, DocumentKind, Party, TaxCategory, TaxGroup
from storefront.billing.documents.einvoice.lines import line_terms
from storefront.billing.documents.einvoice.terms import Terms, clean, figure
from storefront.core import money

#: UNTDID 1001: https://service.unece.org/trade/untdid/d16b/tred/tred1001.htm
INVOICE, CREDIT_NOTE, DEBIT_NOTE, CORRECTED_INVOICE, PREPAYMENT_INVOICE = "380", "381", "383", "384", "386"
TYPES = {
    DocumentKind.INVOICE: INVOICE,
    DocumentKind.ADVANCE_INVOICE: PREPAYMENT_INVOICE,
    DocumentKind.CREDIT_NOTE: CREDIT_NOTE,
    DocumentKind.DEBIT_NOTE: DEBIT_NOTE,
}
#: UNTDID 4461: https://service.unece.org/trade/untdid/d16b/tred/tred4461.htm
NOT_DEFINED, CREDIT_TRANSFER, CARD, SEPA_TRANSFER, ONLINE, CLEARING = "1", "30", "48", "58", "68", "97"
#: Electronic mail, in the list of schemes of electronic addresses (EAS).
BY_MAIL = "EM"
ADDRESS_LINES = ("addr_l1", "addr_l2", "addr_l3")


def type_code(content: Content) -> str:
    """BT-3. Raises KeyError for a kind that is no e-invoice."""
    code = TYPES[content.kind]
    return CORRECTED_INVOICE if code == INVOICE and content.corrects else code


def terms(content: Content) -> Terms:
    """All terms of a document whose sums are right."""
    found: Terms = {
        "BT-1": content.number,
        "BT-2": content.issued_on,
        "BT-3": type_code(content),
        "BT-5": content.currency,
        "BT-72": content.supplied_on or content.issued_on,
        "BG-4": _party(content.seller),
        "BG-7": _party(content.payer),
        "BG-23": [_tax_group(group, content.currency) for group in content.tax_groups],
        "BG-25": [line_terms(line, content.currency) for line in content.lines],
    }
    found |= _totals(content) | _payment(content)
    if home := content.home_tax:
        found |= {"BT-6": home.currency, "BT-111": money.plain(home.tax, home.currency)}
    if content.due_on:
        found["BT-9"] = content.due_on
    if content.order_number:
        found["BT-14"] = clean(content.order_number)
    if content.corrects:
        number, day = content.corrects
        found["BG-3"] = [{"BT-25": number, "BT-26": day}]
    if notes := [clean(note) for note in (content.reason, *content.notes) if clean(note)]:
        found["BG-1"] = [{"BT-22": note} for note in notes]
    return found


def _totals(content: Content) -> Terms:
    amounts = {
        "BT-106": content.net,
        "BT-109": content.net,
        "BT-110": content.tax,
        "BT-112": content.gross,
        "BT-115": content.due,
    }
    if content.paid:
        amounts["BT-113"] = content.paid
    return {term: money.plain(amount, content.currency) for term, amount in amounts.items()}


def _tax_group(group: TaxGroup, currency: str) -> Terms:
    terms = {
        "BT-116": money.plain(group.net, currency),
        "BT-117": money.plain(group.tax, currency),
        "BT-118": group.category.value,
    }
    if group.category != TaxCategory.OUT_OF_SCOPE:
        terms["BT-119"] = figure(group.rate)
    if group.reason:
        terms["BT-120"] = clean(group.reason)
    if group.reason_code:
        terms["BT-121"] = group.reason_code
    return terms


def _party(party: Party) -> Terms:
    values = {
        "name": party.name,
        "vat_identifier": party.vat_id,
        "legal_identifier": party.registration_number,
        "tax_identifier": party.tax_number,
        "postcode": party.postcode,
        "city": party.city,
        "country_code": party.country,
        "einvoicing_addr": party.email,
    }
    # Name and country are left to the rules, which say that they are missing.
    terms: Terms = {name: clean(value) for name, value in values.items() if clean(value) or name == "name"}
    if "einvoicing_addr" in terms:
        terms["einvoicing_addr_schemeid"] = BY_MAIL
    terms |= dict(_address(party.address))
    contact = {"name": party.contact, "phone": party.phone, "email": party.email if party.contact else ""}
    if contact := {name: clean(value) for name, value in contact.items() if clean(value)}:
        terms["contacts"] = [contact]
    return terms


def _address(lines: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Three lines at most, the last of which holds the rest."""
    found = [clean(line) for line in lines if clean(line)]
    found[2:] = [", ".join(found[2:])] if found[2:] else []
    return zip(ADDRESS_LINES, found, strict=False)


def _payment(content: Content) -> Terms:
    """How it was or is to be paid (BG-16). An account is named where money is sent to it."""
    code = {"card": CARD, "online": ONLINE, "account": CLEARING}.get(content.payment_method, "")
    terms: Terms = {"BT-83": clean(content.payment_reference or content.number)}
    if content.payment_method in ("transfer", ""):
        if content.seller.iban:
            code = SEPA_TRANSFER if content.currency == "EUR" else CREDIT_TRANSFER
            terms["BT-84"] = content.seller.iban.replace(" ", "")
            if content.seller.bic:
                terms["BT-86"] = content.seller.bic
        elif content.payment_method:
            code = NOT_DEFINED
    return terms | {"BT-81": code} if code else terms
