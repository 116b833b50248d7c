"""Why a file or a line is not taken. Every message is safe to show to staff."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from storefront.billing.errors import BillingError


class StatementRefused(BillingError):
    """Base."""


class AlreadyImported(StatementRefused):
    message = _("This file was imported before. Nothing of it was taken again.")


class FileTooLarge(StatementRefused):
    message = _("The file is too large: statements of up to 25 MB are read.")


class AlreadyDecided(StatementRefused):
    message = _("Somebody has decided about this line meanwhile.")


class NothingProposed(StatementRefused):
    message = _("What was proposed for this line no longer fits. Look at it again.")


class NotAPayment(StatementRefused):
    message = _("This line brought no money, so it cannot be booked to an invoice.")
