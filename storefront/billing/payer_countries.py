"""The numbers that companies have in a country: how it names them, which its documents need, and their form.

A name that everybody uses as it is there (USt-IdNr.) is plain text; one in letters of its own is translated, with the
other spelling beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from stdnum.au import abn
from stdnum.by import unp
from stdnum.ca import bn
from stdnum.ee import registrikood
from stdnum.fi import ytunnus
from stdnum.fr import siren
from stdnum.in_ import gstin
from stdnum.md import idno
from stdnum.no import orgnr as no_orgnr
from stdnum.rs import pib
from stdnum.ru import inn, ogrn
from stdnum.se import orgnr as se_orgnr
from stdnum.tr import vkn
from stdnum.ua import edrpou, rntrc
from stdnum.us import ein

from storefront.billing.payer_numbers import (
    Check,
    any_number,
    bic_code,
    by_pattern,
    by_rule,
    ch_uid,
    ch_vat_number,
    gb_vat_number,
    iban_number,
    kz_number,
    no_vat_number,
    vat_of,
)


@dataclass(frozen=True, slots=True)
class Identifier:
    """One number. ``field``: where ``PayerDetails`` keeps it; ``name``: as the country says; ``example``: as it is
    written there; ``is_required``: a company's documents there cannot do without it."""

    field: str
    name: str | Promise
    example: str = ""
    check: Check = any_number
    is_required: bool = False


VAT, TAX, REGISTRATION = "vat_id", "tax_number", "registration_number"
BRANCH, BANK_CODE, ACCOUNT = "branch_code", "bank_code", "bank_account"
CORRESPONDENT, BENEFICIARY = "correspondent_account", "beneficiary_code"

IBAN = Identifier(ACCOUNT, "IBAN", "DE89 3704 0044 0532 0130 00", iban_number)
BIC = Identifier(BANK_CODE, "BIC", "DEUTDEFF", bic_code)
#: Where a country is not listed.
OTHERS = (
    Identifier(TAX, _("Tax number")),
    Identifier(REGISTRATION, _("Registration number")),
    Identifier(ACCOUNT, _("Account or IBAN")),
    BIC,
)

#: Member states of the European Union: VAT number, an example, and the register's number with an example and check.
_EU: dict[str, tuple[str, str, str, str, Check]] = {
    "AT": ("UID-Nummer", "ATU13585627", "Firmenbuchnummer", "FN 123456a", any_number),
    "BE": ("BTW / TVA", "BE0428759497", "KBO / BCE", "0428.759.497", any_number),
    "BG": ("ДДС №", "BG175074752", "ЕИК", "175074752", any_number),
    "CY": ("ΦΠΑ", "CY10259033P", "HE", "HE 123456", any_number),
    "CZ": ("DIČ", "CZ25123891", "IČO", "25123891", by_pattern(r"[0-9]{8}")),
    "DE": ("USt-IdNr.", "DE136695976", "Handelsregisternummer", "HRB 12345", any_number),
    "DK": ("Momsnr.", "DK13585628", "CVR-nr.", "13585628", by_pattern(r"[0-9]{8}")),
    "EE": ("KMKR", "EE100931558", "Registrikood", "12345678", by_rule(registrikood)),
    "ES": ("NIF-IVA", "ESB64717838", "Registro Mercantil", "M-123456", any_number),
    "FI": ("ALV-numero", "FI20774740", "Y-tunnus", "2077474-0", by_rule(ytunnus)),
    "FR": ("N° TVA", "FR40303265045", "SIREN", "552 008 443", by_rule(siren)),
    "GR": ("ΑΦΜ", "EL094259216", "ΓΕΜΗ", "000123456000", any_number),
    "HR": ("PDV-ID", "HR33392005961", "MBS", "080012345", any_number),
    "HU": ("Közösségi adószám", "HU12892312", "Cégjegyzékszám", "01-09-123456", any_number),
    "IE": ("VAT No.", "IE6433435F", "CRO No.", "123456", any_number),
    "IT": ("Partita IVA", "IT00743110157", "Codice fiscale", "00743110157", any_number),
    "LT": ("PVM kodas", "LT119511515", "Įmonės kodas", "123456789", by_pattern(r"[0-9]{7}([0-9]{2})?")),
    "LU": ("N° TVA", "LU15027442", "RCS", "B12345", any_number),
    "LV": ("PVN Nr.", "LV40003521600", "Reģ. Nr.", "40003521600", by_pattern(r"[0-9]{11}")),
    "MT": ("VAT No.", "MT11679112", "Company No.", "C 12345", any_number),
    "NL": ("Btw-id", "NL004495445B01", "KvK-nummer", "12345678", by_pattern(r"[0-9]{8}")),
    "PL": ("NIP", "PL8567346215", "KRS", "0000123456", by_pattern(r"[0-9]{10}")),
    "PT": ("NIF", "PT501964843", "NIPC", "501964843", any_number),
    "RO": ("Cod TVA", "RO18547290", "Nr. Reg. Com.", "J40/123/2020", any_number),
    "SE": ("Momsnr.", "SE556703748501", "Org.nr", "556703-7485", by_rule(se_orgnr)),
    "SI": ("ID za DDV", "SI50223054", "Matična številka", "1234567000", any_number),
    "SK": ("IČ DPH", "SK2022749619", "IČO", "12345678", by_pattern(r"[0-9]{8}")),
}


def _of_union(country: str) -> tuple[Identifier, ...]:
    vat, example, register, own_example, check = _EU[country]
    own = Identifier(REGISTRATION, register, own_example, check)
    return (Identifier(VAT, vat, example, vat_of(country)), own, IBAN, BIC)


_RU_BIK = Identifier(BANK_CODE, _("BIK (БИК)"), "044525225", by_pattern(r"[0-9]{9}"))
_RU_ACCOUNT = Identifier(ACCOUNT, _("Account (р/с)"), "40702810938000000001", by_pattern(r"[0-9]{20}"))
_RU_CORRESPONDENT = Identifier(
    CORRESPONDENT, _("Correspondent account (к/с)"), "30101810400000000225", by_pattern(r"[0-9]{20}")
)

#: What a company has.
COMPANIES: dict[str, tuple[Identifier, ...]] = {
    **{country: _of_union(country) for country in _EU},
    "RU": (
        Identifier(TAX, _("INN (ИНН)"), "7707083893", by_rule(inn), is_required=True),
        Identifier(BRANCH, _("KPP (КПП)"), "773601001", by_pattern(r"[0-9]{4}[0-9A-Z]{2}[0-9]{3}")),
        Identifier(REGISTRATION, _("OGRN (ОГРН)"), "1022200525819", by_rule(ogrn)),
        _RU_BIK,
        _RU_ACCOUNT,
        _RU_CORRESPONDENT,
    ),
    "KZ": (
        Identifier(TAX, _("BIN or IIN (БИН/ИИН)"), "940140000385", kz_number, is_required=True),
        Identifier(BANK_CODE, _("BIK (БИК)"), "CASPKZKA", bic_code),
        Identifier(ACCOUNT, _("IIK (ИИК)"), "KZ86 125K ZT50 0410 0100", iban_number),
        Identifier(BENEFICIARY, _("KBe (КБе)"), "17", by_pattern(r"[12][0-9]")),
    ),
    "BY": (
        Identifier(TAX, _("UNP (УНП)"), "200988541", by_rule(unp), is_required=True),
        Identifier(ACCOUNT, _("Account (р/с)"), "BY13 NBRB 3600 9000 0000 2Z00 AB00", iban_number),
        BIC,
    ),
    "UA": (
        Identifier(REGISTRATION, _("EDRPOU (ЄДРПОУ)"), "32855961", by_rule(edrpou), is_required=True),
        Identifier(TAX, _("IPN (ІПН)"), "328559626653", by_pattern(r"[0-9]{10}|[0-9]{12}")),
        Identifier(ACCOUNT, "IBAN", "UA21 3223 1300 0002 6007 2335 6600 1", iban_number),
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
    "MD": (Identifier(TAX, "IDNO", "1008600038413", by_rule(idno)), IBAN, BIC),
    "AE": (Identifier(VAT, "TRN", "100123456700003", by_pattern(r"[0-9]{15}")), IBAN, BIC),
    "AU": (Identifier(TAX, "ABN", "83 914 571 673", by_rule(abn)),),
    "CA": (Identifier(TAX, "BN", "12302 6635", by_rule(bn)),),
    "CH": (
        Identifier(VAT, "MWST-Nr.", "CHE-107.787.577 MWST", ch_vat_number),
        Identifier(REGISTRATION, "UID", "CHE-100.155.212", ch_uid),
        IBAN,
        BIC,
    ),
    "GB": (
        Identifier(VAT, _("VAT number"), "GB980780684", gb_vat_number),
        Identifier(REGISTRATION, _("Company number"), "01234567", by_pattern(r"[0-9]{8}|[A-Z]{2}[0-9]{6}")),
        IBAN,
        BIC,
    ),
    "IN": (Identifier(TAX, "GSTIN", "27AAPFU0939F1ZV", by_rule(gstin)),),
    "NO": (
        Identifier(VAT, "MVA-nummer", "NO995525828MVA", no_vat_number),
        Identifier(REGISTRATION, "Org.nr.", "988 077 917", by_rule(no_orgnr)),
        IBAN,
        BIC,
    ),
    "RS": (Identifier(TAX, "PIB", "101134702", by_rule(pib)), IBAN, BIC),
    "TR": (Identifier(TAX, "VKN", "4540536920", by_rule(vkn)), IBAN, BIC),
    "US": (Identifier(TAX, "EIN", "91-1144442", by_rule(ein)), Identifier(ACCOUNT, _("Account number"))),
}

#: What a person has whose documents name a number.
PERSONS: dict[str, tuple[Identifier, ...]] = {
    "RU": (Identifier(TAX, _("INN (ИНН)"), "500100732259", by_rule(inn)),),
    "KZ": (Identifier(TAX, _("IIN (ИИН)"), "940140000385", kz_number),),
    "BY": (Identifier(TAX, _("UNP (УНП)"), "200988541", by_rule(unp)),),
    "UA": (Identifier(TAX, _("RNOKPP (РНОКПП)"), "1759013776", by_rule(rntrc)),),
}
