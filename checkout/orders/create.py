"""Creating an order: Oscar's rows, what the buyer told us and agreed to, the invoice and the mails.

Needs no basket, session or request: the checkout page calls it with what a cart holds (``from_cart``); renewals, gifts
and orders by staff can call it with lines of their own (``order_lines.at_price``). No outside service is called.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import transaction
from django.utils import translation
from oscar.apps.basket.models import Basket
from oscar.apps.order.models import Line, Order

from checkout.models import PlannedHolder, PurchaseDetails
from checkout.orders import consents as consents_of_order
from checkout.orders import order_lines, oscar_rows
from checkout.orders.agreements import AgreementText
from checkout.orders.mails import OrderPrepared
from checkout.orders.order_lines import OrderLine
from checkout.orders.order_request import Contact
from storefront.billing import tax_words
from storefront.billing.links import pay_url
from storefront.billing.models import FreeOrderCause, Invoice
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import early_starts, free, invoices, taxation
from storefront.billing.services.invoices import NewLine
from storefront.billing.states import InvoiceKind
from storefront.billing.tax import Evidence, TaxDecision
from storefront.core import clock, states
from storefront.gateways.bitrix24 import PortalAddress
from storefront.licensing.bitrix24.addresses import report_unknown_zone
from storefront.licensing.effects import OrderedLine, effects_of
from storefront.notifications import mails
from storefront.users.models import User
from storefront.users.services import access_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why an order is created. ``key`` names what it is created for once, for example a period to renew; "" if each
    call is an order of its own. ``free`` and ``reference`` (a voucher's code, a reason) say why nothing is to be paid,
    should the total be zero. ``asks_consent``: the customer accepts the agreements before they pay (``consents``).
    ``is_told``: they are mailed the pay link."""

    key: str = ""
    free: FreeOrderCause | None = None
    reference: str = ""
    asks_consent: bool = False
    is_told: bool = True


@dataclass(frozen=True, slots=True)
class CreatedOrder:
    """``lines`` are Oscar's, in the order in which they were asked for; ``is_new``: this call created the order."""

    order: Order
    invoice: Invoice
    lines: list[Line]
    is_new: bool = True


def create(
    *,
    customer: User,
    lines: Sequence[OrderLine],
    currency: str,
    payer: Contact,
    language: str,
    cause: Cause,
    consents: Sequence[AgreementText] = (),
    ip_address: str | None = None,
    portal: PortalAddress | None = None,
    basket: Basket | None = None,
    tax_decision: TaxDecision | None = None,
    details: PayerDetails | None = None,
    holder_email: str = "",
    evidence: Sequence[Evidence] = (),
    wants_early_start: bool = False,
    kind: InvoiceKind = InvoiceKind.ORDER,
) -> CreatedOrder:
    """Write an order with its invoice, or find the one that was written for the same ``cause.key``.

    A total above zero waits for its payment, and a mail with the pay link goes to the customer. A total of zero is
    paid at once: its licenses are granted in this transaction. ``consents``: the agreements accepted, with their
    texts, from ``ip_address``. ``portal``: as the buyer typed it. ``basket``: what the lines came from, if from a
    cart; the caller has claimed it. ``tax_decision``: the caller's, if it has made one. ``payer``: whom to ask about
    the order; ``details``: whom the invoice is addressed to, the same if None. ``holder_email``: to whom the licenses
    are offered once they are granted. ``evidence``: of where the buyer is, beside what their details tell.
    ``wants_early_start``: they consented as ``billing.services.early_starts`` says.
    Raises ValueError for a total of zero without ``cause.free``, and what ``invoices.issue`` raises.
    """
    if not sum(line.amount for line in lines) and cause.free is None:
        raise ValueError("a total of zero needs its cause")
    host = portal.host if portal else ""
    with transaction.atomic():
        if cause.key:
            states.lock(User(pk=customer.pk))
            if created := _created_for(cause.key, customer):
                return created
        printed = _printed(payer, details, customer)
        decision = tax_decision or taxation.decide_for(
            payer=printed,
            at=clock.now(),
            published=sum((line.amount for line in lines), Decimal(0)),
            currency=currency,
            evidence=evidence,
        )
        order, oscar_lines = oscar_rows.write(
            customer=customer, lines=lines, currency=currency, basket=basket, tax_decision=decision
        )
        _write_details(order, lines, payer, portal, language, cause)
        if holder_email and holder_email != customer.email:
            PlannedHolder.objects.create(order=order, email=holder_email)
        consents_of_order.write(order=order, versions=consents, language=language, ip_address=ip_address)
        report_unknown_zone(host)
        invoice_lines = _invoice_lines(lines, oscar_lines, customer, currency, language, decision)
        invoice = invoices.issue(
            customer=customer, order=order, currency=currency, payer=printed, lines=invoice_lines, language=language,
            tax_decision=decision, kind=kind,
        )  # fmt: skip
        if wants_early_start and invoice.amount > 0:
            early_starts.write(invoice=invoice, language=language, ip_address=ip_address)
        if cause.free is not None and invoice.amount == 0:
            invoice = free.settle(invoice=invoice, cause=cause.free, reference=cause.reference)
        elif cause.is_told:
            _send_pay_link(order, invoice, invoice_lines, payer.name, host, is_offer=cause.asks_consent)
    return CreatedOrder(order, invoice, oscar_lines)


def _printed(contact: Contact, details: PayerDetails | None, customer: User) -> dict[str, str]:
    """The payer on the invoice; what their details leave open is the contact's."""
    known = details or PayerDetails.from_json({"company": contact.company})
    return replace(known.completed(name=contact.name, phone=contact.phone), email=customer.email).to_json()


def _created_for(key: str, customer: User) -> CreatedOrder | None:
    details = PurchaseDetails.objects.filter(cause_key=key, order__user=customer).select_related("order").first()
    if details is None:
        return None
    order = details.order
    return CreatedOrder(
        order, Invoice.objects.filter(order=order).latest("pk"), list(order.lines.order_by("pk")), is_new=False
    )


def _write_details(
    order: Order,
    lines: Sequence[OrderLine],
    payer: Contact,
    portal: PortalAddress | None,
    language: str,
    cause: Cause,
) -> None:
    PurchaseDetails.objects.create(
        order=order,
        name=payer.name,
        company=payer.company,
        phone=payer.phone,
        email=payer.email,
        portal_address=portal.host if portal else "",
        portal_kind=str(portal.kind) if portal else "",
        language=language,
        fingerprint=order_lines.fingerprint(lines, portal.host if portal else ""),
        cause_key=cause.key or None,
        asks_consent=cause.asks_consent,
    )


def _invoice_lines(
    lines: Sequence[OrderLine],
    oscar_lines: Sequence[Line],
    customer: User,
    currency: str,
    language: str,
    decision: TaxDecision,
) -> list[NewLine]:
    """What is invoiced, with what the customer is told that each line does to their licenses."""
    charged = decision.charge([line.amount for line in lines], currency)
    published = [OrderedLine(line.license_terms, line.quantity, line.amount) for line in lines]
    ordered = order_lines.without_tax(published, decision, currency)
    with translation.override(language):
        effects = effects_of(ordered, customer=customer, currency=currency)
    return [
        NewLine(
            description=line.description,
            quantity=line.quantity,
            list_amount=amount.gross + _saving(line, decision, currency),
            amount=amount.gross,
            taxed=amount,
            order_line=oscar_line,
            license_terms=replace(each.terms, effect=effect.text),
        )
        for line, amount, each, oscar_line, effect in zip(lines, charged, ordered, oscar_lines, effects, strict=True)
    ]


def _saving(line: OrderLine, decision: TaxDecision, currency: str) -> Decimal:
    """What a line costs less than by the month, as this buyer pays."""
    return decision.charge([max(line.list_amount - line.amount, Decimal(0))], currency)[0].gross


def _send_pay_link(
    order: Order, invoice: Invoice, lines: Sequence[NewLine], name: str, host: str, *, is_offer: bool
) -> None:
    kind = OrderPrepared if is_offer else mails.OrderPlaced
    mail = kind(
        name=name,
        order_number=order.number,
        lines=[
            mails.MailLine(
                description=line.description,
                quantity=line.quantity,
                amount=line.amount,
                effect=line.license_terms.effect if line.license_terms else "",
            )
            for line in lines
        ],
        total=invoice.amount,
        **tax_words.for_mail(invoice),
        currency=invoice.currency,
        pay_url=pay_url(invoice),
        void_on=invoice.due_at,
        portal_address=host,
        early_start=early_starts.text_of(invoice),
        **(access_words(invoice.customer, language=invoice.language) if is_offer else {}),
    )
    mails.enqueue(mail, to=invoice.customer.email, language=invoice.language, key=f"order-placed:{order.number}")
