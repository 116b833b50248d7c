"""Any part of a value finds it, with blanks and with one mistake, too."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from storefront.backoffice.models.search import Kind
from storefront.backoffice.search import index, within
from storefront.backoffice.search.finding import Grade, find
from storefront.backoffice.search.words import Style, Value, words_of
from tests.billing.building import make_payment

pytestmark = pytest.mark.django_db

VALUES = (
    "SO-7K3M-9QXD", "INV-2026-00012", "acme24.bitrix24.com", "портал.рф", "Zoë O'Neil-Straße", "anna.k@example.co.uk",
    "Ёлкин и сыновья", "Łódź Handel Sp. z o.o.", "GOODBYE-2026", "山田商事株式会社", "4930123456789", "ﬁne ½ Σίσυφος",
)  # fmt: skip
REFERENCES = ("cs_test_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8s9T0u1V2w3X4y5Z6", "pi_3MtwBwLkdIwHu7ix28a3tqPa", "dp_1")


def of(style: Style, *texts: str) -> list[Value]:
    return [Value(style, text) for text in texts]


@pytest.fixture
def _values() -> None:
    for number, text in enumerate(VALUES, start=1):
        index.add_new(Kind.CUSTOMER, number, of(Style.PARTS, text))
    for number, text in enumerate(REFERENCES, start=1):
        index.add_new(Kind.ATTEMPT, number, of(Style.REFERENCE, text))


def found(typed: str, kind: Kind = Kind.CUSTOMER) -> list[int]:
    return [hit.object_id for hit in find(typed, [kind], limit=50).get(kind, [])]


def listed(typed: str, kind: Kind = Kind.ATTEMPT) -> set[int]:
    return {row["object_id"] for keys in within.found(kind, typed) for row in keys}


def letters(text: str) -> str:
    return "".join(words_of(text))


@settings(max_examples=300)
@given(data=st.data())
@pytest.mark.usefixtures("_values")
def test_any_part_finds_its_value(data: Any) -> None:
    number, text = data.draw(st.sampled_from(list(enumerate(VALUES, start=1))))
    begin = data.draw(st.integers(0, len(text) - 1))
    part = text[begin : data.draw(st.integers(begin + 1, len(text)))]
    if len(letters(part)) >= 3:
        typed = data.draw(st.sampled_from([part, part.upper(), part.lower(), f"  {part} "]))
        assert number in found(typed)


@settings(max_examples=300)
@given(data=st.data())
@pytest.mark.usefixtures("_values")
def test_blanks_anywhere_are_read_over(data: Any) -> None:
    number, text = data.draw(st.sampled_from(list(enumerate(VALUES, start=1))))
    together = letters(text)
    at = data.draw(st.lists(st.integers(0, len(together)), max_size=3))
    typed = "".join((" " if place in at else "") + letter for place, letter in enumerate(together))
    assert number in found(typed)


@settings(max_examples=300)
@given(data=st.data())
@pytest.mark.usefixtures("_values")
def test_one_mistake_in_a_word_of_six_letters(data: Any) -> None:
    known = [
        (number, word)
        for number, text in enumerate(VALUES, 1)
        for word in words_of(text)
        if len(word) >= 6 and "商" not in word
    ]
    number, word = data.draw(st.sampled_from(known))
    at = data.draw(st.integers(0, len(word) - 2))
    alphabet = "0123456789" if word.isdecimal() else "abcdefghijklmnopqrstuvwxyz" if word.isascii() else word
    other = data.draw(st.sampled_from(alphabet))
    mistakes = [
        word[:at] + word[at + 1 :],
        word[:at] + other + word[at:],
        word[:at] + other + word[at + 1 :],
        word[:at] + word[at + 1] + word[at] + word[at + 2 :],
    ]
    typed = data.draw(st.sampled_from(mistakes))
    if len(typed) >= 6:
        assert number in found(typed)


@settings(max_examples=200)
@given(data=st.data())
@pytest.mark.usefixtures("_values")
def test_eight_characters_find_a_reference(data: Any) -> None:
    text = letters(REFERENCES[0])
    begin = data.draw(st.integers(0, len(text) - 8))
    assert 1 in found(text[begin : begin + data.draw(st.integers(8, len(text)))], Kind.ATTEMPT)


@settings(max_examples=200)
@given(data=st.data())
@pytest.mark.usefixtures("_values")
def test_a_list_finds_the_references_that_the_search_finds(data: Any) -> None:
    number, text = data.draw(st.sampled_from([(1, letters(REFERENCES[0])), (2, letters(REFERENCES[1]))]))
    begin = data.draw(st.integers(0, len(text) - 8))
    part = text[begin : data.draw(st.integers(begin + 8, len(text)))]
    assert number in found(part, Kind.ATTEMPT)
    assert number in listed(part), part


@pytest.mark.usefixtures("_values")
def test_a_list_finds_the_end_of_a_reference_and_nothing_that_is_none() -> None:
    text = letters(REFERENCES[1])
    assert [listed(text[-length:]) for length in (8, 9, 10, 11, 12, 13, 20)] == [{2}] * 7
    assert listed("dp_1 x28a3tqPa") == set() and listed(f"{text[-8:]} pi") == {2}
    assert listed("zzz" + text[-8:]) == listed("z" + text[-8:-1]) == set()


@pytest.mark.usefixtures("_values")
def test_a_reference_is_found_by_its_tail_and_by_what_follows_its_sign() -> None:
    assert found("3MtwBwLkdIwHu7ix28a3tqPa", Kind.ATTEMPT) == [2]
    assert found("x28a3tqPa", Kind.ATTEMPT) == [2]
    assert found("dp_1", Kind.ATTEMPT) == [3]


def test_words_come_in_any_order_and_all_must_be_there() -> None:
    index.add_new(Kind.LICENSE, 1, of(Style.PARTS, "LIC-1", "acme24.bitrix24.ru", "Ada Sokolova"))
    index.add_new(Kind.LICENSE, 2, of(Style.PARTS, "LIC-2", "globex.bitrix24.ru", "Ada Sokolova"))
    assert found("acme24 bitrix", Kind.LICENSE) == [1]
    assert found("sokolova globex", Kind.LICENSE) == [2]
    assert found("sokolova ada bitrix24", Kind.LICENSE) == [2, 1]
    assert found("acme24 globex", Kind.LICENSE) == []
    assert found("skoolova globex", Kind.LICENSE) == [2], "one word right, one not"
    assert found("skoolova globxe", Kind.LICENSE) == [2], "both mistyped"


def test_the_exact_hit_is_first_whatever_else_there_is() -> None:
    for number in range(1, 40):
        index.add_new(Kind.ORDER, number, of(Style.PARTS, f"1001{number}"))
        index.add_new(Kind.INVOICE, number, of(Style.PARTS, f"{number}-1001"))
    index.add_new(Kind.ORDER, 7000, of(Style.PARTS, "1001"))
    groups = find("1001", [Kind.INVOICE, Kind.ORDER], limit=5)
    assert list(groups) == [Kind.ORDER, Kind.INVOICE]
    first = groups[Kind.ORDER][0]
    assert (first.object_id, first.grade) == (7000, Grade.EXACT)
    assert all(len(hits) == 5 for hits in groups.values())


def test_of_equal_hits_the_newest_come_first() -> None:
    for number in range(1, 60):
        index.add_new(Kind.MAIL, number, of(Style.STARTS, "Your invoice", "to@example.com"))
    assert found("invoice", Kind.MAIL)[:3] == [59, 58, 57]


@pytest.mark.parametrize(
    "typed", ["+49 30 1234567", "0049 30 1234567", "030/123 45 67", "49(0)301234567", "1234567", "30-1234567"]
)
def test_a_phone_number_is_found_as_people_write_it(typed: str, make_customer: Any) -> None:
    make_customer("other@example.com", phone="+49 30 7654321")
    customer = make_customer(phone="+49 (0)30 1234-567")
    assert found(typed) == [customer.pk]


def test_a_russian_number_is_found_with_the_eight_that_is_dialled_there(make_customer: Any) -> None:
    customer = make_customer(phone="+7 903 123-45-67")
    assert found("8 (903) 123-45-67") == [customer.pk]


def test_a_payment_is_found_by_its_number(customer: Any) -> None:
    payment = make_payment(customer)
    for typed in (payment.number, payment.number.lower(), f"PAY {payment.pk}"):
        assert find(typed, list(Kind), limit=5)[Kind.ATTEMPT][0].object_id == payment.attempt_id
    assert find(payment.number, [Kind.ORDER], limit=5) == {}


@pytest.mark.parametrize("typed", ["", "  ", "-", "%", "_", "'", '"; --', "\\", "a" * 500, "😀", "\x00ab"])
def test_nothing_is_found_by_signs_and_nothing_breaks(typed: str, customer: Any) -> None:
    assert find(typed, list(Kind), limit=5) == {}


def test_the_number_of_queries_does_not_grow(make_customer: Any) -> None:
    def queries(typed: str) -> int:
        with CaptureQueriesContext(connection) as taken:
            find(typed, list(Kind), limit=5)
        return len(taken)

    typed = ("ada", "ada buyer", "ada buyr@exampel", "nobody at all")
    make_customer("first@example.com")
    before = [queries(each) for each in typed]
    for number in range(30):
        make_customer(f"buyer{number}@example.com")
    assert [queries(each) for each in typed] == before
    assert max(before) <= 9
