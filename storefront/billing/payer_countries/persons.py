"""Persons whose documents name a number."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from stdnum.br import cpf
from stdnum.by import unp
from stdnum.cl import rut
from stdnum.es import nif as es_nif
from stdnum.it import codicefiscale
from stdnum.mx import rfc
from stdnum.pt import nif as pt_nif
from stdnum.ru import inn
from stdnum.tr import tckimlik
from stdnum.ua import rntrc

from storefront.billing.payer_countries.identifiers import TAX, Identifier
from storefront.billing.payer_numbers import by_rule, kz_persons_number

PERSONS: dict[str, tuple[Identifier, ...]] = {
    "RU": (Identifier(TAX, _("INN (ИНН)"), "500100732259", by_rule(inn, r"[0-9]{12}")),),
    "KZ": (Identifier(TAX, _("IIN (ИИН)"), "900101350003", kz_persons_number),),
    "BY": (Identifier(TAX, _("UNP (УНП)"), "MA1953684", by_rule(unp)),),
    "UA": (Identifier(TAX, _("RNOKPP (РНОКПП)"), "1759013776", by_rule(rntrc)),),
    "BR": (Identifier(TAX, "CPF", "390.533.447-05", by_rule(cpf)),),
    "CL": (Identifier(TAX, "RUT", "12531909-2", by_rule(rut)),),
    "ES": (Identifier(TAX, "NIF", "54362315K", by_rule(es_nif)),),
    "IT": (Identifier(TAX, "Codice fiscale", "RCCMNL83S18D969H", by_rule(codicefiscale)),),
    "MX": (Identifier(TAX, "RFC", "GODE 561231 GR8", by_rule(rfc)),),
    "PT": (Identifier(TAX, "NIF", "501964843", by_rule(pt_nif)),),
    "TR": (Identifier(TAX, "T.C. Kimlik No", "17291716060", by_rule(tckimlik)),),
}
