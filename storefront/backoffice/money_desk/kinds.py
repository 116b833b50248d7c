"""How staff read billing's review items: a title, advice and what can be done here, for each kind."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from storefront.billing.review_titles import title

#: What can be done about a matter beside closing it.
REFUND, BOOK, ASK = "refund", "book", "ask"


class ReviewText(NamedTuple):
    """``advice``: what usually puts it right, in a sentence. ``acts``: what the desk offers for it."""

    advice: Any
    acts: frozenset[str] = frozenset()


_ANY = _("Settle it at the provider or with the customer, then note here what was done.")
_AGREE = _("Refund it, or agree with the customer what it is for and book it to that invoice.")
_KEPT = frozenset({REFUND, BOOK, ASK})
_ASKED = frozenset({ASK})
_COMPARE = _("Compare both sides at the provider, and correct the one that is wrong.")

KINDS = {
    "mismatch": ReviewText(
        _(
            "First put the money right at the provider (refund it, or agree with the customer). After that "
            "the buyer of an open order can pay again."
        ),
        _KEPT,
    ),
    "mismatch_unpaid": ReviewText(
        _("No money has come yet. Closing this entry closes the charge at the provider, and the buyer can pay again."),
    ),
    "late_payment": ReviewText(_AGREE, _KEPT),
    "second_payment": ReviewText(_AGREE, _KEPT),
    "overpaid": ReviewText(_AGREE, _KEPT),
    "other_seller": ReviewText(
        _("Refund it, or have the buyer choose bank transfer on the payment page, and book it to the new invoice."),
        _KEPT,
    ),
    "payment_proof": ReviewText(
        _("Open Bank transfers, Payment proofs: confirm the transfer, give the license for now, or refuse the file.")
    ),
    "partial_refund": ReviewText(
        _("It names no lines, so licenses stay as they are. Refund lines here, or revoke the license, to end them."),
        frozenset({REFUND, ASK}),
    ),
    "refund_failed": ReviewText(_("The money is back at the provider: refund it anew."), frozenset({REFUND, ASK})),
    "refund_unknown": ReviewText(
        _(
            "Look for it at the provider. If it is there, let our key read refunds, and it is booked automatically. "
            "Closing this entry means that it was not made: its amount can be refunded again."
        ),
    ),
    "refund": ReviewText(_("Check that license and invoice are as agreed with the customer."), _ASKED),
    "paid_beyond": ReviewText(
        _("Ask the customer to pay it back. Until they do, their personal account is below zero by it."),
    ),
    "dispute": ReviewText(_("Answer at the provider before its deadline."), _ASKED),
    "dispute_closed": ReviewText(_("Read what it means for money and licenses; then it is closed.")),
    "partly_lost": ReviewText(
        _("Agree with the customer: they pay the missing part, or the rest is refunded. Set the license accordingly."),
        frozenset({REFUND}),
    ),
    "vat_id_invalid": ReviewText(
        _(
            "Ask the customer for a valid VAT ID. Without one the tax is owed: refund the purchase and invoice it "
            "anew, or pay it yourself and declare it. Note here what was done."
        ),
        frozenset({REFUND, ASK}),
    ),
    "vat_id_unconfirmed": ReviewText(
        _(
            "Check the VAT ID by hand (VIES, or the country's register) and note the proof here. Else treat it as "
            "invalid."
        ),
        frozenset({REFUND, ASK}),
    ),
    "location_conflict": ReviewText(
        _(
            "Ask the customer where they live and note what shows it. If it is another country, refund and invoice "
            "anew."
        ),
        frozenset({REFUND, ASK}),
    ),
    "tax_rate_missing": ReviewText(
        _("Add the rate under Shop, Tax rates, then close this entry. Buyers there can order again at once."),
    ),
    "reverted": ReviewText(
        _("Nothing was undone automatically: ask the provider, then decide about the order."),
        _ASKED,
    ),
    "unknown_charge": ReviewText(_COMPARE),
    "unreadable_charge": ReviewText(_COMPARE, _ASKED),
    "missing_charge": ReviewText(_COMPARE, _ASKED),
    "difference": ReviewText(_COMPARE, _ASKED),
    "day_differs": ReviewText(
        _("Open the day: each difference is listed and linked. What is booked late mends its day by itself."),
    ),
    "movement_not_booked": ReviewText(
        _("Compare it with the provider's own list and tell whoever runs the shop. It is tried again every night."),
    ),
    "unknown_to_provider": ReviewText(_("Check whether the keys were changed."), _ASKED),
    "cannot_charge": ReviewText(
        _(
            "The customer cannot pay it on the shop's pages. Look for the reason in the provider's log, write"
            " to the customer, or cancel the order. Closing this entry lets the customer try again."
        ),
    ),
    "setup": ReviewText(
        _("Put it right at the provider. What waits for it then continues automatically."),
    ),
    "free_taken_back": ReviewText(_("Noted for the record; no money is to be moved.")),
    "mail_bounced": ReviewText(
        _(
            "Nothing is sent there any more, as the customer's account says. Correct the address with them. "
            "Closing this entry means that the address works: mails are sent there again."
        ),
    ),
    "wrong_documents": ReviewText(
        _("Ask the customer for these documents back, then close this entry."),
    ),
    "act_due": ReviewText(
        _("Open Documents, Acts: have it issued, or print, sign and post it. Then close this entry."),
    ),
    "document_failed": ReviewText(
        _("Put right what it says, have the document issued under Documents that wait, then close this entry."),
    ),
    "wrong_mode": ReviewText(
        _("Test and live mode are mixed up: check the keys and the webhook."),
    ),
}


class Described(NamedTuple):
    title: str
    advice: Any
    acts: frozenset[str]


def describe(kind: str) -> Described:
    """Title, advice and acts of a kind."""
    text = KINDS.get(kind) or ReviewText(_ANY)
    return Described(title(kind), text.advice, text.acts)
