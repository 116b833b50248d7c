"""The words in which gateways speak: states, reasons, abilities, kinds of messages."""

from __future__ import annotations

from enum import StrEnum


class RemoteState(StrEnum):
    """State of a charge at the provider, in our words."""

    OPEN = "open"  # the pay page can still be used
    APPROVED = "approved"  # the buyer has agreed; the money is ours once we take it (``capture``)
    WAITING = "waiting"  # the buyer has been told how to pay elsewhere, and must still do so
    PROCESSING = "processing"  # the buyer has finished, the money is not certain yet
    SUCCEEDED = "succeeded"  # the money is ours
    FAILED = "failed"  # definitely not paid, and this attempt never will be
    EXPIRED = "expired"  # the pay page closed unused


class DeclineReason(StrEnum):
    """Why an attempt was refused, as far as a buyer may be told. What hints at fraud is DECLINED like all else."""

    FUNDS = "funds"  # not enough money
    LIMIT = "limit"  # a limit of the card is reached
    EXPIRED = "expired"
    DETAILS = "details"  # number, expiry, security code or address were mistyped
    AUTHENTICATION = "authentication"  # the buyer did not confirm to their bank that it is them
    NOT_SUPPORTED = "not_supported"  # this card cannot buy this, here or in this currency
    LAPSED = "lapsed"  # the time to pay, or to confirm, ran out
    TRY_AGAIN = "try_again"  # the bank or the provider could not be asked
    REFUSED_THERE = "refused_there"  # what the buyer chose at the provider; something else can be chosen there
    DECLINED = "declined"  # refused, without a reason that may be told


class PendingReason(StrEnum):
    """Why money that the buyer has sent is not certain yet, as far as the provider tells."""

    BANK = "bank"  # it comes from a bank account, which takes days
    REVIEW = "review"  # the provider checks the payment
    SELLER = "seller"  # the seller must do something in their account there


class RefusalClass(StrEnum):
    """What the shop does when a saved method was refused. An unknown code is LATER: within the ceiling, and logged."""

    BUYER_NEEDED = "buyer_needed"  # the bank wants the buyer to confirm: a pay link, no other try
    METHOD_DEAD = "method_dead"  # this method will not pay again: another one is asked for
    MANDATE_ENDED = "mandate_ended"  # the buyer withdrew their permission at the bank or the provider: never again
    LATER = "later"  # no money, a limit, a vague no: another try some days later
    SOON = "soon"  # nobody could be asked: another try some hours later
    OURS = "ours"  # something on our side, or suspected fraud: no other try, staff are told


class Feature(StrEnum):
    """What a gateway may be able to do beyond taking a payment."""

    CAPTURE = "capture"  # the buyer agrees first, the money is taken in a second step (``capture``)
    REFUND = "refund"  # gives money back at our request
    SAVED_METHOD = "saved_method"  # saves what a buyer pays with, and charges it again without them
    METHOD_SETUP = "method_setup"  # saves a method also without a payment (``start_setup``)
    UPDATES_METHODS = "updates_methods"  # tells when a saved method was changed or ended elsewhere
    INVOICE_BY_MAIL = "invoice_by_mail"  # sends its own invoice to the buyer


class EventKind(StrEnum):
    """What a provider's message hints at. Always a hint: the state is re-fetched."""

    PAYMENT_CHANGED = "payment_changed"
    REFUND_CHANGED = "refund_changed"
    DISPUTE_CHANGED = "dispute_changed"
    METHOD_CHANGED = "method_changed"  # a saved method: made, changed, ended
    SETUP_CHANGED = "setup_changed"  # a page where a method is saved without a payment
    IGNORED = "ignored"
