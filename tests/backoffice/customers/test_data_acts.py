"""Staff have a copy made for a customer, and have them erased: with a right and a reason, and told what is open."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from wagtail.models import ModelLogEntry

from storefront.users.models import DataRequest, DataRequestStatus
from tests.backoffice.customers.acting import act, errors, preview

pytestmark = pytest.mark.django_db


def url(customer: Any, name: str) -> str:
    return f"/admin/customers/{customer.pk}/{name}/"


def test_a_copy_goes_to_the_customer_and_is_logged(client_of: Callable[[str], Client], license: Any) -> None:
    customer = license.customer
    support = client_of("Support")
    assert act(support, url(customer, "export")).status_code == 302
    assert "already" in errors(act(support, url(customer, "export")))
    asked = DataRequest.objects.get()
    assert (asked.customer, asked.reason) == (customer, "Asked by phone") and asked.asked_by != customer
    assert ModelLogEntry.objects.get(action="customers.export_data").data["reason"] == "Asked by phone"


def test_licenses_are_in_the_way_until_staff_say_what_becomes_of_them(
    client_of: Callable[[str], Client], license: Any
) -> None:
    customer = license.customer
    owner = client_of("Owner")
    assert license.number in errors(preview(owner, url(customer, "erase")))
    assert act(owner, url(customer, "erase"), licenses="end").status_code == 302
    asked = DataRequest.objects.get()
    assert asked.ends_licenses and asked.due_at and asked.due_at > asked.asked_at
    assert ModelLogEntry.objects.filter(action="customers.erase").exists()
    assert "already" in errors(preview(owner, url(customer, "erase"), licenses="end"))
    assert act(owner, url(customer, "keep")).status_code == 302
    asked.refresh_from_db()
    assert asked.status == DataRequestStatus.WITHDRAWN
