"""Numbers of payers: each country's own, under its own name; what is wrong is said in these names."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from storefront.billing import payer_fields
from storefront.billing.models import Invoice
from storefront.billing.payer_countries import COMPANIES, OTHERS, PERSONS, Identifier
from storefront.billing.payer_details import PayerDetails
from storefront.billing.payer_forms import PayerForm
from storefront.billing.payer_numbers import WrongNumber, kz_number
from storefront.core import countries

ALL = [each for table in (COMPANIES, PERSONS) for identifiers in table.values() for each in identifiers]


def test_the_table_speaks_of_countries_and_of_details_that_payers_have() -> None:
    assert {*COMPANIES, *PERSONS} <= countries.codes()
    known = set(PayerDetails.__dataclass_fields__)
    assert {each.field for ids in (*COMPANIES.values(), *PERSONS.values(), OTHERS) for each in ids} <= known
    for identifiers in (*COMPANIES.values(), *PERSONS.values()):
        assert len({each.field for each in identifiers}) == len(identifiers)


@pytest.mark.parametrize("identifier", [each for each in ALL if each.example], ids=lambda each: str(each.name))
def test_each_example_is_right_and_what_is_stored_is_read_as_itself(identifier: Identifier) -> None:
    stored = payer_fields.read(identifier, identifier.example)
    assert payer_fields.read(identifier, stored) == stored


@given(identifier=st.sampled_from(ALL), typed=st.text(max_size=25) | st.text("0123456789 -./ABCDEXL", max_size=25))
def test_whatever_is_typed_is_a_number_or_gets_a_sentence_with_its_name(identifier: Identifier, typed: str) -> None:
    try:
        payer_fields.read(identifier, typed)
    except ValueError as exc:
        assert str(identifier.name) in str(exc)


@pytest.mark.parametrize("number", ["940140000385", "960440000220", "990140004654"])
def test_kazakh_numbers_are_checked_by_their_last_digit(number: str) -> None:
    assert kz_number(number) == number
    wrong = [digit for digit in "0123456789" if digit != number[-1]]
    for digit in wrong:
        with pytest.raises(WrongNumber):
            kz_number(number[:-1] + digit)


def errors(**typed: str) -> dict[str, list[str]]:
    form = PayerForm({"kind": "company", **typed}, page="/")
    form.is_valid()
    return {name: list(found) for name, found in form.errors.items()}


GERMAN = {"company": "Acme GmbH", "country": "DE", "address": "Lindenstr. 5", "city": "Berlin"}
RUSSIAN = {"company": "ООО Ромашка", "country": "RU", "address": "ул. Мира, 1", "city": "Москва"}


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        (GERMAN | {"country": ""}, "country", "Choose the country."),
        (GERMAN | {"address": "L"}, "address", "full address"),
        (GERMAN | {"address": "12345"}, "address", "full address"),
        (GERMAN | {"company": ""}, "company", "legal name"),
        (GERMAN | {"vat_id": "DE136695975"}, "vat_id", "USt-IdNr. is not valid. It looks like DE136695976"),
        (GERMAN | {"vat_id": "FR40303265045"}, "vat_id", "a number of France. Enter the USt-IdNr., or choose France"),
        (GERMAN | {"country": "FR", "vat_id": "EL094259216"}, "vat_id", "a number of Greece"),
        (GERMAN | {"country": "GB", "vat_id": "DE136695976"}, "vat_id", "a number of Germany"),
        (GERMAN | {"bank_account": "DE89370400440532013001"}, "bank_account", "IBAN is not valid"),
        (RUSSIAN, "tax_number", "Enter the INN (ИНН)."),
        (RUSSIAN | {"tax_number": "200988541"}, "tax_number", "INN (ИНН) is not valid"),
        (RUSSIAN | {"tax_number": "7707083893"}, "branch_code", "Enter the KPP (КПП)"),
        (RUSSIAN | {"country": "KZ", "tax_number": "7707083893"}, "tax_number", "BIN or IIN (БИН/ИИН) is not valid"),
        (RUSSIAN | {"country": "BY"}, "tax_number", "Enter the UNP (УНП)."),
        (RUSSIAN | {"country": "UA"}, "registration_number", "Enter the EDRPOU (ЄДРПОУ)."),
        (
            RUSSIAN | {"tax_number": "500100732259", "bank_account": "40702810938000000001"},
            "bank_code",
            "Enter the BIK (БИК)",
        ),
        (
            RUSSIAN | {"tax_number": "500100732259", "bank_code": "044525225", "bank_account": "40702810938000000002"},
            "bank_account",
            "does not fit the bank 044525225",
        ),
    ],
)
def test_what_is_wrong_is_said_at_its_field(typed: dict[str, str], field: str, said: str) -> None:
    found = errors(**typed)
    assert said in " ".join(found.get(field, ["nothing"]))


def test_a_number_is_named_as_its_country_names_it_in_russian_too() -> None:
    with translation.override("ru"):
        assert "ИНН" in errors(**RUSSIAN)["tax_number"][0]
        assert "(" not in errors(**RUSSIAN)["tax_number"][0]


@pytest.mark.parametrize(
    "typed",
    [
        GERMAN,
        GERMAN | {"vat_id": "de 136 695 976", "registration_number": "HRB 1 B"},
        GERMAN | {"country": "GR", "vat_id": "094259216"},
        GERMAN | {"country": "GB", "vat_id": "980780684", "registration_number": "SC123456"},
        GERMAN | {"country": "US", "tax_number": "91-1144442"},
        GERMAN | {"country": "BO", "tax_number": "1023456022"},
        RUSSIAN | {"tax_number": "500100732259"},
        RUSSIAN
        | {
            "tax_number": "7707083893", "branch_code": "773601001", "bank_code": "044525225",
            "correspondent_account": "30101810400000000225",
        },
        RUSSIAN | {"country": "KZ", "tax_number": "940140000385", "beneficiary_code": "17"},
    ],
)  # fmt: skip
def test_right_details_are_taken(typed: dict[str, str]) -> None:
    assert errors(**typed) == {}


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("company", GERMAN | {"company": "株式会社"}),
        ("address", GERMAN | {"address": "شارع 5, Berlin"}),
        ("director", GERMAN | {"director": "Erika 🚀"}),
        ("name", {"kind": "person", "country": "JP", "name": "山田 Taro"}),
    ],
)
def test_letters_that_no_document_could_print_are_told_at_their_field(name: str, typed: dict[str, str]) -> None:
    found = errors(**typed)
    assert list(found) == [name]
    assert "cannot be printed with these letters" in found[name][0]


def test_a_form_with_numbers_gives_them_as_they_are_stored() -> None:
    form = PayerForm({"kind": "company", **GERMAN, "country": "GR", "vat_id": "094 259 216"}, page="/")
    assert form.is_valid()
    details = form.details
    assert (details.kind, details.vat_id, details.company) == ("company", "EL094259216", "Acme GmbH")


def test_a_person_needs_name_and_country_only() -> None:
    assert errors(kind="person", name="Ada", country="KZ") == {}
    assert sorted(errors(kind="person")) == ["country", "name"]
    assert "IIN (ИИН) is not valid" in errors(kind="person", name="Ada", country="KZ", tax_number="1")["tax_number"][0]


def test_documents_print_the_numbers_of_their_country() -> None:
    details = PayerDetails(
        kind="company", country="RU", tax_number="7707083893", branch_code="773601001", bank_name="Банк",
        bank_code="044525225",
    )  # fmt: skip
    assert payer_fields.printed_numbers(details) == (("INN (ИНН)", "7707083893"), ("KPP (КПП)", "773601001"))
    assert payer_fields.printed_bank(details) == ("Банк", "BIK (БИК): 044525225")


@pytest.mark.django_db
def test_an_invoice_keeps_every_detail(customer: Any) -> None:
    from tests.billing.building import make_invoice

    invoice = make_invoice(customer)
    assert set(Invoice.objects.get(pk=invoice.pk).payer) == set(PayerDetails.__dataclass_fields__)
