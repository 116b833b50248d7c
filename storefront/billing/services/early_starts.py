"""Consumers in the EU ask that what they buy begins within the time of withdrawal, and acknowledge what they lose.

Digital content may be excepted from the right of withdrawal once its supply has begun, if the buyer has consented to
that expressly, has acknowledged that the right is lost by it, and both is confirmed to them on a durable medium:
Directive 2011/83/EU, Articles 16 (m) and 8 (7) (https://eur-lex.europa.eu/eli/dir/2011/83/2026-06-19). The first two
are a box at the checkout that nobody has ticked before, the third is the mail about the order.
"""

from __future__ import annotations

import hashlib

from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from storefront.billing.consumers import is_consumer_in_eu
from storefront.billing.models import EarlyStart, Invoice
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import taxation


def text() -> str:
    """What the buyer consents to and acknowledges, in the active language."""
    return _(
        "I want my license to begin before the 14 days in which I may withdraw from the contract are over. I know that "
        "I lose the right to withdraw as soon as it has begun."
    )


def version() -> str:
    """A short name of the text as it reads now: a tick that is kept counts for this text alone."""
    return hashlib.sha256(text().encode()).hexdigest()[:12]


def is_asked(payer: PayerDetails) -> bool:
    """Whether somebody with these details is asked before they order what costs money."""
    country = "" if payer.country or payer.is_company else taxation.settings().country
    return is_consumer_in_eu(payer, seller_country=country)


def write(*, invoice: Invoice, language: str, ip_address: str | None) -> EarlyStart:
    """Keep that the buyer of ``invoice`` has consented just now, in the words that they read. Once per invoice; needs
    the caller's transaction."""
    with translation.override(language):
        words = text()
    kept, _is_new = EarlyStart.objects.get_or_create(
        invoice=invoice, defaults={"text": words, "language": language, "ip_address": ip_address}
    )
    return kept


def of(invoice: Invoice) -> EarlyStart | None:
    """The consent given for this invoice, or for one of the same order that it took the place of."""
    same = Q(invoice=invoice)
    if invoice.order_id is not None:
        same |= Q(invoice__order=invoice.order_id)
    return EarlyStart.objects.filter(same).order_by("pk").first()


def text_of(invoice: Invoice) -> str:
    """As the buyer read it, for mails; "" without consent."""
    found = of(invoice)
    return found.text if found else ""
