"""Why a subscription cannot be begun or changed. Each is a sentence for the customer, in the active language."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


class SubscriptionError(Exception):
    message = _("This license cannot renew by itself.")

    def __str__(self) -> str:
        return str(self.message)


class CannotRenew(SubscriptionError):
    """Revoked, suspended, or another customer's."""


class RenewsAlready(SubscriptionError):
    message = _("This license renews by itself already.")


class MethodGone(SubscriptionError):
    message = _("This saved method cannot be used any more. Please choose another one.")


class TooLate(SubscriptionError):
    """It was stopped, paid, skipped or charged meanwhile."""

    message = _("This has changed meanwhile. Please look at the page again.")
