"""What the public reads of the payment methods that are offered: the seller's words, else the shop's own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from storefront.billing import gateway_registry, methods_by_hand
from storefront.billing.models import PaymentMethod
from storefront.billing.services import open_methods, payment_methods
from storefront.billing.services.open_methods import OpenMethod
from storefront.billing.tax.territories import EU
from storefront.core import countries
from storefront.core.money import display


@dataclass(frozen=True, slots=True)
class PublicMethod:
    """One method in the active language. ``conditions``: who may pay what by it, a sentence each; ``answers``: pairs of
    a question and its answer in plain text, which may have several lines."""

    name: str
    title: str
    help_text: str
    marks: Sequence[str]
    drawing: str
    conditions: Sequence[str]
    answers: Sequence[tuple[str, str]]


class PaymentWays(NamedTuple):
    """How buyers can pay, for one line: ``titles``; the same ``with_marks`` that say more than they do, as in
    "Bank card (Visa, Apple Pay)". ``leads_elsewhere``: to the page of a provider, by one of them at least."""

    titles: tuple[str, ...] = ()
    with_marks: tuple[str, ...] = ()
    leads_elsewhere: bool = False


def offered() -> list[PaymentMethod]:
    """In the seller's order; two queries, and nobody outside is asked."""
    return [row for row in payment_methods.rows() if not row.is_stopped and payment_methods.is_set_up(row.name)]


def all_offered() -> list[PublicMethod]:
    """Each of ``offered`` in words. The number of queries does not depend on that of the methods."""
    return [_public(row) for row in offered()]


def is_open_to_consumers_in_eu(methods: Iterable[PaymentMethod]) -> bool:
    """Whether a person in a member state may buy here at all: then the law of consumers there applies."""
    return any(
        row.for_persons and row.for_orders and (not row.countries or EU & {*row.countries.split()}) for row in methods
    )


def ways_of(methods: Iterable[OpenMethod]) -> PaymentWays:
    """Of two methods of one title the first is named."""
    named: dict[str, OpenMethod] = {}
    for each in methods:
        named.setdefault(each.title, each)
    with_marks = tuple(_with_marks(each) for each in named.values())
    return PaymentWays(tuple(named), with_marks, any(not each.is_by_hand for each in named.values()))


def ways_of_rows(methods: Iterable[PaymentMethod]) -> PaymentWays:
    """As ``ways_of``, of methods that no invoice was compared with."""
    return ways_of(map(open_methods.shown, methods))


def _with_marks(method: OpenMethod) -> str:
    marks = [mark for mark in method.marks if mark not in method.title]
    return f"{method.title} ({', '.join(marks)})" if marks else method.title


def _public(row: PaymentMethod) -> PublicMethod:
    shown = open_methods.shown(row)
    is_by_hand = row.name in methods_by_hand.names()
    own = _words_by_hand() if is_by_hand else _words_of(gateway_registry.company(row.name))
    questions = {
        "how": _("How does it work?"),
        "duration": _("How long does it take?"),
        "data_use": _("What data goes to whom?"),
        "license_text": _("How do I get the license?"),
        "refund_text": _("How do I ask for a refund?"),
    }
    return PublicMethod(
        name=row.name,
        title=shown.title,
        help_text=shown.help_text,
        marks=shown.marks,
        drawing=shown.drawing,
        conditions=_conditions(row),
        answers=[(question, row.text(name) or own[name]) for name, question in questions.items()],
    )


def _conditions(row: PaymentMethod) -> list[str]:
    found = []
    if not row.for_persons:
        found.append(_("For companies."))
    if not row.for_companies:
        found.append(_("For persons."))
    if row.countries:
        places = ", ".join(sorted(countries.name(code) for code in row.countries.split()))
        found.append(_("For payers from: %(places)s.") % {"places": places})
    if row.currencies:
        found.append(_("In: %(currencies)s.") % {"currencies": ", ".join(row.currencies.split())})
    if row.smallest:
        found.append(_("From: %(amounts)s.") % {"amounts": _amounts(row.smallest)})
    if row.largest:
        found.append(_("Up to: %(amounts)s.") % {"amounts": _amounts(row.largest)})
    return found


def _amounts(by_currency: dict[str, str]) -> str:
    return "; ".join(display(Decimal(figure), currency) for currency, figure in by_currency.items())


def _words_of(provider: str) -> dict[str, str]:
    """For a method whose provider has a page of its own."""
    named = {"provider": provider}
    return {
        "how": _("You are led to the page of %(provider)s, pay there and come back to the shop.") % named,
        "duration": _(
            "Usually seconds. If the bank takes longer, the page of your order says so and a mail follows; you need "
            "not pay again."
        ),
        "data_use": _(
            "%(provider)s gets the number and the amount of the order, what it is for, and your e-mail address. Card "
            "details are entered on its page alone: this shop never sees or stores them."
        )
        % named,
        "license_text": _(
            "As soon as %(provider)s confirms the payment, the license is issued by itself. You see it at once on the "
            "page you come back to, by mail and in your account."
        )
        % named,
        "refund_text": _(
            "Ask for it at the order in your account, or write to us. The money goes back the way it came."
        ),
    }


def _words_by_hand() -> dict[str, str]:
    return {
        "how": _(
            "You get our bank details and the text to write on the transfer, and pay at your bank. You can send us the "
            "payment order on the same page."
        ),
        "duration": _("2 to 5 days, until the money is on our account."),
        "data_use": _(
            "Your bank and ours see what stands on the transfer. We see your name and the number of your account, and "
            "no card details."
        ),
        "license_text": _("As soon as the money is on our account, the license is issued and a mail tells you."),
        "refund_text": _(
            "Ask for it at the order in your account, or write to us. We transfer the money to the account it came "
            "from."
        ),
    }
