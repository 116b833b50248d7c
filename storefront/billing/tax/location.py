"""Whether what is known of where a consumer is agrees with the country they are taxed in.

A consumer is where two pieces of evidence say that do not contradict each other: Implementing Regulation (EU) 282/2011,
Articles 24b(d) and 24f (https://eur-lex.europa.eu/eli/reg_impl/2011/282/2022-07-01).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from storefront.billing.payer_details import PayerKind
from storefront.billing.tax.facts import Evidence, TaxFacts
from storefront.billing.tax.territories import state_of
from storefront.billing.tax.treatments import TaxReason

#: The source of what the payer's own details tell.
PAYER = "payer"
#: So many kinds of evidence are wanted.
WANTED = 2
#: Taxed as at home whether or not more is known, so that only a contradiction matters.
_AT_HOME = frozenset({TaxReason.HOME, TaxReason.COUNTRY_UNKNOWN, TaxReason.CONSUMER_BELOW_THRESHOLD})
_ABROAD = frozenset(
    {
        TaxReason.CONSUMER_OSS, TaxReason.CONSUMER_ABOVE_THRESHOLD, TaxReason.SELLER_OUTSIDE_EU, TaxReason.OUTSIDE_EU,
        TaxReason.SPECIAL_TERRITORY, TaxReason.REGISTERED_THERE, TaxReason.EXPORT,
    }
)  # fmt: skip
#: Of a company without a valid VAT id, which counts as a consumer.
_NO_BUSINESS = frozenset(
    {
        TaxReason.VAT_ID_MISSING, TaxReason.VAT_ID_INVALID, TaxReason.VAT_ID_UNVERIFIED,
        TaxReason.VAT_ID_OF_OTHER_COUNTRY,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Location:
    """``country``: where the sale was taken to be. ``agreeing``: how many kinds of evidence say so; ``others``: the
    pieces that name another state. ``is_certain``: enough for how the sale was taxed."""

    country: str
    agreeing: int
    others: tuple[Evidence, ...]
    is_certain: bool


def judge(facts: TaxFacts, pieces: Iterable[Evidence]) -> Location | None:
    """What ``pieces`` say of a sale that ``facts`` decided; None where the place of a consumer did not matter."""
    is_consumer = facts.reason in _NO_BUSINESS or facts.buyer == PayerKind.PERSON
    if not is_consumer or facts.reason not in _AT_HOME | _ABROAD | _NO_BUSINESS:
        return None
    country = facts.country or facts.seller_country
    known = tuple(pieces)
    agreeing = len({piece.kind for piece in known if state_of(piece.country) == state_of(country)})
    others = tuple(piece for piece in known if state_of(piece.country) != state_of(country))
    is_enough = facts.reason in _AT_HOME and not others
    return Location(country, agreeing, others, is_certain=agreeing >= WANTED or is_enough)
