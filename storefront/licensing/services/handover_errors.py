"""Why a license cannot be handed over. Every message is safe to show."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


class HandoverError(Exception):
    """Base. ``str()`` is a sentence in the active language."""

    message = _("This license cannot be handed over.")

    def __str__(self) -> str:
        return str(self.message)


class NotTheirs(HandoverError):
    """Of another holder, or revoked."""


class OwnAddress(HandoverError):
    message = _("This is your own address. Enter the one of the new holder.")


class CannotReceive(HandoverError):
    message = _("The account with this e-mail cannot hold licenses. Enter another address.")


class MailsComeBack(HandoverError):
    message = _("Mails to this address come back. Please check it, or enter another.")


class AlreadyOffered(HandoverError):
    message = _("The license is offered to somebody already. Withdraw that first.")


class OfferOver(HandoverError):
    """Answered, withdrawn or expired."""

    message = _("This offer is over: it was answered or withdrawn, or nobody answered it in time.")
