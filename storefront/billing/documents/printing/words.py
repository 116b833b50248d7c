"""What stands on documents beside their data. Titles and labels of a kind that a style words otherwise are under the
style's name."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from storefront.billing.documents.content import DocumentKind
from storefront.billing.documents.models import DocumentStyle

TITLES: Mapping[str, str | Promise] = {
    DocumentKind.INVOICE: pgettext_lazy("title", "Invoice"),
    DocumentKind.ADVANCE_INVOICE: pgettext_lazy("title", "Advance payment invoice"),
    DocumentKind.RECEIPT: pgettext_lazy("title", "Payment receipt"),
    DocumentKind.ACT: pgettext_lazy("title", "Act of transfer of rights"),
    DocumentKind.CREDIT_NOTE: pgettext_lazy("title", "Credit note"),
    DocumentKind.DEBIT_NOTE: pgettext_lazy("title", "Debit note"),
    DocumentKind.RECONCILIATION: pgettext_lazy("title", "Reconciliation statement"),
    DocumentKind.CONTRACT: pgettext_lazy("title", "License agreement"),
}
NUMBER = _("No. %(number)s")
SELLER, PAYER = pgettext_lazy("on a document", "Seller"), pgettext_lazy("on a document", "Buyer")
#: Roles of the parties in an act.
TRANSFERS, ACCEPTS = pgettext_lazy("in an act", "Transferred by"), pgettext_lazy("in an act", "Accepted by")
DATE, DUE, SUPPLIED = _("Date"), _("Pay by"), _("Date of supply")
RIGHTS_PASSED = _("Rights transferred")
ORDER, INVOICE, METHOD, REFERENCE = _("Order"), _("Invoice"), _("Paid by"), _("Payment reference")
CORRECTS, CORRECTS_NOTE, REASON = _("To invoice"), _("To credit note"), _("Reason")
METHODS: Mapping[str, str | Promise] = {
    "card": _("Card"),
    "online": _("Online payment"),
    "transfer": _("Bank transfer"),
    "account": _("Personal account"),
}
DESCRIPTION, QUANTITY = _("Description"), pgettext_lazy("on a document", "Qty")
PRICE, DISCOUNT, NET = _("Price"), _("Discount"), _("Without VAT")
RATE, TAX, AMOUNT = _("VAT, %"), pgettext_lazy("on a document", "VAT"), _("Amount")
TOTAL_NET, TOTAL_TAX = _("Total without VAT"), _("VAT %(rate)s%%")
HOME_TAX = _("VAT in %(home)s (1 %(currency)s = %(rate)s %(home)s, %(source)s, %(day)s)")
TOTAL, PAID, TO_PAY = _("Total"), pgettext_lazy("on a document", "Paid"), _("Amount due")
CREDITED, DEBITED, RECEIVED = _("Amount credited"), _("Amount charged again"), _("Amount received")
ITEMS = _("Items: %(count)s, for a total of %(total)s")
BANK, BANK_CODE, ACCOUNT = _("Bank of the recipient"), _("BIC"), pgettext_lazy("at a bank", "Account")
CORRESPONDENT, RECIPIENT = _("Correspondent account"), pgettext_lazy("of money", "Recipient")
BENEFICIARY_CODE, PAYMENT_CODE = _("Beneficiary code"), _("Payment code")
PAY_TO, NAME_NUMBER = _("Bank details"), _("Please state the number %(number)s in the payment.")
PLACE_OF_SEAL = pgettext_lazy("place of the seal", "L.S.")
DIRECTOR, ACCOUNTANT = _("Director"), _("Chief accountant")

#: Said above and below the lines of an act.
ACT_BEGIN = _(
    "The seller has transferred to the buyer, and the buyer has accepted, the rights to use (non-exclusive license) "
    "the programs named below, within the terms of the license agreement accepted with the order."
)
ACT_END = _("The rights were transferred in full and in time. The buyer has no claims about volume, quality or terms.")
PREPAID = _("This document confirms a payment in advance. It is kept on the personal account.")
RECEIPT_SAYS = _("This receipt confirms that the payment has been received in full.")

PERIOD = _("For the period from %(first)s to %(last)s")
STATEMENT_SAYS = _("We, the undersigned, have reconciled our mutual settlements. Their state is as follows:")
BY_PARTY = _("According to %(name)s, %(currency)s")
ENTRY = pgettext_lazy("in a statement", "Document")
DEBIT, CREDIT = pgettext_lazy("in a statement", "Debit"), pgettext_lazy("in a statement", "Credit")
OPENING, TURNOVER, CLOSING = _("Opening balance"), _("Turnover for the period"), _("Closing balance")
OWES = _("As of %(day)s, %(debtor)s owes %(creditor)s %(amount)s (%(words)s).")
NOTHING_OWED = _("As of %(day)s, neither party owes the other anything.")

EVIDENCE = _("Evidence of acceptance")
AGREEMENT, VERSION, TEXT_HASH = _("Agreement"), _("Version"), _("SHA-256 of the text")
ACCEPTED_AT, ACCEPTED_BY, FROM_ADDRESS = _("Accepted at"), _("Accepted by (e-mail)"), _("IP address")
CONTRACT_SAYS = _(
    "The buyer accepted the agreement below electronically when the order was placed. It is binding without "
    "signatures on paper."
)

_CIS_TITLES: Mapping[str, str | Promise] = {DocumentKind.INVOICE: pgettext_lazy("title", "Invoice for payment")}


def title(kind: str, style: str) -> str | Promise:
    if style == DocumentStyle.CIS and kind in _CIS_TITLES:
        return _CIS_TITLES[kind]
    return TITLES[kind]
