"""Which numbers a payer of a country has, what they are called there, and what is wrong with one."""

from __future__ import annotations

from collections.abc import Mapping

from babel import Locale
from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext, to_locale
from django.utils.translation import gettext as _

from storefront.billing.payer_countries import (
    ACCOUNT,
    BANK_CODE,
    BENEFICIARY,
    BRANCH,
    COMPANIES,
    CORRESPONDENT,
    OTHERS,
    PERSONS,
    REGISTRATION,
    TAX,
    VAT,
    Identifier,
)
from storefront.billing.payer_details import PayerDetails, PayerKind
from storefront.billing.payer_numbers import WrongNumber, fits_ru_bank

#: Numbers of a bank account; the rest are those of the payer.
BANK = (BANK_CODE, ACCOUNT, CORRESPONDENT, BENEFICIARY)
#: All that some country has.
NUMBERS = (VAT, TAX, BRANCH, REGISTRATION, *BANK)


def identifiers(country: str, kind: str) -> tuple[Identifier, ...]:
    """The numbers of a payer of this kind, in the order in which the country writes them. ``country``: ISO 3166-1."""
    if kind == PayerKind.COMPANY:
        return COMPANIES.get(country, OTHERS)
    return PERSONS.get(country, ())


def asked_at_checkout(country: str, kind: str) -> tuple[Identifier, ...]:
    """What the documents of a sale need: required numbers, and those that decide about the tax."""
    if kind != PayerKind.COMPANY:
        return ()
    return tuple(each for each in COMPANIES.get(country, ()) if each.is_required or each.field in (VAT, BRANCH))


def label(identifier: Identifier) -> str:
    """The country's own name, and in the active language what it is."""
    if isinstance(identifier.name, Promise) or identifier.field in BANK:
        return str(identifier.name)
    meanings = {
        VAT: pgettext("in brackets", "VAT number"),
        TAX: pgettext("in brackets", "tax number"),
        REGISTRATION: pgettext("in brackets", "registration number"),
    }
    return f"{identifier.name} ({meanings[identifier.field]})"


def read(identifier: Identifier, text: str) -> str:
    """The number as it is stored. Raises ValueError with a sentence that names it as the country does."""
    try:
        return identifier.check(text)
    except WrongNumber as exc:
        words = {"name": str(identifier.name), "example": identifier.example}
        if exc.country:
            words["country"] = country_name(exc.country)
            text = _("This is a number of %(country)s. Enter the %(name)s, or choose %(country)s as the country.")
        elif identifier.example:
            text = _("This %(name)s is not valid. It looks like %(example)s.")
        else:
            text = _("This %(name)s is not valid.")
        raise ValueError(text % words) from exc


def problems(details: Mapping[str, str]) -> dict[str, str]:
    """What is wrong with numbers that are right by themselves, by field: ``details`` of a company as typed."""
    if details.get("country") != "RU":
        return {}
    found: dict[str, str] = {}
    tax_number, bank = details.get(TAX, ""), details.get(BANK_CODE, "")
    if len(tax_number) == 10 and BRANCH in details and not details[BRANCH]:
        found[BRANCH] = _("Enter the %(name)s: companies with an INN of ten digits have one.") % {
            "name": _("KPP (КПП)")
        }
    for field, is_correspondent in ((ACCOUNT, False), (CORRESPONDENT, True)):
        account = details.get(field, "")
        if account and not bank:
            found[BANK_CODE] = _("Enter the %(name)s of the bank.") % {"name": _("BIK (БИК)")}
        elif account and not fits_ru_bank(account, bank, is_correspondent=is_correspondent):
            found[field] = _("This account does not fit the bank %(bank)s. Please check both.") % {"bank": bank}
    return found


def printed_numbers(details: PayerDetails) -> tuple[tuple[str, str], ...]:
    """Name and value of each number but the VAT number and those of the bank, for documents, in the active language."""
    return tuple(
        (str(each.name), getattr(details, each.field))
        for each in identifiers(details.country, details.kind)
        if each.field not in (VAT, *BANK) and getattr(details, each.field)
    )


def printed_bank(details: PayerDetails) -> tuple[str, ...]:
    """The lines of the bank's details, for documents, in the active language."""
    numbers = [
        f"{each.name}: {getattr(details, each.field)}"
        for each in identifiers(details.country, details.kind)
        if each.field in BANK and getattr(details, each.field)
    ]
    return tuple(each for each in (details.bank_name, *numbers) if each)


def vat_name(country: str) -> str:
    """What the country calls the VAT number."""
    return next((str(each.name) for each in COMPANIES.get(country, ()) if each.field == VAT), _("VAT number"))


def country_name(code: str) -> str:
    """In the active language; the code where it is not known."""
    return str(Locale.parse(to_locale(get_language() or "en")).territories.get(code, code))
