"""Companies of the other countries of Europe, of Asia, Africa, America and Oceania."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from stdnum.al import nipt
from stdnum.ar import cbu, cuit
from stdnum.au import abn
from stdnum.br import cnpj
from stdnum.ca import bn
from stdnum.cl import rut as cl_rut
from stdnum.cn import uscc
from stdnum.co import nit as co_nit
from stdnum.cr import cpj
from stdnum.do import rnc
from stdnum.dz import nif as dz_nif
from stdnum.ec import ruc as ec_ruc
from stdnum.eg import tn as eg_tn
from stdnum.fo import vn as fo_vn
from stdnum.gh import tin as gh_tin
from stdnum.gt import nit as gt_nit
from stdnum.id import npwp
from stdnum.il import hp
from stdnum.in_ import gstin
from stdnum.is_ import kennitala, vsk
from stdnum.jp import cn as jp_cn
from stdnum.ke import pin
from stdnum.kr import brn
from stdnum.li import peid
from stdnum.ma import ice
from stdnum.mc import tva
from stdnum.me import pib as me_pib
from stdnum.mk import edb
from stdnum.mx import rfc
from stdnum.mz import nuit
from stdnum.no import orgnr
from stdnum.nz import bankaccount, ird
from stdnum.pe import ruc as pe_ruc
from stdnum.py import ruc as py_ruc
from stdnum.rs import pib as rs_pib
from stdnum.sg import uen
from stdnum.sm import coe
from stdnum.sn import ninea
from stdnum.sv import nit as sv_nit
from stdnum.th import tin as th_tin
from stdnum.tn import mf
from stdnum.tr import vkn
from stdnum.tw import ubn
from stdnum.us import ein, rtn
from stdnum.uy import rut as uy_rut
from stdnum.ve import rif
from stdnum.vn import mst
from stdnum.za import tin as za_tin

from storefront.billing.payer_countries.identifiers import (
    ACCOUNT,
    ACCOUNT_NUMBER,
    BANK_CODE,
    BIC,
    IBAN,
    REGISTRATION,
    TAX,
    VAT,
    Identifier,
)
from storefront.billing.payer_numbers import (
    Rule,
    bic_code,
    by_pattern,
    by_rule,
    ch_uid,
    ch_vat_number,
    either,
    gb_vat_number,
    iban_number,
    no_vat_number,
)


def _taxed(name: str, example: str, rule: Rule, *bank: Identifier) -> tuple[Identifier, ...]:
    """One tax number, checked by python-stdnum, and the bank."""
    return (Identifier(TAX, name, example, by_rule(rule)), *(bank or (ACCOUNT_NUMBER, BIC)))


_EUROPE: dict[str, tuple[Identifier, ...]] = {
    "AL": _taxed("NIPT", "K22218003V", nipt, IBAN, BIC),
    "BA": (Identifier(TAX, "JIB", "4200000000005", by_pattern(r"[0-9]{12,13}")), IBAN, BIC),
    "CH": (
        Identifier(VAT, "MWST-Nr.", "CHE-107.787.577 MWST", ch_vat_number),
        Identifier(REGISTRATION, "UID", "CHE-100.155.212", ch_uid),
        IBAN,
        BIC,
    ),
    "FO": _taxed("V-tal", "623857", fo_vn, IBAN, BIC),
    "GB": (
        Identifier(VAT, _("VAT number"), "GB980780684", gb_vat_number),
        Identifier(REGISTRATION, _("Company number"), "01234567", by_pattern(r"[0-9]{8}|[A-Z]{2}[0-9]{6}")),
        Identifier(BANK_CODE, _("Sort code or BIC"), "12-34-56", either(by_pattern(r"[0-9]{6}"), bic_code)),
        Identifier(ACCOUNT, _("Account number or IBAN"), "12345678", either(by_pattern(r"[0-9]{8}"), iban_number)),
    ),
    "IS": (
        Identifier(VAT, "VSK-númer", "00621", by_rule(vsk)),
        Identifier(REGISTRATION, "Kennitala", "450401-3150", by_rule(kennitala)),
        IBAN,
        BIC,
    ),
    "LI": _taxed("PEID", "1234567", peid, IBAN, BIC),
    "MC": (Identifier(VAT, "N° TVA", "FR53000004605", by_rule(tva)), IBAN, BIC),
    "ME": _taxed("PIB", "02655284", me_pib, IBAN, BIC),
    "MK": _taxed("EDB", "4030000375897", edb, IBAN, BIC),
    "NO": (
        Identifier(VAT, "MVA-nummer", "NO995525828MVA", no_vat_number),
        Identifier(REGISTRATION, "Org.nr.", "988 077 917", by_rule(orgnr)),
        IBAN,
        BIC,
    ),
    "RS": _taxed("PIB", "101134702", rs_pib, IBAN, BIC),
    "SM": _taxed("COE", "51", coe, IBAN, BIC),
    "TR": _taxed("VKN", "4540536920", vkn, IBAN, BIC),
}

_IFSC = Identifier(BANK_CODE, "IFSC", "ABCD0123456", by_pattern(r"[A-Z]{4}0[A-Z0-9]{6}"))

_ASIA_AND_AFRICA: dict[str, tuple[Identifier, ...]] = {
    "AE": (Identifier(VAT, "TRN", "100123456700003", by_pattern(r"[0-9]{15}")), IBAN, BIC),
    "CN": _taxed("USCC", "91110000600037341L", uscc),
    "DZ": _taxed("NIF", "416001000000007", dz_nif),
    "EG": _taxed("TRN", "100-531-385", eg_tn, IBAN, BIC),
    "GH": _taxed("TIN", "C0000803561", gh_tin),
    "HK": (Identifier(REGISTRATION, "BR No.", "12345678", by_pattern(r"[0-9]{8}([0-9]{3})?")), ACCOUNT_NUMBER, BIC),
    "ID": _taxed("NPWP", "01.312.166.0-091.000", npwp),
    "IL": (Identifier(REGISTRATION, "Het Pe", "516179157", by_rule(hp)), IBAN, BIC),
    "IN": _taxed("GSTIN", "27AAPFU0939F1ZV", gstin, _IFSC, ACCOUNT_NUMBER),
    "JP": (
        Identifier(REGISTRATION, "Hojin Bango", "5-8356-7825-6246", by_rule(jp_cn)),
        ACCOUNT_NUMBER,
        BIC,
    ),
    "KE": _taxed("KRA PIN", "P051365947M", pin),
    "KR": _taxed("BRN", "116-82-00276", brn),
    "MA": _taxed("ICE", "001561191000066", ice),
    "MZ": _taxed("NUIT", "400339910", nuit),
    "SA": (Identifier(VAT, "TRN", "300123456700003", by_pattern(r"3[0-9]{13}3")), IBAN, BIC),
    "SG": (Identifier(REGISTRATION, "UEN", "197401143C", by_rule(uen)), ACCOUNT_NUMBER, BIC),
    "SN": _taxed("NINEA", "306 7221", ninea),
    "TH": _taxed("TIN", "1-2345-45678-78-1", th_tin),
    "TN": _taxed("Matricule fiscal", "1234567/M/A/E/001", mf, IBAN, BIC),
    "TW": _taxed("UBN", "00501503", ubn),
    "VN": _taxed("MST", "0100233488", mst),
    "ZA": _taxed("Tax reference number", "0001339050", za_tin),
}

_BSB = Identifier(BANK_CODE, "BSB", "012-345", by_pattern(r"[0-9]{6}"))
_CBU = Identifier(ACCOUNT, "CBU", "2850590940090418135201", by_rule(cbu))
_CLABE = Identifier(ACCOUNT, "CLABE", "032180000118359719", by_pattern(r"[0-9]{18}"))
_NZ_ACCOUNT = Identifier(ACCOUNT, _("Account number"), "01-0242-0100194-00", by_rule(bankaccount))
_ROUTING_NUMBER = Identifier(BANK_CODE, _("Routing number"), "111000025", by_rule(rtn))

_AMERICA_AND_OCEANIA: dict[str, tuple[Identifier, ...]] = {
    "AR": _taxed("CUIT", "20-05536168-2", cuit, _CBU),
    "AU": _taxed("ABN", "83 914 571 673", abn, _BSB, ACCOUNT_NUMBER),
    "BR": _taxed("CNPJ", "16.727.230/0001-97", cnpj, IBAN, BIC),
    "CA": _taxed("BN", "12302 6635", bn),
    "CL": _taxed("RUT", "76086428-5", cl_rut),
    "CO": _taxed("NIT", "213.123.432-1", co_nit),
    "CR": _taxed("Cédula jurídica", "3-101-999999", cpj, IBAN, BIC),
    "DO": _taxed("RNC", "1-01-85004-3", rnc),
    "EC": _taxed("RUC", "1792060346-001", ec_ruc),
    "GT": _taxed("NIT", "576937-K", gt_nit),
    "MX": _taxed("RFC", "MAB-930714-8T4", rfc, _CLABE),
    "NZ": _taxed("IRD number", "49-098-576", ird, _NZ_ACCOUNT),
    "PE": _taxed("RUC", "20512333797", pe_ruc),
    "PY": _taxed("RUC", "80028061-0", py_ruc),
    "SV": _taxed("NIT", "0614-050707-104-8", sv_nit, IBAN, BIC),
    "US": _taxed("EIN", "91-1144442", ein, _ROUTING_NUMBER, ACCOUNT_NUMBER),
    "UY": _taxed("RUT", "21-100342-001-7", uy_rut),
    "VE": _taxed("RIF", "V-11470283-4", rif),
}

COMPANIES = _EUROPE | _ASIA_AND_AFRICA | _AMERICA_AND_OCEANIA
