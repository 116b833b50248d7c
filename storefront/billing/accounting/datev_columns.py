"""The columns of DATEV's Buchungsstapel, format version 13, in their order.

https://developer.datev.de/de/file-format/details/datev-format/format-description/booking-batch
"""

from __future__ import annotations

from collections.abc import Iterator


def _pairs(one: str, other: str, count: int) -> Iterator[str]:
    for number in range(1, count + 1):
        yield f"{one} {number}"
        yield f"{other} {number}"


NAMES = (
    "Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs", "Basis-Umsatz", "WKZ Basis-Umsatz",
    "Konto", "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum", "Belegfeld 1", "Belegfeld 2", "Skonto",
    "Buchungstext", "Postensperre", "Diverse Adressnummer", "Geschäftspartnerbank", "Sachverhalt", "Zinssperre",
    "Beleglink", *_pairs("Beleginfo - Art", "Beleginfo - Inhalt", 8), "KOST1 - Kostenstelle", "KOST2 - Kostenstelle",
    "Kost-Menge", "EU-Land u. UStID (Bestimmung)", "EU-Steuersatz (Bestimmung)", "Abw. Versteuerungsart",
    "Sachverhalt L+L", "Funktionsergänzung L+L", "BU 49 Hauptfunktionstyp", "BU 49 Hauptfunktionsnummer",
    "BU 49 Funktionsergänzung", *_pairs("Zusatzinformation - Art", "Zusatzinformation- Inhalt", 20), "Stück",
    "Gewicht", "Zahlweise", "Forderungsart", "Veranlagungsjahr", "Zugeordnete Fälligkeit", "Skontotyp",
    "Auftragsnummer", "Buchungstyp", "USt-Schlüssel (Anzahlungen)", "EU-Land (Anzahlungen)",
    "Sachverhalt L+L (Anzahlungen)", "EU-Steuersatz (Anzahlungen)", "Erlöskonto (Anzahlungen)", "Herkunft-Kz",
    "Buchungs GUID", "KOST-Datum", "SEPA-Mandatsreferenz", "Skontosperre", "Gesellschaftername", "Beteiligtennummer",
    "Identifikationsnummer", "Zeichnernummer", "Postensperre bis", "Bezeichnung SoBil-Sachverhalt",
    "Kennzeichen SoBil-Buchung", "Festschreibung", "Leistungsdatum", "Datum Zuord. Steuerperiode", "Fälligkeit",
    "Generalumkehr (GU)", "Steuersatz", "Land", "Abrechnungsreferenz", "BVV-Position",
    "EU-Land u. UStID (Ursprung)", "EU-Steuersatz (Ursprung)", "Abw. Skontokonto",
)  # fmt: skip
#: Columns of text, which stand in quotes also where they are empty.
TEXTS = frozenset(
    place for place, name in enumerate(NAMES)
    if name.startswith(("Beleg", "Zusatzinformation", "WKZ", "EU-Land", "KOST1", "KOST2")) and name != "Belegdatum"
) | frozenset(map(NAMES.index, (
    "Soll/Haben-Kennzeichen", "BU-Schlüssel", "Buchungstext", "Diverse Adressnummer", "Abw. Versteuerungsart",
    "Forderungsart", "Auftragsnummer", "Buchungstyp", "Herkunft-Kz", "Buchungs GUID", "SEPA-Mandatsreferenz",
    "Gesellschaftername", "Identifikationsnummer", "Zeichnernummer", "Bezeichnung SoBil-Sachverhalt",
    "Generalumkehr (GU)", "Land", "Abrechnungsreferenz",
)))  # fmt: skip
