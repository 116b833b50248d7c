"""What the order will do to licenses: said, and where there is a choice asked, beside the Bitrix24 address.

That a portal is licensed already is said only after its full address was typed, and the number of addresses a visitor
may try is limited. Neither holder nor license type nor date is named.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from django.http import HttpRequest
from django.utils.translation import gettext as _

from checkout.cart.cart import Cart
from checkout.orders import order_lines
from storefront.billing.tax import TaxDecision
from storefront.core import throttle
from storefront.licensing import effects
from storefront.licensing.effects import Effect
from storefront.users.models import User

#: Form fields: the choice for unused time of another type, and the portal that the buyer knows is licensed already.
CHANGE, WAITS = "license-change", "license-waits"
_LOOKED_AT = "checkout_looked_at"


@dataclass(frozen=True, slots=True)
class LineEffect:
    """What a line does; or the question for all lines that its answer changes: ``choices`` are value, text and whether
    it is chosen."""

    title: str
    text: str
    choices: list[tuple[str, str, bool]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Effects:
    """``waits_for``: the portal that is licensed already, "" if it is not; ``is_answered``: nothing is left to ask."""

    lines: list[LineEffect]
    waits_for: str = ""
    change: str = ""
    is_answered: bool = True

    @property
    def problem(self) -> str:
        """What the buyer must do before the order can be placed, "" if nothing."""
        if self.is_answered:
            return ""
        if any(line.choices for line in self.lines) and not self.change:
            return _("Please choose what happens with the license that this Bitrix24 has.")
        return _("This Bitrix24 is licensed already. Please read what that means, then press 'Checkout' again.")


def change_in(request: HttpRequest) -> str:
    """The posted choice for unused time of another type; "" if there is none."""
    posted = request.POST.get(CHANGE, "")
    return posted if posted in (effects.NOW, effects.LATER) else ""


def of(request: HttpRequest, cart: Cart, customer: User | None, host: str, decision: TaxDecision) -> Effects:
    """What each line of the cart would do for the portal at ``host``, given the posted answers. ``decision``: about the
    payer's tax, without which unused time is valued."""
    change = change_in(request)
    seen_host = host if host and _may_look(request, host) else ""

    def effects_if(choice: str) -> list[Effect]:
        ordered = order_lines.ordered(cart, seen_host, decision, choice)
        return effects.effects_of(ordered, customer=customer, currency=cart.currency)

    titles = [line.plan_price.description for line in cart.on_sale if line.plan_price is not None]
    chosen = effects_if(change)
    lines = _with_question(titles, effects_if, change) or [
        LineEffect(title, effect.text) for title, effect in zip(titles, chosen, strict=True)
    ]
    waits_for = host if any(effect.code == effects.SCHEDULED for effect in chosen) else ""
    is_asked = any(line.choices for line in lines)
    is_answered = (bool(change) or not is_asked) and request.POST.get(WAITS, "") == waits_for
    return Effects(lines, waits_for, change, is_answered)


def _with_question(titles: list[str], effects_if: Callable[[str], list[Effect]], change: str) -> list[LineEffect]:
    """The lines, with one question in place of the first line that its answer changes; [] if nothing is to be asked.

    What a line does depends on the lines before it, so each answer is worked out for the whole order.
    """
    if not any(len(effect.choices) > 1 for effect in effects_if("")):
        return []
    texts = {choice: [effect.text for effect in effects_if(choice)] for choice in (effects.NOW, effects.LATER)}
    differing = [number for number in range(len(titles)) if texts[effects.NOW][number] != texts[effects.LATER][number]]
    question = LineEffect(
        " + ".join(dict.fromkeys(titles[number] for number in differing)),
        "",
        [(choice, " ".join(own[number] for number in differing), choice == change) for choice, own in texts.items()],
    )
    lines = {n: LineEffect(titles[n], texts[effects.LATER][n]) for n in range(len(titles)) if n not in differing}
    lines[differing[0]] = question
    return [lines[number] for number in sorted(lines)]


def _may_look(request: HttpRequest, host: str) -> bool:
    if request.session.get(_LOOKED_AT) == host:
        return True
    try:
        throttle.hit("checkout-portal", request)
    except throttle.Throttled:
        return False
    request.session[_LOOKED_AT] = host
    return True
