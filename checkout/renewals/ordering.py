"""The order of one period: made on its day, at the price of that day, once."""

from __future__ import annotations

from decimal import Decimal

from django.db import transaction
from django.utils import translation

from checkout.extension.periods import contact_of
from checkout.orders import order_lines
from checkout.orders.create import Cause, CreatedOrder, create
from checkout.renewals import announcing, quotes
from checkout.renewals.announcing import Looked
from checkout.renewals.quotes import Quote
from storefront.billing.errors import TaxRateMissing
from storefront.billing.models import PaymentAttempt
from storefront.billing.services import taxation
from storefront.billing.states import OPEN_ATTEMPT, InvoiceKind
from storefront.core import clock, states
from storefront.core.language import nearest_language
from storefront.licensing.models import License, Renewal
from storefront.licensing.states import RENEWAL_TRANSITIONS, RenewalStatus


class PriceMoved(Exception):
    """The order came to more than what was announced: nothing was written."""


def order(renewal: Renewal) -> Looked:
    """Order a period that is due, agreed to and announced, or say when to look again. Not inside a transaction.

    The row and its order are written together; whoever is killed leaves both or none.
    """
    taxation.ask(quotes.payer_of(renewal.license))
    try:
        with transaction.atomic(durable=True):
            subscription, row = announcing.lock(renewal)
            looked = announcing.look_locked(subscription, row)
            if not looked.is_due or row.status != RenewalStatus.NOTICED:
                return looked
            if is_being_extended(row.license):
                return Looked(clock.now() + announcing.SOON)
            _order(row, min(row.total or Decimal(0), subscription.agreed_total))
    except (PriceMoved, TaxRateMissing):  # between two looks: the next one says so
        return Looked(clock.now() + announcing.SOON)
    return Looked(clock.now(), is_due=True)


def is_being_extended(license: License) -> bool:
    """Whether somebody is paying for an extension of the license by hand right now."""
    open_charges = PaymentAttempt.objects.filter(
        status__in=OPEN_ATTEMPT,
        mandate=None,
        created_at__gt=clock.now() - announcing.BUYING,
        invoice__lines__extends_license=license.public_id,
    )
    return open_charges.exists()


def _order(row: Renewal, most: Decimal) -> None:
    quote = quotes.of_license(row.license, row.months, row.currency)
    if quote is None or quote.total > most:
        raise PriceMoved
    created = _create(row, quote)
    if created.invoice.amount > most:
        raise PriceMoved
    states.apply(row, RenewalStatus.CHARGING, table=RENEWAL_TRANSITIONS, invoice=created.invoice)


def _create(row: Renewal, quote: Quote) -> CreatedOrder:
    license, customer = row.license, row.license.customer
    language = nearest_language(customer.language)
    with translation.override(language):
        line = order_lines.at_price(quote.price, portal_host=license.portal_address, extends_license=license.public_id)
    return create(
        customer=customer,
        lines=[line],
        currency=row.currency,
        payer=contact_of(customer),
        language=language,
        cause=Cause(key=row.order_key, is_told=False),
        details=quotes.payer_of(license),
        kind=InvoiceKind.RENEWAL,
    )
