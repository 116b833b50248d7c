"""Whether a total can be paid at all, by any payment method of the shop. Calls nobody."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from storefront.billing.services import open_methods, payment_methods
from storefront.core.money import display
from storefront.gateways.errors import ConfigurationError
from storefront.gateways.payments.limits import LimitCode, LimitProblem, Limits


def problem(amount: Decimal, currency: str) -> LimitProblem | None:
    """What keeps every method from taking ``amount`` (major units); None if one takes it or nothing is to be paid.

    Of several methods the answer is that of the one that comes closest: the lowest smallest amount, the highest
    largest one. Without any method that is configured there is no limit to name.
    """
    if amount == 0:
        return None
    found = [limits.problem(amount, currency) for limits in _all()]
    problems = [each for each in found if each is not None]
    if len(problems) < len(found) or not problems:
        return None
    small = [each for each in problems if each.code is LimitCode.TOO_SMALL]
    if small:
        return min(small, key=lambda each: each.limit or Decimal(0))
    return max(problems, key=lambda each: each.limit or Decimal(0))


def takes(currency: str) -> bool:
    """Whether buyers can pay in ``currency`` at all: a method that is offered charges in it. Without any method that is
    configured nothing is known against it."""
    limits = _all()
    return not limits or any(currency in each.currencies for each in limits)


def sentence(found: LimitProblem, currency: str) -> str:
    """The problem in words for the buyer, in the active language."""
    if found.code is LimitCode.TOO_SMALL and found.limit is not None:
        return _("Totals above zero and below %(amount)s cannot be paid.") % {"amount": display(found.limit, currency)}
    if found.code is LimitCode.TOO_LARGE and found.limit is not None:
        return _("Totals above %(amount)s cannot be paid in one order. Please split it or write to us.") % {
            "amount": display(found.limit, currency)
        }
    return _("This total cannot be paid here. Please write to us.")


def _all() -> list[Limits]:
    """Of the methods that are offered for orders; of the only one even while it is stopped, as orders wait for it."""
    rows, found = [row for row in payment_methods.rows() if payment_methods.is_set_up(row.name)], []
    for row in rows if len(rows) == 1 else [row for row in rows if row.for_orders and not row.is_stopped]:
        try:
            found.append(open_methods.limits_of(row))
        except ConfigurationError:
            continue  # opening a charge says so, and logs it
    return found
