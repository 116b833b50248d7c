"""What the order will do to licenses, told and asked beside the Bitrix24 address.

Whether somebody else's license has a portal is told only to whoever typed the whole address, and how many addresses a
visitor may try is limited. What is told names neither a person nor a type or date.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.utils.translation import gettext as _

from checkout.cart.cart import Cart
from checkout.orders import order_lines
from storefront.core import throttle
from storefront.licensing import effects
from storefront.licensing.effects import Effect
from storefront.users.models import User

#: Fields of the form: the choice for unused time of another type, and the portal that the buyer knows is taken.
CHANGE, WAITS = "license-change", "license-waits"
_LOOKED_AT = "checkout_looked_at"


@dataclass(frozen=True, slots=True)
class LineEffect:
    """What a line does, in words; or what the buyer has to choose, for all lines that the choice changes:
    ``choices`` are value, words, and whether it is the one chosen."""

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
    seen_host = host if host and _may_look(request, host) else ""

    def told(choice: str) -> list[Effect]:
        ordered = order_lines.ordered(cart, seen_host, choice)
        return effects.effects_of(ordered, customer=customer, currency=cart.currency)

    titles = [line.plan_price.description for line in cart.on_sale if line.plan_price is not None]
    found = told(change)
    lines = _asked(titles, told, change) or [
        LineEffect(title, effect.text) for title, effect in zip(titles, found, strict=True)
    ]
    waits_for = host if any(effect.code == effects.SCHEDULED for effect in found) else ""
    is_asked = any(line.choices for line in lines)
    is_answered = (bool(change) or not is_asked) and request.POST.get(WAITS, "") == waits_for
    return Effects(lines, waits_for, change, is_answered)


def _asked(titles: list[str], told: Callable[[str], list[Effect]], change: str) -> list[LineEffect]:
    """All lines with one question for those that the choice changes, in the place of the first; [] if nothing is to
    be asked. What one line does depends on what those before it have done, so each answer is told as a whole."""
    if not any(len(effect.choices) > 1 for effect in told("")):
        return []
    answers = {choice: told(choice) for choice in (effects.NOW, effects.LATER)}
    texts = {choice: [effect.text for effect in found] for choice, found in answers.items()}
    differing = [number for number in range(len(titles)) if len({own[number] for own in texts.values()}) > 1]
    asked = LineEffect(
        " + ".join(dict.fromkeys(titles[number] for number in differing)),
        "",
        [(choice, " ".join(own[number] for number in differing), choice == change) for choice, own in texts.items()],
    )
    rest = {n: LineEffect(titles[n], texts[effects.LATER][n]) for n in range(len(titles)) if n not in differing}
    return [each for _number, each in sorted([(differing[0], asked), *rest.items()], key=lambda pair: pair[0])]


def _may_look(request: HttpRequest, host: str) -> bool:
    if request.session.get(_LOOKED_AT) == host:
        return True
    try:
        throttle.hit("checkout-portal", request)
    except throttle.Throttled:
        return False
    request.session[_LOOKED_AT] = host
    return True
