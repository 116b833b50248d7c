"""The customer's payers: kept, corrected, one of them the default, archived once used."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from storefront.billing.models import Payer, Seller
from storefront.billing.payer_details import PayerDetails
from storefront.billing.services import payers

pytestmark = pytest.mark.django_db

GERMAN = {"kind": "company", "company": "Acme GmbH", "country": "DE", "address": "Lindenstr. 5", "city": "Berlin"}


def add(customer: Any, company: str = "Acme GmbH", **fields: Any) -> Payer:
    details = PayerDetails(kind="company", company=company, country="DE", **fields)
    return payers.add(customer=customer, details=details)


def defaults(customer: Any) -> list[str]:
    return [each.company for each in payers.of(customer) if each.is_default]


@pytest.mark.parametrize("prefix", ["", "/ru"])
def test_a_payer_is_added_corrected_and_found_in_the_list(own: Client, customer: Any, prefix: str) -> None:
    answer = own.post(f"{prefix}/account/payers/new/", GERMAN | {"vat_id": "de 136695976"})
    assert answer["Location"] == f"{prefix}/account/payers/"
    payer = payers.of(customer).get()
    assert (payer.is_default, payer.vat_id) == (True, "DE136695976")
    page = f"{prefix}/account/payers/{payer.public_id}/"
    assert 'value="DE136695976"' in own.get(page).content.decode()
    assert own.post(page, GERMAN | {"company": "Acme SE"}).status_code == 302
    assert payers.of(customer).get().company == "Acme SE"
    assert "Acme SE" in own.get(f"{prefix}/account/payers/").content.decode()


def test_what_is_wrong_is_said_and_nothing_is_kept(own: Client, customer: Any) -> None:
    answer = own.post("/account/payers/new/", GERMAN | {"vat_id": "FR40303265045", "address": "x"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "a number of France" in html and "full address" in html and 'href="#id_vat_id"' in html
    assert not payers.of(customer).exists()


def test_another_country_brings_its_fields_and_keeps_what_was_typed(own: Client, customer: Any) -> None:
    html = own.post("/account/payers/new/", GERMAN | {"country": "RU", "go": "fields"}).content.decode()
    assert "KPP (КПП)" in html and "USt-IdNr." not in html
    assert 'value="Acme GmbH"' in html and "error-summary" not in html
    person = own.post("/account/payers/new/", {"kind": "person", "country": "DE", "go": "fields"}).content.decode()
    assert 'name="company"' not in person and 'name="name"' in person
    assert not payers.of(customer).exists()


def test_there_is_one_default_and_the_newest_follows_an_archived_one(own: Client, customer: Any) -> None:
    first, second, _ = (add(customer, name) for name in ("One", "Two", "Three"))
    assert defaults(customer) == ["One"]
    own.post(f"/account/payers/{second.public_id}/turn/", {"do": "default"})
    assert defaults(customer) == ["Two"]
    payers.use(customer=customer, chosen=second)
    own.post(f"/account/payers/{second.public_id}/turn/", {"do": "archive"})
    assert defaults(customer) == ["Three"]
    second.refresh_from_db()
    assert second.archived_at and second.company == "Two", "what was used is kept"
    own.post(f"/account/payers/{first.public_id}/turn/", {"do": "archive"})
    assert not Payer.objects.filter(pk=first.pk).exists(), "what was never used is deleted"
    assert own.get(f"/account/payers/{second.public_id}/").status_code == 404


def test_the_database_keeps_a_second_default_out(customer: Any) -> None:
    add(customer, "One")
    with pytest.raises(IntegrityError), transaction.atomic():
        Payer.objects.create(customer=customer, country="DE", is_default=True)


def test_the_same_details_are_one_payer(customer: Any) -> None:
    assert add(customer) == add(customer)
    assert add(customer, city="Bonn") != add(customer)


def test_anothers_payer_is_not_there(own: Client, make_customer: Any) -> None:
    theirs = add(make_customer("other@example.com"))
    for method, path in (("get", ""), ("post", ""), ("post", "turn/")):
        answer = getattr(own, method)(f"/account/payers/{theirs.public_id}/{path}", {"do": "archive"})
        assert answer.status_code == 404
    theirs.refresh_from_db()
    assert theirs.archived_at is None


def test_the_list_costs_the_same_for_many(own: Client, customer: Any, wagtail_site: Any) -> None:
    add(customer)
    own.get("/account/payers/")

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert own.get("/account/payers/").status_code == 200
        return len(found)

    few = queries()
    for number in range(5):
        add(customer, f"Company {number}")
    assert queries() == few


def test_a_new_one_begins_with_the_country_of_the_last_else_the_sellers(own: Client, customer: Any, shop: Any) -> None:
    def chosen() -> str | None:
        page = own.get("/account/payers/new/").content.decode()
        found = re.search(r'<option value="(\w*)" selected>', page[page.index('name="country"') :])
        return found[1] if found else None

    Seller.objects.update(country="AT")
    assert chosen() == "AT"
    payers.add(customer=customer, details=PayerDetails(kind="person", name="Ada", country="KZ"))
    assert chosen() == "KZ"
    own.cookies["country"] = "FR"
    assert chosen() == "FR", "named for prices"
