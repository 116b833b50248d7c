"""Files that are not what they should be: a named error with the line, whatever the bytes are."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storefront.formats.bank_statements import MAX_BYTES, Mapping, Problem, StatementError, read
from tests.formats.bank_statements import files

SIMPLE = Mapping(encoding="utf-8-sig", booked_on="Tag", amount="Betrag")
MONEY = st.decimals(min_value="-99999", max_value="99999", places=2).filter(bool)


def refused(data: bytes, **options: object) -> StatementError:
    with pytest.raises(StatementError) as caught:
        read(data, **options)  # type: ignore[arg-type]
    return caught.value


def test_balances_and_movements_must_agree():
    entry = files.entry_08("99.90")
    assert refused(files.camt(entries=entry, closing="1099.91")).problem == Problem.SUM_DIFFERS
    assert refused(files.MT940_GERMAN.replace("1049,90", "1149,90").encode()).problem == Problem.SUM_DIFFERS
    assert refused(files.ONE_C.replace("5700.00", "5700.01").encode()).problem == Problem.SUM_DIFFERS
    text = "Tag;Betrag;Saldo\n27.11.2026;1,00;1,00\n27.11.2026;1,00;3,00\n27.11.2026;1,00;4,00\n"
    found = refused(text.encode(), mapping=Mapping(booked_on="Tag", amount="Betrag", balance="Saldo"), currency="EUR")
    assert (found.problem, found.line) == (Problem.SUM_DIFFERS, 3)


def test_files_cut_off_are_refused():
    assert refused(files.ONE_C.replace("КонецФайла\n", "").encode()).problem == Problem.TRUNCATED
    assert refused(files.ONE_C.encode("cp1251")[:900]).problem == Problem.TRUNCATED
    assert refused(files.MT940_GERMAN.split(":62F:")[0].encode()).problem == Problem.TRUNCATED
    assert refused(files.camt(entries=files.entry_08("1.00"))[:-30]).problem == Problem.NOT_XML


@pytest.mark.parametrize(
    ("data", "problem", "line"),
    [
        (b"", Problem.EMPTY, None),
        (b" \n ", Problem.EMPTY, None),
        (b"a;b\n1;2\n", Problem.UNKNOWN_FORMAT, 1),
        (b"<a/>", Problem.NOT_A_STATEMENT, 1),
        (b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', Problem.DTD, 1),
        (files.camt(message="054", kind="X", root="Y"), Problem.NOT_A_STATEMENT, 2),
        (files.camt(account=""), Problem.NO_ACCOUNT, 3),
        (files.camt(entries=files.entry_08("1,50")), Problem.BAD_AMOUNT, 7),
        (files.camt(entries=files.entry_08("10000000000.00")), Problem.BAD_AMOUNT, 7),
        (files.camt(closing="10000000000.00"), Problem.BAD_AMOUNT, 6),
        (files.camt(entries=files.entry_08("1.00", day="2026-02-30")), Problem.BAD_DATE, 7),
        (files.camt(entries=files.entry_08("1.00", mark="CREDIT")), Problem.BAD_FIELD, 7),
        (files.camt(entries=files.entry_08("1.00").replace('Ccy="EUR"', 'Ccy="USD"')), Problem.BAD_CURRENCY, 7),
        (files.MT940_GERMAN.replace("C99,90", "X99,90").encode(), Problem.BAD_FIELD, 5),
        (files.MT940_GERMAN.replace("2611271127C", "2613271127C").encode(), Problem.BAD_DATE, 5),
        (files.MT940_GERMAN.replace("Muster", "M\u00fcller").encode("cp1252"), Problem.ENCODING, 7),
        (files.ONE_C.replace("Сумма=300.00", "Сумма=300,00").encode(), Problem.BAD_AMOUNT, 33),
        (files.ONE_C.replace("ДатаПоступило=27.11.2026", "ДатаПоступило=31.11.2026").encode(), Problem.BAD_DATE, 20),
        (files.ONE_C.replace("ПолучательСчет=40702810400000000225", "ПолучательСчет=1").encode(), Problem.NO_ACCOUNT, 20),  # noqa: E501
    ],
    ids=lambda value: str(value)[:20] if isinstance(value, Problem | int) else "",
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_line(data, problem, line):
    found = refused(data)
    assert (found.problem, found.line) == (problem, line)


def test_what_is_wrong_with_a_csv_file_is_named_with_its_line():
    cases = [
        ("Tag;Summe\n27.11.2026;1,00\n", Problem.MISSING_COLUMN, 1),
        ("Tag;Betrag\n27.11.2026;1,00\n2026-11-27;1,00\n", Problem.BAD_DATE, 3),
        ("Tag;Betrag\n27.11.2026;1,00\n27.11.2026;abc\n", Problem.BAD_AMOUNT, 3),
        ("Tag;Betrag\n27.11.2026;1.00\n", Problem.BAD_AMOUNT, 2),
        ('Tag;Betrag\n27.11.2026;"1,00\n', Problem.BAD_FIELD, 2),
        ("\n", Problem.EMPTY, None),
    ]
    for text, problem, line in cases:
        found = refused(text.encode(), mapping=SIMPLE, account="X", currency="EUR")
        assert (found.problem, found.line) == (problem, line), text
    assert refused(b"Tag;\xff\n", mapping=SIMPLE, account="X", currency="EUR").problem == Problem.ENCODING


def test_a_bomb_of_entities_is_not_unfolded():
    nested = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 9))
    bomb = f'<!DOCTYPE a [<!ENTITY e0 "xxxxxxxxxx">{nested}]><a>&e8;</a>'
    assert refused(bomb.encode()).problem in (Problem.DTD, Problem.NOT_XML)
    assert refused(bomb.encode("utf-16")).problem in (Problem.DTD, Problem.NOT_XML)


def test_files_without_end_are_refused():
    assert refused(b"<" * (MAX_BYTES + 1)).problem == Problem.TOO_LARGE


@settings(max_examples=100, deadline=None)
@given(
    start=st.sampled_from([b"", b"<Document>", b":20:A\n", b"1CClientBankExchange\n", b"Tag;Betrag\n", b"{1:}{4:\n"]),
    rest=st.one_of(st.binary(max_size=300), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))),
    mapped=st.booleans(),
)
def test_no_bytes_end_in_anything_but_a_named_error(start, rest, mapped):
    try:
        read(start + rest, mapping=SIMPLE if mapped else None, account="X", currency="EUR")
    except StatementError as exc:
        assert exc.problem in Problem


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_a_right_file_with_a_piece_changed_is_read_or_named(data):
    whole = data.draw(
        st.sampled_from(
            [
                files.camt(entries=files.entry_08("9.00", ["x"]), closing="1009.00"),
                files.MT940_GERMAN.encode(),
                files.MT940_DUTCH.encode(),
                files.ONE_C.encode("cp1251"),
            ]
        )
    )
    at = data.draw(st.integers(0, len(whole) - 1))
    gone = data.draw(st.integers(0, 30))
    broken = whole[:at] + data.draw(st.binary(max_size=8)) + whole[at + gone :]
    try:
        read(broken)
    except StatementError as exc:
        assert exc.problem in Problem


@settings(max_examples=40, deadline=None)
@given(amounts=st.lists(MONEY, max_size=12))
def test_movements_are_read_to_the_cent_in_every_format(amounts):
    (mt940,) = read(files.mt940_of(amounts).encode())
    entries = "".join(
        files.entry_08(f"{abs(each):.2f}", mark="CRDT" if each > 0 else "DBIT", reference=f"R{n}")
        for n, each in enumerate(amounts)
    )
    opening = Decimal(10_000_000)
    (camt,) = read(files.camt(entries=entries, opening=f"{opening:.2f}", closing=f"{opening + sum(amounts):.2f}"))
    rows = "".join(f"27.11.2026;{f'{each:.2f}'.replace('.', ',')}\n" for each in amounts)
    (by_csv,) = read(("Tag;Betrag\n" + rows).encode(), mapping=SIMPLE, account="X", currency="EUR")
    for statement in (mt940, camt, by_csv):
        assert [line.amount for line in statement.lines] == amounts
        assert len({line.position for line in statement.lines}) == len(amounts) or statement is camt
