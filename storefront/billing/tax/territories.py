"""Which VAT area an address lies in.

Some parts of member states lie outside the EU's VAT area and some places outside them inside: Directive 2006/112/EC,
Articles 5 to 7 (https://eur-lex.europa.eu/eli/dir/2006/112/2025-04-14). Northern Ireland belongs to it for goods only
(Protocol, Article 8): services there are as in the rest of the United Kingdom.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

EU = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())

#: Countries whose supplies count as those of another.
_TREATED_AS = {"MC": "FR", "IM": "GB"}
#: Codes of their own for parts of member states: all outside.
_OWN_CODES = {"AX": "FI", "GP": "FR", "MQ": "FR", "RE": "FR", "GF": "FR", "YT": "FR", "MF": "FR"}
#: Postcodes, without spaces, of parts that lie outside.
_OUTSIDE = {
    "ES": (r"(35|38)\d{3}", r"5[12]\d{3}"),  # the Canary Islands; Ceuta and Melilla
    "FI": (r"22\d{3}",),  # Åland
    "FR": (r"97[1-8]\d{2}", r"98[678]\d{2}"),  # the overseas departments and territories
    "DE": ("78266", "27498"),  # Büsingen, Heligoland
    "IT": ("23041", "23030", "22061", "22060"),  # Livigno, Campione d'Italia, with their earlier codes
    "GR": ("63086",),  # Mount Athos
}
#: Prefixes of VAT ids that are not the country's code.
_PREFIXES = {"GR": "EL"}


@dataclass(frozen=True, slots=True)
class Area:
    """``country``: whose tax would apply, ISO 3166-1; "" if unknown. ``is_eu``: inside the EU's VAT area.
    ``is_special``: a part of a member state that lies outside."""

    country: str
    is_eu: bool = False
    is_special: bool = False


def area_of(country: str, postcode: str = "") -> Area:
    """The area of an address; codes in capitals, a postcode as typed."""
    if country in _OWN_CODES:
        return Area(country, is_special=True)
    country = _TREATED_AS.get(country, country)
    code = re.sub(r"[\s-]", "", postcode).removeprefix(country)
    if any(re.fullmatch(pattern, code) for pattern in _OUTSIDE.get(country, ())):
        return Area(country, is_special=True)
    return Area(country, is_eu=country in EU)


def vat_prefix(country: str) -> str:
    """What VAT ids of a country begin with: EL for Greece."""
    country = _TREATED_AS.get(country, country)
    return _PREFIXES.get(country, country)
