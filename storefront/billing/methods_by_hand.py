"""Payment methods without a provider: the buyer is told how to pay, and a person or a statement says that they did."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from storefront.gateways.payments.limits import Limits

if TYPE_CHECKING:
    from storefront.billing.models import Invoice


class MethodByHand(ABC):
    """One of settings.PAYMENT_METHODS_BY_HAND, whose value is the dotted path of an instance."""

    #: what it is called, in the active language
    verbose_name: str | Promise
    #: the part of the pay page that tells the buyer how to pay; it gets ``invoice`` and what ``context`` returns
    template_name: str

    @abstractmethod
    def limits(self) -> Limits:
        """What it takes; at most one query. Raises ConfigurationError, with words for staff, until it is set up."""

    def takes(self, invoice: Invoice) -> bool:
        """Whether this invoice can be paid by it, where its amount is within the limits."""
        return True

    def context(self, invoice: Invoice) -> Mapping[str, Any]:
        """For the template."""
        return {}

    def choose(self, invoice: Invoice) -> None:  # noqa: B027  (may do nothing)
        """Note that the buyer means to pay by it; in a transaction, the invoice is locked."""

    def is_chosen(self, invoice: Invoice) -> bool:
        """Whether the buyer has meant to pay by it before: then the pay page tells them how at once."""
        return False


def names() -> tuple[str, ...]:
    """In the order of the settings."""
    return tuple(settings.PAYMENT_METHODS_BY_HAND)


def get(name: str) -> MethodByHand:
    """The method of that name, one of ``names``."""
    found: MethodByHand = import_string(settings.PAYMENT_METHODS_BY_HAND[name])
    return found
