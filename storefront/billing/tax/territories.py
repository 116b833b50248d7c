"""Which VAT area an address lies in, and whose rate applies there.

Some parts of member states lie outside the EU's VAT area and some places outside them inside: Directive 2006/112/EC,
Articles 5 to 7; some inside have a standard rate of their own: Articles 104 and 105
(https://eur-lex.europa.eu/eli/dir/2006/112/2025-04-14). Northern Ireland belongs to it for goods only (Protocol,
Article 8): services there are as in the rest of the United Kingdom.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

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


class TaxRegion(models.TextChoices):
    """A part of a member state with a standard rate of its own: ISO 3166-2, where that has a code for it."""

    AZORES = "PT-20", _("Azores")
    MADEIRA = "PT-30", _("Madeira")
    JUNGHOLZ = "AT-JM", _("Jungholz and Mittelberg")


#: Postcodes, without spaces, of these parts.
_REGIONS = {
    "PT": {TaxRegion.MADEIRA: r"9[0-4]\d{2}(\d{3})?", TaxRegion.AZORES: r"9[5-9]\d{2}(\d{3})?"},
    "AT": {TaxRegion.JUNGHOLZ: r"6691|699[123]"},
}
#: Prefixes of VAT ids that are not the country's code.
_PREFIXES = {"GR": "EL"}


@dataclass(frozen=True, slots=True)
class Area:
    """``country``: whose tax would apply, ISO 3166-1; "" if unknown. ``is_eu``: inside the EU's VAT area.
    ``is_special``: a part of a member state that lies outside. ``region``: a part with a rate of its own
    (``TaxRegion``), "" elsewhere."""

    country: str
    is_eu: bool = False
    is_special: bool = False
    region: str = ""

    @property
    def rated_as(self) -> str:
        """Under which the table of rates has its rate."""
        return self.region or self.country


def area_of(country: str, postcode: str = "") -> Area:
    """The area of an address; codes in capitals, a postcode as typed."""
    if country in _OWN_CODES:
        return Area(country, is_special=True)
    country = _TREATED_AS.get(country, country)
    code = re.sub(r"[\s-]", "", postcode).removeprefix(country)
    if any(re.fullmatch(pattern, code) for pattern in _OUTSIDE.get(country, ())):
        return Area(country, is_special=True)
    regions = _REGIONS.get(country, {}).items()
    region = next((region.value for region, pattern in regions if re.fullmatch(pattern, code)), "")
    return Area(country, is_eu=country in EU, region=region)


def is_told_by_postcode(country: str) -> bool:
    """Whether the tax differs within the country."""
    country = _TREATED_AS.get(country, country)
    return country in _OUTSIDE or country in _REGIONS


def state_of(country: str) -> str:
    """The state that a code of ISO 3166-1 belongs to or counts as: FR for Réunion and Monaco."""
    return _OWN_CODES.get(country) or _TREATED_AS.get(country, country)


def vat_prefix(country: str) -> str:
    """What VAT ids of a country begin with: EL for Greece."""
    country = _TREATED_AS.get(country, country)
    return _PREFIXES.get(country, country)
