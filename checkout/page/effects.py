"""What the order will do to licenses, told and asked beside the Bitrix24 address.

Whether somebody else's license has a portal is told only to whoever typed the whole address, and how many addresses a
visitor may try is limited. What is told names neither a person nor a type or date.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import HttpRequest
from django.utils.translation import gettext as _

from checkout.cart.loading import Cart
from checkout.services import snapshots
from storefront.core import throttle
from storefront.licensing import effects
from storefront.users.models import User

#: Fields of the form: the choice for unused time of another type, and the portal that the buyer knows is taken.
CHANGE, WAITS = "license-change", "license-waits"
_LOOKED_AT = "checkout_looked_at"


@dataclass(frozen=True, slots=True)
class LineEffect:
    """What one line does, in words; ``choices``: value, words, and whether it is the one chosen."""

    title: str
    text: str
    choices: list[tuple[str, str, bool]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Effects:
    """``waits_for``: the portal that another license has, "" if none; ``is_answered``: nothing is left to ask."""

    lines: list[LineEffect]
    waits_for: str = ""
    change: str = ""
    is_answered: bool = True

    @property
    def problem(self) -> str:
        """What the buyer has to do before the order is placed, "" if nothing."""
        if self.is_answered:
            return ""
        if any(line.choices for line in self.lines) and not self.change:
            return _("Please choose what happens with the license that this Bitrix24 has.")
        return _("This Bitrix24 is licensed already. Please read what that means, then press 'Checkout' again.")


def change_in(request: HttpRequest) -> str:
    """The posted choice for unused time of another type; "" if there is none."""
    posted = request.POST.get(CHANGE, "")
    return posted if posted in (effects.NOW, effects.LATER) else ""


def of(request: HttpRequest, cart: Cart, customer: User | None, host: str) -> Effects:
    """What every line of the cart would do for the portal at ``host``, with the answers that were posted."""
    change = change_in(request)
    may_look = bool(host) and _may_look(request, host)
    lines, is_asked, waits = [], False, False
    for line in cart.on_sale:
        if line.term is None:
            continue
        grant = snapshots.license_terms(line, cart, host if may_look else "", change)
        effect = effects.effect_of(grant, customer=customer, currency=cart.currency, quantity=line.quantity)
        waits |= effect.code == effects.SCHEDULED
        choices = [(value, text, value == change) for value, text in effect.choices]
        is_asked |= len(choices) > 1
        lines.append(LineEffect(line.term.description, effect.text, choices if len(choices) > 1 else []))
    waits_for = host if waits else ""
    is_answered = (bool(change) or not is_asked) and request.POST.get(WAITS, "") == waits_for
    return Effects(lines, waits_for, change, is_answered)


def _may_look(request: HttpRequest, host: str) -> bool:
    if request.session.get(_LOOKED_AT) == host:
        return True
    try:
        throttle.hit("checkout-portal", request)
    except throttle.Throttled:
        return False
    request.session[_LOOKED_AT] = host
    return True
