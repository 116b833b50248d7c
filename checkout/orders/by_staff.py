"""An order that staff place for a customer: published prices by the same code, and no consent but the customer's own,
which they give on the pay page before they pay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from checkout.cart import prices
from checkout.models import PurchaseDetails
from checkout.orders import order_lines
from checkout.orders.create import Cause, CreatedOrder, create
from checkout.orders.errors import CannotOrder
from checkout.orders.order_lines import OrderLine
from checkout.orders.order_request import Contact
from storefront.billing import payment_limits
from storefront.billing.errors import TaxRateMissing
from storefront.billing.models import Payer
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import missing_rates, payers, taxation
from storefront.billing.tax import TaxDecision
from storefront.core import clock, states
from storefront.gateways.bitrix24 import PortalAddress
from storefront.licensing.effects import OrderedLine, effects_of
from storefront.users import services as users
from storefront.users import unproven
from storefront.users.models import User


@dataclass(frozen=True, slots=True)
class Wanted:
    """So many pieces of a published price (``PlanPrice``)."""

    price_id: int
    quantity: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffOrder:
    """What staff typed. ``key`` is the form's, so that pressing twice makes one order; ``portal`` may be None if
    nothing is tied to one; ``language`` is that of the order, its invoice and its mails. ``payer``: whom the invoice is
    addressed to, None for the customer's default; ``chosen``: the one of the customer's payers that it was taken from,
    None if it was typed, and is kept with the customer."""

    contact: Contact
    language: str
    wanted: Sequence[Wanted]
    portal: PortalAddress | None
    key: str
    payer: PayerDetails | None = None
    chosen: Payer | None = None

    @property
    def cause(self) -> Cause:
        return Cause(key=f"staff-order:{self.key}", asks_consent=True)


def customer_of(order: StaffOrder) -> User | None:
    """The account of the typed e-mail, None if it gets one. Raises CannotOrder for an account that cannot buy."""
    return customer_with(order.contact.email)


def customer_with(email: str) -> User | None:
    """As ``customer_of``, for whatever else staff give to an e-mail."""
    customer = users.find_by_email(email)
    if customer is not None and not customer.is_active:
        raise CannotOrder(_("The account with this e-mail is closed."))
    if customer is not None and (customer.is_staff or customer.groups.exists()):
        raise CannotOrder(_("This e-mail belongs to a member of staff."))
    return customer


def lines_of(order: StaffOrder) -> list[OrderLine]:
    """The lines at the prices of now, in the order's language. Raises CannotOrder for what cannot be sold so."""
    host = order.portal.host if order.portal else ""
    with translation.override(order.language):
        found = [(prices.find(wanted.price_id), wanted.quantity) for wanted in order.wanted]
        if not found or any(price is None or not price.is_on_sale for price, _quantity in found):
            raise CannotOrder(_("Something of this order is not on sale any more."))
        if any(quantity < 1 for _price, quantity in found):
            raise CannotOrder(_("Each line needs one piece at least."))
        if len({price.currency for price, _quantity in found if price}) > 1:
            raise CannotOrder(_("All lines of an order must be in one currency."))
        if not host and any(price.is_portal_bound for price, _quantity in found if price):
            raise CannotOrder(_("Enter the Bitrix24 address: the licenses are tied to it."))
        return [order_lines.at_price(price, quantity=quantity, portal_host=host) for price, quantity in found if price]


def currency_of(lines: Sequence[OrderLine]) -> str:
    return str(lines[0].stockrecord.price_currency)


def effects(lines: Sequence[OrderLine], customer: User | None, decision: TaxDecision) -> list[str]:
    """What each line would do to licenses, in the active language. ``decision``: about the payer's tax."""
    published = [OrderedLine(line.license_terms, line.quantity, line.amount) for line in lines]
    ordered = order_lines.without_tax(published, decision, currency_of(lines))
    return [each.text for each in effects_of(ordered, customer=customer, currency=currency_of(lines))]


def tax_of(order: StaffOrder, lines: Sequence[OrderLine]) -> TaxDecision:
    """The tax that the payer bears, as the invoice will say. Call ``taxation.ask`` first. Raises CannotOrder where the
    table of rates has none."""
    payer = order.payer or PayerDetails()
    try:
        return taxation.decide_for(
            payer=payer.to_json(), at=clock.now(), published=published(lines), currency=currency_of(lines)
        )
    except TaxRateMissing as exc:
        raise CannotOrder(missing_rates.told(exc)) from exc


def published(lines: Sequence[OrderLine]) -> Decimal:
    """What the lines come to at published prices, in major units."""
    return sum((line.amount for line in lines), Decimal(0))


def check(lines: Sequence[OrderLine], decision: TaxDecision) -> None:
    """Raise CannotOrder if no payment method takes the total, tax included, or if nothing is to be paid."""
    currency = currency_of(lines)
    total = decision.charge([published(lines)], currency)[0].gross
    if not total:
        raise CannotOrder(_("Nothing is to be paid for this: give the license away instead."))
    if found := payment_limits.problem(total, currency):
        raise CannotOrder(payment_limits.sentence(found, currency))


def place(order: StaffOrder) -> CreatedOrder:
    """Write the order and its invoice, and mail the customer the link; a new customer gets an account. Sessions of an
    account that nobody has proven end.

    Raises CannotOrder (also if the key was used), or EmailTaken (users.services) if the account was made just now by
    somebody else.
    """
    with transaction.atomic():
        placed = PurchaseDetails.objects.filter(cause_key=order.cause.key).select_related("order").first()
        if placed is not None:
            raise _placed_already(placed.order.number)
        customer = customer_of(order)
        if customer is None:
            contact = order.contact
            customer = users.register(
                email=contact.email,
                name=contact.name,
                company=contact.company,
                phone=contact.phone,
                language=order.language,
                is_told=False,
            )
        states.lock(User(pk=customer.pk))
        unproven.shut_out(customer)
        lines = lines_of(order)
        check(lines, tax_of(order, lines))
        created = create(
            customer=customer,
            lines=lines,
            currency=currency_of(lines),
            payer=order.contact,
            language=order.language,
            cause=order.cause,
            portal=order.portal,
            details=payers.use(customer=customer, chosen=order.chosen, typed=order.payer),
        )
        if not created.is_new:  # by the same form, at the same moment
            raise _placed_already(created.order.number)
        return created


def _placed_already(number: str) -> CannotOrder:
    """Nothing that was typed since is in that order."""
    return CannotOrder(_("Order %(number)s was placed with this form already. Begin a new one.") % {"number": number})
