"""Companies of the European Union."""

from __future__ import annotations

from stdnum.be import vat as be_vat
from stdnum.bg import vat as bg_vat
from stdnum.cz import dic
from stdnum.dk import cvr
from stdnum.ee import registrikood
from stdnum.fi import ytunnus
from stdnum.fr import siren
from stdnum.it import codicefiscale
from stdnum.lv import pvn
from stdnum.pt import nif as pt_nif
from stdnum.se import orgnr
from stdnum.si import maticna

from storefront.billing.payer_countries.identifiers import BIC, IBAN, REGISTRATION, VAT, Identifier
from storefront.billing.payer_numbers import Check, any_number, by_pattern, by_rule, vat_of

#: Member states: VAT number, an example, and the register's number with an example and check.
_EU: dict[str, tuple[str, str, str, str, Check]] = {
    "AT": ("UID-Nummer", "ATU13585627", "Firmenbuchnummer", "FN 123456a", any_number),
    "BE": ("BTW / TVA", "BE0428759497", "KBO / BCE", "0428.759.497", by_rule(be_vat)),
    "BG": ("ДДС №", "BG175074752", "ЕИК", "175074752", by_rule(bg_vat)),
    "CY": ("ΦΠΑ", "CY10259033P", "HE", "HE 123456", any_number),
    "CZ": ("DIČ", "CZ25123891", "IČO", "25123891", by_rule(dic, r"[0-9]{8}")),
    "DE": ("USt-IdNr.", "DE136695976", "Handelsregisternummer", "HRB 12345", any_number),
    "DK": ("Momsnr.", "DK13585628", "CVR-nr.", "13585628", by_rule(cvr)),
    "EE": ("KMKR", "EE100931558", "Registrikood", "12345678", by_rule(registrikood)),
    "ES": ("NIF-IVA", "ESB64717838", "Registro Mercantil", "M-123456", any_number),
    "FI": ("ALV-numero", "FI20774740", "Y-tunnus", "2077474-0", by_rule(ytunnus)),
    "FR": ("N° TVA", "FR40303265045", "SIREN", "552 008 443", by_rule(siren)),
    "GR": ("ΑΦΜ", "EL094259216", "ΓΕΜΗ", "000123456000", by_pattern(r"[0-9]{9,12}")),
    "HR": ("PDV-ID", "HR33392005961", "MBS", "080012345", by_pattern(r"[0-9]{8,9}")),
    "HU": ("Közösségi adószám", "HU12892312", "Cégjegyzékszám", "01-09-123456", by_pattern(r"[0-9]{10}")),
    "IE": ("VAT No.", "IE6433435F", "CRO No.", "123456", any_number),
    "IT": ("Partita IVA", "IT00743110157", "Codice fiscale", "00743110157", by_rule(codicefiscale)),
    "LT": ("PVM kodas", "LT119511515", "Įmonės kodas", "123456789", by_pattern(r"[0-9]{7}([0-9]{2})?")),
    "LU": ("N° TVA", "LU15027442", "RCS", "B12345", any_number),
    "LV": ("PVN Nr.", "LV40003521600", "Reģ. Nr.", "40003521600", by_rule(pvn)),
    "MT": ("VAT No.", "MT11679112", "Company No.", "C 12345", any_number),
    "NL": ("Btw-id", "NL004495445B01", "KvK-nummer", "12345678", by_pattern(r"[0-9]{8}")),
    "PL": ("NIP", "PL8567346215", "KRS", "0000123456", by_pattern(r"[0-9]{10}")),
    "PT": ("NIF", "PT501964843", "NIPC", "501964843", by_rule(pt_nif)),
    "RO": ("Cod TVA", "RO18547290", "Nr. Reg. Com.", "J40/123/2020", any_number),
    "SE": ("Momsnr.", "SE556703748501", "Org.nr", "556703-7485", by_rule(orgnr)),
    "SI": ("ID za DDV", "SI50223054", "Matična številka", "9331310000", by_rule(maticna)),
    "SK": ("IČ DPH", "SK2022749619", "IČO", "12345678", by_pattern(r"[0-9]{8}")),
}


def _of_state(country: str) -> tuple[Identifier, ...]:
    vat, example, register, own_example, check = _EU[country]
    own = Identifier(REGISTRATION, register, own_example, check)
    return (Identifier(VAT, vat, example, vat_of(country)), own, IBAN, BIC)


COMPANIES = {country: _of_state(country) for country in _EU}
