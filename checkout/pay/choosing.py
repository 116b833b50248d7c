"""Choosing how to pay: what is open to the invoice, which of it is chosen, and how to pay without a provider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest
from django.utils.http import urlencode
from django.utils.translation import gettext

from checkout import unpaid as visitors_orders
from checkout.pay import renewal_boxes, saved_methods
from checkout.pay.renewal_boxes import NotKept
from checkout.pay.saved_methods import is_saved
from checkout.renewals.offers import Offer, OfferChanged
from storefront.billing import links, methods_by_hand, public_methods
from storefront.billing.models import Drawing, Invoice, PaymentAttempt
from storefront.billing.personal_account import paying
from storefront.billing.public_methods import PaymentWays
from storefront.billing.saved_methods import texts
from storefront.billing.services import ledger, open_methods, part_payments, payment_methods
from storefront.billing.services.open_methods import OpenMethod
from storefront.core import money

#: The part of the pay page's address that names a method without a provider, whose instructions are shown.
BY = "by"
#: The box by which a customer pays a part from their personal account; its value is the rest that it leaves to pay.
USE_ACCOUNT = "use_account"
#: What keeps the page's own choices from being followed as it has shown them.
OWN_ERRORS = (paying.NotEnough, paying.SumsDiffer, NotKept, OfferChanged)


@dataclass(frozen=True, slots=True)
class Account:
    """The customer's own money, shown to them alone. ``balance`` is all there is, ``usable`` what of it can pay this
    invoice, and ``rest`` what is left to pay then; ``covers``: nothing is; ``is_used``: it is reserved for a part.
    Major units of the invoice's currency."""

    balance: Decimal
    usable: Decimal
    rest: Decimal
    covers: bool
    is_used: bool

    @property
    def plain_rest(self) -> str:
        """As the form sends it back."""
        return f"{self.rest:f}"

    @property
    def may_be_used(self) -> bool:
        """Whether it can pay a part, and a charge the rest."""
        return self.usable > 0 and not self.covers


@dataclass(frozen=True, slots=True)
class Choice:
    """What the buyer chooses among. ``chosen``: the name that is ticked; ``by_hand``: the method whose instructions are
    shown, None if none are; ``account``: None unless the customer themselves looks; ``is_account_only``: the seller
    takes nothing else for this invoice. ``save_text``: what ticking the box agrees to that saves what they pay with, ""
    if nothing can be saved; ``savable``: the titles of the methods that can. ``renewals``: what may renew by
    itself."""

    methods: Sequence[OpenMethod]
    chosen: str = ""
    by_hand: OpenMethod | None = None
    account: Account | None = None
    is_account_only: bool = False
    save_text: str = ""
    savable: Sequence[str] = ()
    renewals: Sequence[Offer] = ()

    @property
    def is_to_make(self) -> bool:
        """Whether there is anything to choose: money that is here already is never taken without being named."""
        return len(self.methods) > 1 or any(each.name == paying.NAME or is_saved(each.name) for each in self.methods)

    @property
    def leads_elsewhere(self) -> bool:
        """Whether any of them leads to a provider's page."""
        return any(not each.is_by_hand for each in self.methods)

    @property
    def ways(self) -> PaymentWays:
        """All that the invoice can be paid by, for one line."""
        return public_methods.ways_of([*([self.by_hand] if self.by_hand else []), *self.methods])

    @property
    def none_answers(self) -> bool:
        return bool(self.methods) and all(each.is_away for each in self.methods)


def of(request: HttpRequest, invoice: Invoice, *, charge: PaymentAttempt | None = None) -> Choice:
    """The choice of this page. ``charge``: the last one that is open. The number of queries does not depend on that of
    the methods."""
    found = open_methods.open_to(invoice)
    by_hand = _shown(request, invoice, found)
    others = [each for each in found if by_hand is None or each.name != by_hand.name]
    account = _account(request, invoice)
    saved = saved_methods.shown(request, invoice, found)
    savable = saved_methods.savable(request, invoice, found)
    others[:0] = saved
    if account is not None and account.covers:
        others.insert(0, _as_method(account, invoice))
    last_tried = request.POST.get("method", "") or (charge.gateway if charge else "")
    if not last_tried and saved:
        last_tried = saved[0].name
    return Choice(
        others,
        open_methods.first_choice(others, last_tried=last_tried),
        by_hand,
        account,
        is_account_only=not open_methods.is_direct(invoice),
        save_text=texts.keep_text() if savable else "",
        savable=savable,
        renewals=renewal_boxes.shown(request, invoice) if savable or saved or account else (),
    )


def posted(request: HttpRequest, invoice: Invoice) -> str:
    """The name of the method that the buyer has pressed for; "" if they must choose first.

    Where none is open to the invoice it is one that is offered: starting it says why not, and tells staff.
    """
    typed = request.POST.get("method", "")
    if typed == paying.NAME and visitors_orders.is_customer(request, invoice):
        return typed
    if saved_methods.chosen(request, invoice, typed) is not None:
        return typed
    if not open_methods.is_direct(invoice):
        return ""
    names = [each.name for each in open_methods.open_to(invoice)] or payment_methods.offered()[:1]
    if typed in names:
        return typed
    return names[0] if len(names) == 1 and not typed else ""


def agreed_rest(request: HttpRequest, invoice: Invoice) -> Decimal | None:
    """What the customer has agreed to pay beside their personal account, major units; None where its box is not ticked.
    What is no number is never the right rest."""
    if USE_ACCOUNT not in request.POST or not visitors_orders.is_customer(request, invoice):
        return None
    try:
        rest = Decimal(request.POST[USE_ACCOUNT])
    except InvalidOperation:
        return Decimal(0)
    return rest if rest.is_finite() else Decimal(0)


def instructions_path(invoice: Invoice, name: str) -> str:
    """The pay page with the instructions of a method without a provider."""
    return f"{links.pay_path(invoice)}?{urlencode({BY: name})}#by-hand"


def context_of(choice: Choice, invoice: Invoice) -> dict[str, Any]:
    """For the template of the pay page."""
    if choice.by_hand is None:
        return {"choice": choice}
    method = methods_by_hand.get(choice.by_hand.name)
    return {**method.context(invoice), "choice": choice, "by_hand_template": method.template_name}


def _account(request: HttpRequest, invoice: Invoice) -> Account | None:
    if not visitors_orders.is_customer(request, invoice) or not paying.may_pay(invoice):
        return None
    usable, reserved = paying.usable(invoice), part_payments.reserved(invoice)
    asked = part_payments.due(invoice) + reserved
    return Account(
        balance=ledger.balance_of(invoice.customer, invoice.currency),
        usable=usable,
        rest=max(Decimal(0), asked - usable),
        covers=usable >= asked,
        is_used=reserved > 0,
    )


def _as_method(account: Account, invoice: Invoice) -> OpenMethod:
    text = gettext("%(amount)s are on it. The invoice is paid at once.")
    return OpenMethod(
        name=paying.NAME,
        title=gettext("Personal account"),
        help_text=text % {"amount": money.display(account.balance, invoice.currency)},
        marks=(),
        drawing=Drawing.WALLET,
        is_by_hand=True,
    )


def _shown(request: HttpRequest, invoice: Invoice, found: Sequence[OpenMethod]) -> OpenMethod | None:
    """The one that was asked for, the only one there is, or the one that the buyer chose before. None while a provider
    sells: choosing one makes the sale ours first, at another total."""
    if invoice.sold_by:
        return None
    asked = request.GET.get(BY, "")
    for method in found:
        if method.is_by_hand and (asked == method.name or len(found) == 1):
            return method
    for method in found:
        if method.is_by_hand and not asked and methods_by_hand.get(method.name).is_chosen(invoice):
            return method
    return None
