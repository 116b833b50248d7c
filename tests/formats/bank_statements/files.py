"""Statement files as banks send them, written by hand, and the same with some lines added."""
# ruff: noqa: E501

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

IBAN = "DE89370400440532013000"


def camt(version: str = "08", *, entries: str = "", opening: str = "1000.00", closing: str = "1000.00", number: str = "7",
         account: str = IBAN, kind: str = "BkToCstmrStmt", root: str = "Stmt", message: str = "053") -> bytes:  # fmt: skip
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.{message}.001.{version}">
<{kind}><GrpHdr><MsgId>1</MsgId></GrpHdr><{root}><Id>S1</Id><ElctrncSeqNb>{number}</ElctrncSeqNb>
<Acct><Id><IBAN>{account}</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{opening}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-26</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{closing}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-27</Dt></Dt></Bal>
{entries}</{root}></{kind}></Document>""".encode()


def entry_08(amount: str, text: Iterable[str] = (), *, mark: str = "CRDT", status: str = "BOOK", reference: str = "A1",
             day: str = "2026-11-27", extra: str = "", name: str = "Klient OÜ", rf: str = "", e2e: str = "NOTPROVIDED") -> str:  # fmt: skip
    ustrd = "".join(f"<Ustrd>{each}</Ustrd>" for each in text)
    strd = f"<Strd><CdtrRefInf><Ref>{rf}</Ref></CdtrRefInf></Strd>" if rf else ""
    return f"""<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{mark}</CdtDbtInd>{extra}<Sts><Cd>{status}</Cd></Sts>
<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt><AcctSvcrRef>{reference}</AcctSvcrRef>
<NtryDtls><TxDtls><Refs><EndToEndId>{e2e}</EndToEndId></Refs><Amt Ccy="EUR">{amount}</Amt>
<RltdPties><Dbtr><Pty><Nm>{name}</Nm></Pty></Dbtr><DbtrAcct><Id><IBAN>EE38 2200 2210 2014 5685</IBAN></Id></DbtrAcct></RltdPties>
<RmtInf>{ustrd}{strd}</RmtInf></TxDtls></NtryDtls></Ntry>"""


MT940_GERMAN = """:20:STARTUMSE
:25:37040044/0532013000
:28C:00012/001
:60F:C261126EUR1000,00
:61:2611271127C99,90NTRFKD77//BANKREF1
:86:166?00GUTSCHRIFT?109310?20EREF+NOTPROVIDED?21SVWZ+Rechnung: INV-2026-000?22123 vom 01.11.?30COBADEFFXXX?31DE02120300
000000202051?32Muster GmbH?33und Sohn
:61:2611271127RC50,00NRTINONREF
:86:109?00RETOURE?20SVWZ+Zurueck INV-2026-000124?32Anna Beispiel
:62F:C261127EUR1049,90
-
"""
MT940_DUTCH = """{1:F01INGBNL2ABXXX0000000000}{2:I940INGBNL2AXXXN}{4:
:20:P1
:25:NL69INGB0123456789EUR
:28C:00100
:60F:C261126EUR0,00
:61:2611271127C1250,00NTRFEREF//26112700001
:86:/EREF/E2E-77//CNTP/NL32INGB0000012345/INGBNL2A/Test Klant BV/AMSTERDAM///REMI/USTD//RE 2026000123 2026000
124/
:62F:C261127EUR1250,00
-}
"""
MT940_POLISH = """:20:MT940
:25:PL27114020040000300201355387
:28C:1
:60F:C261126PLN10,00
:61:2611271127C123,45NTRFNONREF//REF1
:86:020<00Przelew<20INV-2026-000123<21oplata<27ACME SP. Z O.O.<32ACME SP. Z O.O.<38PL10105000997603123456789123
:62F:C261127PLN133,45
-
"""
ONE_C = """1CClientBankExchange
ВерсияФормата=1.03
Кодировка=Windows
Отправитель=Банк
Получатель=
ДатаСоздания=27.11.2026
ВремяСоздания=12:00:00
ДатаНачала=27.11.2026
ДатаКонца=27.11.2026
РасчСчет=40702810400000000225
СекцияРасчСчет
ДатаНачала=27.11.2026
ДатаКонца=27.11.2026
РасчСчет=40702810400000000225
НачальныйОстаток=1000.00
ВсегоПоступило=5000.00
ВсегоСписано=300.00
КонечныйОстаток=5700.00
КонецРасчСчет
СекцияДокумент=Платежное поручение
Номер=15
Дата=26.11.2026
Сумма=5000.00
ПлательщикСчет=40702810100000000001
Плательщик=ИНН 7707083893 ООО "Ромашка"
ПлательщикИНН=7707083893
ПлательщикКПП=
ДатаСписано=26.11.2026
ПолучательСчет=40702810400000000225
ДатаПоступило=27.11.2026
НазначениеПлатежа=Оплата по счету № INV-2026-000123 от 01.11.2026. НДС не облагается
КонецДокумента
СекцияДокумент=Платежное поручение
Номер=16
Дата=27.11.2026
Сумма=300.00
ПлательщикСчет=40702810400000000225
ДатаСписано=27.11.2026
Получатель1=Аренда
ПолучательСчет=40702810100000000009
НазначениеПлатежа=Аренда
КонецДокумента
СекцияДокумент=Платежное поручение
Номер=17
Дата=27.11.2026
Сумма=70.00
ПлательщикСчет=40702810100000000001
ПолучательСчет=40702810400000000225
НазначениеПлатежа=ещё не пришло
КонецДокумента
КонецФайла
"""
CSV_GERMAN = """Umsaetze von;01.11.2026

Auftragskonto;Buchungstag;Valutadatum;Verwendungszweck;Beguenstigter/Zahlungspflichtiger;Kontonummer/IBAN;Betrag;Waehrung
DE89370400440532013000;27.11.2026;27.11.2026;"RE INV-2026-000123; danke";Muster GmbH;DE02120300000000202051;1.234,50;EUR
DE89370400440532013000;26.11.2026;26.11.2026;Miete;Vermieter;DE02120300000000202051;-800,00;EUR
"""


def mt940_of(amounts: Iterable[Decimal]) -> str:
    """A right statement with these movements."""
    balance, lines = Decimal("500.00"), []
    for number, amount in enumerate(amounts):
        balance += amount
        mark, figure = ("C" if amount > 0 else "D"), f"{abs(amount):.2f}".replace(".", ",")
        lines.append(f":61:2611271127{mark}{figure}NTRFNONREF//R{number}\n:86:text {number}")
    closing = f"{'C' if balance >= 0 else 'D'}261127EUR{f'{abs(balance):.2f}'.replace('.', ',')}"
    head = [":20:X", ":25:DE89370400440532013000", ":28C:1", ":60F:C261126EUR500,00"]
    return "\n".join([*head, *lines, f":62F:{closing}", "-"])
