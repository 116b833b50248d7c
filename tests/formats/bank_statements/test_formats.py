"""What is read of each format, in the ways that banks write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from storefront.formats.bank_statements import Format, Mapping, format_of, keys, read
from tests.formats.bank_statements import files

GERMAN = Mapping(
    encoding="cp1252", skip_rows=2, booked_on="Buchungstag", value_on="Valutadatum", amount="Betrag", currency="Waehrung",  # noqa: E501
    text="Verwendungszweck", payer_name="Beguenstigter/Zahlungspflichtiger", payer_account="Kontonummer/IBAN",
    account="Auftragskonto",
)  # fmt: skip


def test_camt_08_tells_payer_text_and_reference():
    entries = files.entry_08("99.90", ["Rechnung INV-2026-000", "123 danke"], rf="RF462026000123", e2e="E2E-1")
    (statement,) = read(files.camt(entries=entries, closing="1099.90"))
    assert (statement.format, statement.account, statement.currency) == (Format.CAMT, files.IBAN, "EUR")
    assert (statement.number, statement.opening, statement.closing) == ("7", Decimal("1000.00"), Decimal("1099.90"))
    (line,) = statement.lines
    assert (line.amount, line.booked_on, line.is_final) == (Decimal("99.90"), date(2026, 11, 27), True)
    assert (line.payer_name, line.payer_account) == ("Klient OÜ", "EE382200221020145685")
    assert line.text == "Rechnung INV-2026-000123 danke"  # parts of one text are joined as they were cut
    assert (line.structured_reference, line.end_to_end, line.reference) == ("RF462026000123", "E2E-1", "A1")


@pytest.mark.parametrize("version", ["02", "04"])
def test_earlier_versions_of_camt_hold_the_same(version):
    amount = (
        '<AmtDtls><TxAmt><Amt Ccy="EUR">10.00</Amt></TxAmt></AmtDtls>'
        if version == "02"
        else '<Amt Ccy="EUR">10.00</Amt>'
    )
    item = f"<TxDtls>{amount}<RltdPties><Dbtr><Nm>Alt AG</Nm></Dbtr></RltdPties><RmtInf><Ustrd>%s</Ustrd></RmtInf></TxDtls>"  # noqa: E501
    entry = (
        '<Ntry><Amt Ccy="EUR">20.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><DtTm>2026-11-27T01:00:00'
        f"</DtTm></BookgDt><NtryDtls><Btch><NbOfTxs>2</NbOfTxs></Btch>{item % 'one'}{item % 'two'}</NtryDtls></Ntry>"
    )
    (statement,) = read(files.camt(version, entries=entry, closing="1020.00"))
    assert [(line.amount, line.text, line.payer_name, line.item) for line in statement.lines] == [
        (Decimal("10.00"), "one", "Alt AG", 0),
        (Decimal("10.00"), "two", "Alt AG", 1),
    ]


def test_items_that_do_not_add_up_to_their_booking_are_one_line():
    """A bank took its fee off: what counts is what arrived."""
    entry = files.entry_08("90.00").replace(
        '<Amt Ccy="EUR">90.00</Amt>\n<RltdPties>', '<Amt Ccy="EUR">50.00</Amt>\n<RltdPties>'
    )
    entry = entry.replace("</TxDtls>", '</TxDtls><TxDtls><Amt Ccy="EUR">45.00</Amt></TxDtls>')
    (statement,) = read(files.camt(entries=entry, closing="1090.00"))
    assert [line.amount for line in statement.lines] == [Decimal("90.00")]


def test_what_is_announced_only_is_not_final():
    for status in ("PDNG", "INFO", "FUTR"):
        (statement,) = read(files.camt(entries=files.entry_08("5.00", status=status)))
        assert [line.is_final for line in statement.lines] == [False], status
    report = files.camt(
        entries=files.entry_08("5.00"), kind="BkToCstmrAcctRpt", root="Rpt", message="052", closing="1000.00"
    )
    (statement,) = read(report)
    assert not statement.is_final and not statement.lines[0].is_final


def test_a_reversal_and_a_returned_payment_are_told():
    reversal = files.entry_08("30.00", mark="DBIT", extra="<RvslInd>true</RvslInd>")
    returned = files.entry_08("20.00", mark="DBIT", reference="A2").replace(
        "</TxDtls>", "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf></TxDtls>"
    )
    paid_out = files.entry_08("10.00", mark="DBIT", reference="A3")
    (statement,) = read(files.camt(entries=reversal + returned + paid_out, closing="940.00"))
    assert [(line.amount, line.is_reversal, line.return_reason) for line in statement.lines] == [
        (Decimal("-30.00"), True, ""),
        (Decimal("-20.00"), True, "AC04"),
        (Decimal("-10.00"), False, ""),
    ]


def test_german_mt940_with_a_reversal():
    (statement,) = read(files.MT940_GERMAN.encode())
    assert (statement.account, statement.number) == ("370400440532013000", "12")
    paid, reversed_ = statement.lines
    assert (paid.amount, paid.payer_name, paid.payer_account) == (
        Decimal("99.90"), "Muster GmbH und Sohn", "DE02120300000000202051",
    )  # fmt: skip
    assert paid.text == "Rechnung: INV-2026-000123 vom 01.11."
    assert (paid.customer_reference, paid.reference, paid.end_to_end) == ("KD77", "BANKREF1", "")
    assert (reversed_.amount, reversed_.is_reversal, reversed_.reference) == (Decimal("-50.00"), True, "")


def test_dutch_and_polish_mt940():
    (dutch,) = read(files.MT940_DUTCH.encode())
    assert dutch.account == "NL69INGB0123456789"
    assert (dutch.lines[0].text, dutch.lines[0].payer_name) == ("RE 2026000123 2026000124", "Test Klant BV")
    assert (dutch.lines[0].payer_account, dutch.lines[0].end_to_end) == ("NL32INGB0000012345", "E2E-77")
    (polish,) = read(files.MT940_POLISH.encode())
    assert (polish.currency, polish.lines[0].payer_name) == ("PLN", "ACME SP. Z O.O.")
    assert polish.lines[0].payer_account == "PL10105000997603123456789123"
    assert polish.lines[0].text.startswith("INV-2026-000123 oplata")


def test_mt940_that_goes_on_in_a_second_message_is_one_statement():
    text = (
        ":20:A\n:25:DE1\n:28C:5/1\n:60F:C261230EUR0,\n:61:2612310101C10,NTRFNONREF\n:86:a\n:62M:C261231EUR10,\n-\n"
        ":20:A\n:25:DE1\n:28C:5/2\n:60M:C261231EUR10,\n:61:2612311231C5,NTRFNONREF\n:86:b\n:62F:C261231EUR15,\n-\n"
    )
    (statement,) = read(text.encode())
    assert (statement.opening, statement.closing, len(statement.lines)) == (Decimal(0), Decimal(15), 2)
    assert statement.lines[0].booked_on == date(2027, 1, 1)  # the year is not written: the nearest to the value date


@pytest.mark.parametrize("encoding", ["cp1251", "utf-8", "utf-8-sig", "cp866"])
def test_1c_exchange_in_every_encoding(encoding):
    text = files.ONE_C.replace("\n", "\r\n")
    if encoding == "cp866":
        text = text.replace("Кодировка=Windows", "Кодировка=DOS").replace("№", "N")
    (statement,) = read(text.encode(encoding))
    assert (statement.account, statement.currency) == ("40702810400000000225", "RUB")
    came, went, announced = statement.lines
    assert (came.amount, came.payer_name, came.payer_tax_number) == (Decimal("5000.00"), 'ООО "Ромашка"', "7707083893")
    assert came.text.startswith("Оплата по счету") and came.booked_on == date(2026, 11, 27)
    assert (went.amount, went.payer_name) == (Decimal("-300.00"), "Аренда")
    assert not announced.is_final and came.is_final and went.is_final


def test_csv_by_its_mapping():
    (statement,) = read(files.CSV_GERMAN.encode("cp1252"), mapping=GERMAN, account=files.IBAN, currency="EUR")
    came, went = statement.lines
    assert (came.amount, came.position, came.text) == (Decimal("1234.50"), 4, "RE INV-2026-000123; danke")
    assert went.amount == Decimal("-800.00")


def test_csv_with_two_columns_for_the_amount_and_balances_the_latest_first():
    text = 'Date,In,Out,Text,Balance\n2026-11-28,,3.00,fee,17.00\n2026-11-27,"1,020.00",,in,20.00\n'
    mapping = Mapping(
        delimiter=",", date_format="%Y-%m-%d", decimal_sign=".", booked_on="Date", credit="In", debit="Out", text="Text",  # noqa: E501
        balance="Balance",
    )  # fmt: skip
    (statement,) = read(text.encode(), mapping=mapping, account="X1", currency="USD")
    assert [line.amount for line in statement.lines] == [Decimal("-3.00"), Decimal("1020.00")]
    assert (statement.opening, statement.closing) == (Decimal("-1000.00"), Decimal("17.00"))


def test_csv_whose_direction_stands_in_a_column():
    text = "Дата;Сумма;Тип\n27.11.2026;10,00;Списание\n27.11.2026;20,00;Зачисление\n"
    mapping = Mapping(encoding="cp1251", booked_on="Дата", amount="Сумма", direction="Тип", outgoing="Списание")
    (statement,) = read(text.encode("cp1251"), mapping=mapping, account="X1", currency="RUB")
    assert [line.amount for line in statement.lines] == [Decimal("-10.00"), Decimal("20.00")]


def test_the_format_is_known_by_the_content():
    assert format_of(files.camt()) == Format.CAMT
    assert format_of(files.MT940_DUTCH.encode()) == format_of(b"\r\n" + files.MT940_GERMAN.encode()) == Format.MT940
    assert format_of(b"\xef\xbb\xbf" + files.ONE_C.encode()) == format_of(files.ONE_C.encode("cp1251")) == Format.ONE_C
    assert format_of(files.CSV_GERMAN.encode()) is None


def test_equal_lines_of_a_day_keep_keys_of_their_own():
    twice = files.entry_08("5.00", ["same"], reference="") * 2
    (statement,) = read(files.camt(entries=twice, closing="1010.00"))
    assert len(set(keys(statement))) == 2
    (again,) = read(files.camt(entries=twice + files.entry_08("5.00", ["other"], reference=""), closing="1015.00"))
    assert keys(again)[:2] == keys(statement)


def test_a_line_keeps_its_key_in_another_file():
    one = files.entry_08("5.00", reference="A1")
    (first,) = read(files.camt(entries=one, closing="1005.00", number="7"))
    (second,) = read(files.camt(entries=files.entry_08("1.00", reference="A0") + one, closing="1006.00", number="8"))
    assert keys(first)[0] == keys(second)[1]


def test_lines_that_share_a_reference_are_told_apart_by_what_else_they_say():
    same = {"reference": "BATCH", "e2e": "E-1", "name": "One", "rf": "RF18539007547034"}
    others = [{"e2e": "E-2"}, {"name": "Two"}, {"rf": "RF712348231"}, {"text": ["other"]}]
    found = {_key(**{**same, **each}) for each in [{}, *others]}
    assert len(found) == 5


def test_the_number_of_the_statement_does_not_make_a_line_another():
    assert _key(number="7", reference="") == _key(number="8", reference="")


def test_what_is_only_announced_does_not_count_among_equal_lines():
    line = {"text": ["same"], "reference": ""}
    announced = files.entry_08("5.00", status="PDNG", **line) + files.entry_08("5.00", **line)
    (first,) = read(files.camt(entries=announced, closing="1005.00"))
    (second,) = read(files.camt(entries=files.entry_08("5.00", **line), closing="1005.00"))
    assert keys(first)[1] == keys(second)[0]


def _key(number="7", text=("same",), **more):
    (statement,) = read(files.camt(entries=files.entry_08("5.00", text, **more), closing="1005.00", number=number))
    return keys(statement)[0]
