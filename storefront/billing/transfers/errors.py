"""Why a bank transfer cannot be booked or undone. Every message is safe to show to staff."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from storefront.billing.errors import BillingError


class TransferError(BillingError):
    """Base."""


class TransferBooked(TransferError):
    """The same transfer is booked already, and not as it was to be booked now."""

    message = _("This transfer is booked already. Undo that booking first if it is wrong.")


class TransferGone(TransferError):
    message = _("The bank has taken this transfer back, so it cannot be booked.")


class SharesWrong(TransferError):
    """The parts are not amounts of the currency, more than the transfer, or of invoices that do not fit."""

    message = _("The parts do not fit the transfer: look at their amounts, their sum and their currency.")


class WhoseIsIt(TransferError):
    """No invoice and no customer is named."""

    message = _("Choose an invoice or a customer for this transfer.")


class NotUndoable(TransferError):
    message = _("A refund of this money is under way, so its booking cannot be undone now.")


class NothingBooked(TransferError):
    message = _("This transfer is not booked, so there is nothing to undo.")
