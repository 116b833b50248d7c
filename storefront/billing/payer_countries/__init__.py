"""The numbers that payers have in a country: how it names them, which its documents need, and their form.

A name that everybody uses as it is there (USt-IdNr.) is plain text; one in letters of its own is translated, with the
other spelling beside it. Names are printed on documents, so they have no letters that the shipped font lacks.
"""

from __future__ import annotations

from storefront.billing.payer_countries import neighbours, union, world
from storefront.billing.payer_countries.identifiers import (
    ACCOUNT,
    BANK_CODE,
    BENEFICIARY,
    BRANCH,
    CORRESPONDENT,
    OTHERS,
    REGISTRATION,
    TAX,
    VAT,
    Identifier,
)
from storefront.billing.payer_countries.persons import PERSONS

#: What a company has, by country.
COMPANIES: dict[str, tuple[Identifier, ...]] = union.COMPANIES | neighbours.COMPANIES | world.COMPANIES

__all__ = [
    "ACCOUNT",
    "BANK_CODE",
    "BENEFICIARY",
    "BRANCH",
    "COMPANIES",
    "CORRESPONDENT",
    "OTHERS",
    "PERSONS",
    "REGISTRATION",
    "TAX",
    "VAT",
    "Identifier",
]
