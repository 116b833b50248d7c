"""The history of staff's acts: whose copy has an entry, and what an erasure takes out of it."""

from __future__ import annotations

from typing import Any

import pytest
from wagtail.models import ModelLogEntry

from storefront.backoffice import history
from storefront.backoffice.personal_data import ROOM
from storefront.core.personal_data import Person

pytestmark = pytest.mark.django_db


def test_an_address_within_anothers_is_neither_copied_nor_taken_out(make_customer: Any) -> None:
    ann, joann = make_customer("ann@acme.example"), make_customer("jo.ann@acme.example")
    for customer in (ann, joann):
        history.record(customer, "wagtail.edit", by=joann, after={"E-mail": customer.email}, customer=customer)
    person = Person(pk=ann.pk, emails=(ann.email,), words=(ann.email,))
    tables = [table for table in ROOM.tables if table.model is ModelLogEntry]
    (copied,) = [table for table in tables if table.file]
    assert [entry.data["customer"] for entry in copied.of(person)] == [ann.pk]
    for table in tables:
        if table.erase:
            table.erase(table.of(person), person)
    told = {entry.data["customer"]: entry.data["after"]["E-mail"] for entry in ModelLogEntry.objects.all()}
    assert told == {ann.pk: "[…]", joann.pk: joann.email}
