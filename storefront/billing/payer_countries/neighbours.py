"""Companies of Russia, Kazakhstan and the countries around them, whose papers name the bank as well."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from stdnum.az import voen
from stdnum.by import unp
from stdnum.md import idno
from stdnum.ru import inn, ogrn
from stdnum.ua import edrpou, rntrc

from storefront.billing.payer_countries.identifiers import (
    ACCOUNT,
    BANK_CODE,
    BENEFICIARY,
    BIC,
    BRANCH,
    CORRESPONDENT,
    IBAN,
    REGISTRATION,
    TAX,
    Identifier,
)
from storefront.billing.payer_numbers import bic_code, by_pattern, by_rule, either, iban_of, kz_number

COMPANIES: dict[str, tuple[Identifier, ...]] = {
    "RU": (
        Identifier(TAX, _("INN (ИНН)"), "7707083893", by_rule(inn), is_required=True),
        Identifier(BRANCH, _("KPP (КПП)"), "773601001", by_pattern(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}")),
        Identifier(REGISTRATION, _("OGRN (ОГРН)"), "1022200525819", by_rule(ogrn)),
        Identifier(BANK_CODE, _("BIK (БИК)"), "044525225", by_pattern(r"[0-9]{9}")),
        Identifier(ACCOUNT, _("Account (р/с)"), "40702810938000000001", by_pattern(r"[0-9]{20}")),
        Identifier(CORRESPONDENT, _("Correspondent account (к/с)"), "30101810400000000225", by_pattern(r"[0-9]{20}")),
    ),
    "KZ": (
        Identifier(TAX, _("BIN or IIN (БИН/ИИН)"), "940140000385", kz_number, is_required=True),
        Identifier(BANK_CODE, _("BIK (БИК)"), "CASPKZKA", bic_code),
        Identifier(ACCOUNT, _("IIK (ИИК)"), "KZ86 125K ZT50 0410 0100", iban_of("KZ")),
        Identifier(BENEFICIARY, _("KBe (КБе)"), "17", by_pattern(r"[12][0-9]")),
    ),
    "BY": (
        Identifier(TAX, _("UNP (УНП)"), "200988541", by_rule(unp), is_required=True),
        Identifier(ACCOUNT, _("Account (р/с)"), "BY13 NBRB 3600 9000 0000 2Z00 AB00", iban_of("BY")),
        BIC,
    ),
    "UA": (
        # A sole trader has a person's number instead.
        Identifier(
            REGISTRATION, _("EDRPOU (ЄДРПОУ)"), "32855961", either(by_rule(edrpou), by_rule(rntrc)), is_required=True
        ),
        Identifier(TAX, _("IPN (ІПН)"), "328559626653", either(by_pattern(r"[0-9]{12}"), by_rule(rntrc))),
        Identifier(ACCOUNT, "IBAN", "UA21 3223 1300 0002 6007 2335 6600 1", iban_of("UA")),
    ),
    "KG": (
        Identifier(TAX, _("INN (ИНН)"), "01234567890123", by_pattern(r"[0-9]{14}"), is_required=True),
        Identifier(REGISTRATION, _("OKPO (ОКПО)"), "12345678", by_pattern(r"[0-9]{8}")),
        Identifier(BANK_CODE, _("BIK (БИК)"), "103001", by_pattern(r"[0-9]{6}")),
        Identifier(ACCOUNT, _("Account (р/с)"), "1030120000123456", by_pattern(r"[0-9]{16}")),
    ),
    "UZ": (
        Identifier(TAX, _("STIR (ИНН)"), "201122919", by_pattern(r"[0-9]{9}|[0-9]{14}"), is_required=True),
        Identifier(BANK_CODE, _("MFO (МФО)"), "00014", by_pattern(r"[0-9]{5}")),
        Identifier(ACCOUNT, _("Account (р/с)"), "20208000100123456001", by_pattern(r"[0-9]{20}")),
    ),
    "TJ": (
        Identifier(TAX, _("INN (ИНН)"), "010012345", by_pattern(r"[0-9]{9}"), is_required=True),
        Identifier(BANK_CODE, _("BIK (БИК)"), "350101626", by_pattern(r"[0-9]{9}")),
        Identifier(ACCOUNT, _("Account (р/с)"), "20202972000000000001", by_pattern(r"[0-9]{20}")),
    ),
    "AM": (
        Identifier(TAX, "HVHH", "01234567", by_pattern(r"[0-9]{8}"), is_required=True),
        Identifier(ACCOUNT, _("Account (р/с)"), "1570012345678901", by_pattern(r"[0-9]{16}")),
    ),
    "AZ": (Identifier(TAX, "VÖEN", "1401555071", by_rule(voen), is_required=True), IBAN, BIC),
    "GE": (Identifier(TAX, _("Identification code"), "204378869", by_pattern(r"[0-9]{9}|[0-9]{11}")), IBAN, BIC),
    "MD": (Identifier(TAX, "IDNO", "1008600038413", by_rule(idno)), IBAN, BIC),
    "MN": (Identifier(REGISTRATION, _("Registration number (РД)"), "2074192", by_pattern(r"[0-9]{7}")), BIC),
}
