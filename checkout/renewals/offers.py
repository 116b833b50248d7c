"""What may renew by itself: licenses of an invoice that is being paid, and licenses that there are.

The text of an offer is what the customer agrees to. Whoever shows it sends its ``sha256`` back with the customer's
press: where the price or a word has changed since, nothing is agreed to (OfferChanged).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from checkout.renewals import quotes, wording
from checkout.renewals.quotes import Quote
from storefront.billing.errors import TaxRateMissing
from storefront.billing.models import Invoice, InvoiceLine, SavedMethod
from storefront.billing.saved_methods import mandates
from storefront.billing.saved_methods.mandates import Terms
from storefront.billing.states import InvoiceKind
from storefront.core import states
from storefront.licensing.models import License, Subscription
from storefront.licensing.states import LicenseStatus, PaysFrom, SubscriptionStatus
from storefront.licensing.subscriptions import changing, consents, starting, timing
from storefront.licensing.subscriptions.consents import Agreed
from storefront.licensing.subscriptions.errors import CannotRenew, SubscriptionError
from storefront.users.models import User


class OfferChanged(SubscriptionError):
    message = _("The price or the terms have changed. Please read them again.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One period by which something may renew. ``key`` names it in a form: a line of the invoice, or a number of
    months. ``total``: what it costs today, with tax, major units of ``currency``, which no renewal goes above;
    ``tax_label``: what tax that holds, "" for none. ``first_at``: the first charge, None while nobody knows.
    ``text``: what is agreed to, in the active language."""

    key: str
    description: str
    months: int
    period_name: str
    total: Decimal
    currency: str
    tax_label: str
    first_at: datetime | None
    text: str

    @property
    def sha256(self) -> str:
        return mandates.digest(self.text)


def offers_of(invoice: Invoice) -> list[Offer]:
    """For the box on the pay page: by itself nothing is chosen. One for each line that buys one license of the payer's
    own that does not renew yet, in the active language."""
    if invoice.kind == InvoiceKind.ADVANCE_PAYMENT or invoice.sold_by:
        return []
    source = wording.source_label(PaysFrom.METHOD, "", None)
    try:
        found = [(line, _quote_of_line(invoice, line)) for line in invoice.lines.order_by("pk")]
    except TaxRateMissing:
        return []
    return [_offer(str(line.pk), quote, source, None) for line, quote in found if quote is not None]


def prepare(
    invoice: Invoice,
    chosen: Mapping[str, str] | Collection[str],
    language: str,
    ip: str | None,
    *,
    pays_from: str = PaysFrom.METHOD.value,
    method: SavedMethod | None = None,
) -> list[Terms]:
    """The customer pays the invoice now and wants ``chosen`` (keys of ``offers_of``, perhaps with the ``sha256`` that
    they saw) to renew by itself: subscriptions that begin with the payment. Call it before every payment, also with
    nothing chosen: what was chosen before is dropped.

    ``pays_from``: "account" where they pay from their personal account; ``method``: the saved method they pay with.
    Returns the terms to save a method with (``SaveWish``); none where nothing has to be saved.
    Raises OfferChanged. Not inside a transaction.
    """
    seen = chosen if isinstance(chosen, Mapping) else dict.fromkeys(chosen, "")
    with translation.override(language), transaction.atomic(durable=True):
        states.lock(User(pk=invoice.customer_id))
        offers = {offer.key: offer for offer in offers_of(invoice)} if seen else {}
        if any(key not in offers or sha256 not in ("", offers[key].sha256) for key, sha256 in seen.items()):
            raise OfferChanged
        starting.drop_waiting(invoice, but=[int(key) for key in seen])
        terms = []
        for line in invoice.lines.filter(pk__in=[int(key) for key in seen]):
            agreed = _agreed(offers[str(line.pk)], pays_from, "", language, ip)
            subscription = starting.prepare(line=line, agreed=agreed)
            if method is not None:
                consents.write(subscription, agreed, method)
            elif pays_from == PaysFrom.METHOD:
                terms.append(consents.terms_of(subscription, agreed))
    return terms


def for_license(
    license: License, *, pays_from: str, fallback: str = "", method: SavedMethod | None = None, currency: str = ""
) -> list[Offer]:
    """The periods by which a license may renew, the shortest first, in the active language; [] if it cannot.
    ``method``: None for one that has still to be saved. Raises TaxRateMissing."""
    if license.status in (LicenseStatus.REVOKED, LicenseStatus.SUSPENDED):
        return []
    last = license.periods.filter(revoked_at=None).exclude(currency="").order_by("-pk").first()
    payer = quotes.payer_of(license).to_json()
    found = quotes.of_plan(quotes.plan_of(license), currency or (last.currency if last else ""), payer)
    source = wording.source_label(pays_from, fallback, method)
    return [_offer(str(quote.price.months), quote, source, first_charge(license)) for quote in found]


def turn_on(
    license: License,
    *,
    months: int,
    sha256: str,
    language: str,
    ip: str | None,
    pays_from: str,
    fallback: str = "",
    method: SavedMethod | None = None,
) -> Subscription:
    """The customer agrees to an offer of ``for_license`` that they saw: a new subscription, or other terms of the one
    that there is. Raises OfferChanged, CannotRenew, MethodGone, TooLate."""
    agreed = agreed_to(
        license, months=months, sha256=sha256, language=language, ip=ip, pays_from=pays_from, fallback=fallback,
        method=method,
    )  # fmt: skip
    active = Subscription.objects.filter(license=license, status=SubscriptionStatus.ACTIVE).first()
    if active is None:
        return starting.start(license=license, agreed=agreed, method=method)
    changing.change(subscription=active, agreed=agreed, method=method)
    return active


def agreed_to(
    license: License,
    *,
    months: int,
    sha256: str,
    language: str,
    ip: str | None,
    pays_from: str,
    fallback: str = "",
    method: SavedMethod | None = None,
) -> Agreed:
    """What the customer has just agreed to, as it is offered now. Raises OfferChanged if they saw another text, or
    CannotRenew."""
    with translation.override(language):
        offers = for_license(license, pays_from=pays_from, fallback=fallback, method=method)
    offer = next((each for each in offers if each.months == months), None)
    if offer is None:
        raise CannotRenew
    if offer.sha256 != sha256:
        raise OfferChanged
    return _agreed(offer, pays_from, fallback, language, ip)


def first_charge(license: License) -> datetime | None:
    """When a license would be charged next; None while its time has not begun."""
    if license.begins_by is not None or license.provisional_until is not None:
        return None
    return timing.due_at(license.valid_until, timing.zone_of_customer(license.customer), license.pk)


def _quote_of_line(invoice: Invoice, line: InvoiceLine) -> Quote | None:
    terms = line.license_terms
    if terms is None or line.quantity != 1:
        return None
    if terms.extends_license:
        named = License.objects.filter(public_id=terms.extends_license).first()
        if named is None or named.customer_id != invoice.customer_id or _renews(named):
            return None
    return quotes.of_period(terms.plan_id, terms.months, invoice.currency, invoice.payer)


def _renews(license: License) -> bool:
    return Subscription.objects.filter(license=license).exclude(status=SubscriptionStatus.STOPPED).exists()


def _offer(key: str, quote: Quote, source: str, first_at: datetime | None) -> Offer:
    return Offer(
        key=key,
        description=quote.price.description,
        months=quote.price.months,
        period_name=quote.price.period_name,
        total=quote.total,
        currency=quote.currency,
        tax_label=quote.tax_label,
        first_at=first_at,
        text=wording.consent(quote, source=source, first_at=first_at),
    )


def _agreed(offer: Offer, pays_from: str, fallback: str, language: str, ip: str | None) -> Agreed:
    return Agreed(
        months=offer.months,
        currency=offer.currency,
        total=offer.total,
        pays_from=pays_from,
        fallback=fallback,
        text=offer.text,
        language=language,
        ip_address=ip,
    )
