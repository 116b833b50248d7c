"""Numbers of companies and banks in forty countries: taken as they are written there, stored in one form, and refused
with a digit that is wrong."""

from __future__ import annotations

import pytest

from storefront.billing import payer_fields
from storefront.billing.payer_countries import COMPANIES, PERSONS, Identifier

#: Country, the number's name there, as it is typed, as it is stored, and one that is wrong.
NUMBERS = """
AE | TRN                        | 100 1234 5670 0003   | 100123456700003        | 10012345670000
AR | CUIT                       | 20-05536168-2        | 20055361682            | 20-05536168-3
AT | UID-Nummer                 | ATU 13585627         | ATU13585627            | ATU13585626
AU | ABN                        | 83 914 571 673       | 83914571673            | 83 914 571 674
AZ | VÖEN                       | 140 155 5071         | 1401555071             | 1401555081
BE | KBO / BCE                  | 0428.759.497         | 0428759497             | 0428.759.498
BG | ДДС №                      | BG 175 074 752       | BG175074752            | BG175074753
BR | CNPJ                       | 16.727.230/0001-97   | 16727230000197         | 16.727.230/0001-98
BY | UNP (УНП)                  | 200988541            | 200988541              | 200988542
CA | BN                         | 12302 6635           | 123026635              | 12302 6636
CH | UID                        | CHE-100.155.212      | CHE100155212           | CHE-100.155.213
CL | RUT                        | 76.086.428-5         | 760864285              | 76.086.428-4
CN | USCC                       | 91110000600037341L   | 91110000600037341L     | 91110000600037342L
CO | NIT                        | 213.123.432-1        | 2131234321             | 213.123.432-5
CZ | IČO                        | 251 23 891           | 25123891               | 25123892
DE | USt-IdNr.                  | de 136 695 976       | DE136695976            | DE136695975
DK | CVR-nr.                    | 13 58 56 28          | 13585628               | 13585627
EE | KMKR                       | EE 100 931 558       | EE100931558            | EE100594103
ES | NIF-IVA                    | B-64717838           | ESB64717838            | ESB64717839
FI | Y-tunnus                   | 2077474-0            | 20774740               | 2077474-1
FR | SIREN                      | 552 008 443          | 552008443              | 552 008 444
GB | VAT number                 | GB 980 7806 84       | GB980780684            | GB802311781
GR | ΑΦΜ                        | 094259216            | EL094259216            | EL123456781
HU | Közösségi adószám          | HU-12892312          | HU12892312             | HU12892313
IE | VAT No.                    | IE 6433435F          | IE6433435F             | IE6433435E
IL | Het Pe                     | 5161 79157           | 516179157              | 516179158
IN | GSTIN                      | 27AAPFU0939F1ZV      | 27AAPFU0939F1ZV        | 27AAPFU0939F1ZO
IT | Partita IVA                | IT 00743110157       | IT00743110157          | IT00743110158
KG | INN (ИНН)                  | 01234567890123       | 01234567890123         | 0123456789012
KR | BRN                        | 116-82-00276         | 1168200276             | 116-82-0027
KZ | BIN or IIN (БИН/ИИН)       | 940 140 000 385      | 940140000385           | 940140000386
LT | PVM kodas                  | LT 119511515         | LT119511515            | LT119511514
LV | Reģ. Nr.                   | 40003521600          | 40003521600            | 40003521601
MD | IDNO                       | 1008600038413        | 1008600038413          | 1008600038412
MX | RFC                        | MAB-930714-8T4       | MAB9307148T4           | MAB-931414-8T4
NL | Btw-id                     | NL 4495445B01        | NL004495445B01         | NL123456789B90
NO | Org.nr.                    | 988 077 917          | 988077917              | 988 077 918
NZ | IRD number                 | 49-098-576           | 49098576               | 49-098-577
PL | NIP                        | 856-73-46-215        | PL8567346215           | PL8567346216
PT | NIPC                       | 501 964 843          | 501964843              | 501 964 842
RO | Cod TVA                    | RO 185 472 90        | RO18547290             | RO18547291
RS | PIB                        | 101134702            | 101134702              | 101134703
RU | INN (ИНН)                  | 7707 083893          | 7707083893             | 7707083894
SE | Org.nr                     | 556703-7485          | 5567037485             | 556703-7486
SG | UEN                        | 197401143C           | 197401143C             | 197401143D
SI | ID za DDV                  | SI 5022 3054         | SI50223054             | SI50223055
SK | IČ DPH                     | SK 202 274 96 19     | SK2022749619           | SK2022749618
TR | VKN                        | 4540536920           | 4540536920             | 4540536921
UA | EDRPOU (ЄДРПОУ)            | 32855961             | 32855961               | 32855968
UA | EDRPOU (ЄДРПОУ)            | 1759013776           | 1759013776             | 1759013770
US | EIN                        | 91-1144442           | 911144442              | 07-1144442
UZ | STIR (ИНН)                 | 201 122 919          | 201122919              | 20112291
ZA | Tax reference number       | 0001339050           | 0001339050             | 0001339051
DE | IBAN                       | DE89 3704 0044 0532 0130 00 | DE89370400440532013000 | DE89 3704 0044 0532 0130 01
DE | BIC                        | DEUT DE FF           | DEUTDEFF               | DEUTDEF
KZ | IIK (ИИК)                  | KZ86 125K ZT50 0410 0100 | KZ86125KZT5004100100 | DE89370400440532013000
KZ | BIK (БИК)                  | caspkzka             | CASPKZKA               | 044525225
RU | BIK (БИК)                  | 044 525 225          | 044525225              | 04452522
US | Routing number             | 111000025            | 111000025              | 111000024
GB | Sort code or BIC           | 12-34-56             | 123456                 | 12-34-5
GB | Account number or IBAN     | GB82 WEST 1234 5698 7654 32 | GB82WEST12345698765432 | 1234567
AU | BSB                        | 012-345              | 012345                 | 01234
IN | IFSC                       | abcd0123456          | ABCD0123456            | ABCD1123456
""".strip().splitlines()
#: A company's number is not a person's.
PERSONS_NUMBERS = (
    ("KZ", "900101350003", "940140000385"),
    ("RU", "500100732259", "7707083893"),
    ("IT", "RCCMNL83S18D969H", "RCCMNL83S18D969"),
    ("BR", "390.533.447-05", "16.727.230/0001-97"),
)


def named(country: str, name: str) -> Identifier:
    return next(each for each in COMPANIES[country] if str(each.name) == name)


@pytest.mark.parametrize("row", NUMBERS, ids=lambda row: " ".join(row.split("|")[0:2]))
def test_a_number_is_taken_as_it_is_written_and_refused_with_a_wrong_digit(row: str) -> None:
    country, name, typed, stored, wrong = (part.strip() for part in row.split("|"))
    identifier = named(country, name)
    assert payer_fields.read(identifier, typed) == stored
    with pytest.raises(ValueError, match="is not valid"):
        payer_fields.read(identifier, wrong)


def test_the_table_has_the_forty_likeliest_countries() -> None:
    assert len({row.split("|")[0] for row in NUMBERS}) >= 40


@pytest.mark.parametrize(("country", "right", "wrong"), PERSONS_NUMBERS)
def test_persons_have_numbers_of_their_own(country: str, right: str, wrong: str) -> None:
    (identifier,) = PERSONS[country]
    assert payer_fields.read(identifier, right)
    with pytest.raises(ValueError, match="is not valid"):
        payer_fields.read(identifier, wrong)
