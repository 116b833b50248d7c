"""What the kinds of the review list are called, in mails to staff and on the money desk."""

from __future__ import annotations

from django.utils.translation import gettext, gettext_noop

TITLES = {
    "mismatch": gettext_noop("The payment does not match the invoice"),
    "mismatch_unpaid": gettext_noop("An unpaid charge differs from ours"),
    "late_payment": gettext_noop("Money came after the order was cancelled"),
    "second_payment": gettext_noop("An invoice was paid twice"),
    "overpaid": gettext_noop("More came than an invoice asked for"),
    "other_seller": gettext_noop("Money came to us for what a payment provider sells"),
    "payment_proof": gettext_noop("A buyer sent a payment proof"),
    "partial_refund": gettext_noop("Part of a payment was refunded at the provider"),
    "refund_failed": gettext_noop("A refund did not arrive"),
    "refund_unknown": gettext_noop("Nobody knows whether a refund was made"),
    "refund": gettext_noop("A payment was refunded"),
    "paid_beyond": gettext_noop("More went back than was paid"),
    "dispute": gettext_noop("A buyer's bank disputes a payment"),
    "dispute_closed": gettext_noop("A dispute is decided"),
    "partly_lost": gettext_noop("One of an invoice's payments was lost in a dispute"),
    "reverted": gettext_noop("The provider withdrew the success of a charge"),
    "unknown_charge": gettext_noop("The provider took money for a charge we do not know"),
    "unreadable_charge": gettext_noop("A provider says of a payment what cannot be read"),
    "missing_charge": gettext_noop("The provider does not list a payment of ours"),
    "difference": gettext_noop("The provider and we differ about a payment"),
    "day_differs": gettext_noop("The sums of a day differ from the provider's"),
    "movement_not_booked": gettext_noop("A movement at the provider cannot be booked"),
    "unknown_to_provider": gettext_noop("The provider does not know a charge it once gave us"),
    "cannot_charge": gettext_noop("An order cannot be charged"),
    "setup": gettext_noop("A payment method is not set up correctly"),
    "free_taken_back": gettext_noop("Licenses of a free order were taken back"),
    "vat_id_invalid": gettext_noop("A VAT ID turned out to be invalid"),
    "vat_id_unconfirmed": gettext_noop("Nobody confirmed a VAT ID"),
    "location_conflict": gettext_noop("A buyer's country is not certain"),
    "tax_rate_missing": gettext_noop("A tax rate is missing"),
    "mail_bounced": gettext_noop("Mails to an address come back"),
    "wrong_documents": gettext_noop("Documents of a payment that was booked by mistake"),
    "act_due": gettext_noop("An act is due"),
    "document_failed": gettext_noop("A document cannot be issued"),
    "wrong_mode": gettext_noop("A message from the provider's other mode"),
}


def title(kind: str) -> str:
    """In the active language; an unknown kind is named by its code."""
    known = TITLES.get(kind)
    return gettext(known) if known else kind.replace("_", " ").capitalize()
