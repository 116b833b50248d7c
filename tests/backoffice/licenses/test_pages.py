"""The list of licenses and the page of one."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from storefront.core import clock
from storefront.licensing.bitrix24 import moving
from storefront.licensing.models import Installation, InstallationHost, License, LicensePeriod, PortalExchange
from storefront.licensing.queries import effective_status, in_state
from storefront.licensing.states import EffectiveStatus
from tests.backoffice.licenses.conftest import said
from tests.backoffice.licenses.test_acts import known

pytestmark = pytest.mark.django_db

Buy = Callable[..., License]


@pytest.fixture
def support(client_of: Callable[[str], Client]) -> Client:
    return client_of("Support")


def numbers(response: Any) -> list[str]:
    return [license.number for license in response.context["object_list"]]


def find(client: Client, **query: str) -> list[str]:
    return numbers(client.get("/admin/licenses/", query))


def test_a_license_is_found_by_number_customer_and_every_address_it_had(
    support: Client, buy: Buy, make_customer: Any, staff: Any
) -> None:
    known("acme.bitrix24.com", "a" * 32)
    mine = buy(portal="acme.bitrix24.com", customer=make_customer("grace@example.com", name="Grace Hopper"))
    buy(portal="other.bitrix24.com")
    InstallationHost.objects.create(installation=Installation.objects.get(), host="old-acme.bitrix24.de")
    moving.move(license=mine, raw="new.bitrix24.com", actor=staff("Owner"), reason="r")
    for typed in (
        mine.number, mine.number.lower()[4:], "new.bitrix24", "acme.bitrix24.com", "old-acme", "grace@",
        "hopper grace", "https://acme.bitrix24.com/crm/deal/", " GRACE ",
    ):  # fmt: skip
        assert find(support, q=typed) == [mine.number], typed
    assert find(support, q="nobody") == []


def test_a_license_is_found_by_an_address_that_was_only_typed(support: Client, buy: Buy, staff: Any) -> None:
    license = buy(portal="globx.bitrix24.com")
    moving.correct_address(license=license, raw="globex.bitrix24.com", actor=staff("Owner"), reason="r")
    assert find(support, q="globx") == [license.number]


def test_each_state_is_a_filter_that_agrees_with_the_state_shown(buy: Buy, support: Client, make_customer: Any) -> None:
    now = clock.now()
    ends = {"active": 9, "grace": -1, "expired": -40}
    for status, days in ends.items():
        license = buy(portal=f"{status}.bitrix24.com", customer=make_customer(f"{status}@example.com"))
        License.objects.filter(pk=license.pk).update(
            status="active", begins_by=None, valid_until=now + timedelta(days=days)
        )
    given = buy(portal="provisional.bitrix24.com", customer=make_customer("provisional@example.com"))
    soon = now + timedelta(days=5)
    License.objects.filter(pk=given.pk).update(
        status="active", begins_by=None, valid_until=soon, provisional_until=soon
    )
    for status in ("suspended", "revoked"):
        license = buy(portal=f"{status}.bitrix24.com", customer=make_customer(f"{status}@example.com"))
        License.objects.filter(pk=license.pk).update(status=status)
    waiting = buy(portal="pending.bitrix24.com")
    late = buy(portal="late.bitrix24.com", customer=make_customer("late@example.com"))
    License.objects.filter(pk=late.pk).update(begins_by=None)
    scheduled = buy(portal="scheduled.bitrix24.com", customer=make_customer("scheduled@example.com"))
    License.objects.filter(pk=scheduled.pk).update(link_problem="portal_taken")
    for status in EffectiveStatus:
        expected = {each.number for each in License.objects.all() if effective_status(each, now) == status}
        assert expected, status
        assert set(License.objects.filter(in_state(status, now)).values_list("number", flat=True)) == expected
        assert set(find(support, status=status)) == expected, status
    assert set(find(support, waits="true")) == {waiting.number, late.number, scheduled.number}
    assert find(support, link_problem="any") == find(support, link_problem="portal_taken") == [scheduled.number]
    assert len(find(support, ends="30")) == 2 and len(find(support, ends="over")) == 2


def test_given_and_disputed_licenses_are_filters(buy: Buy, support: Client, make_customer: Any) -> None:
    paid = buy(portal="a.bitrix24.com")
    given = buy(portal="b.bitrix24.com", customer=make_customer("given@example.com"), amount=0)
    LicensePeriod.objects.filter(license=paid).update(is_disputed=True)
    assert find(support, cause="free") == [given.number]
    assert find(support, disputed="true") == [paid.number]
    assert find(support, disputed="false") == [given.number]


def test_the_list_is_exported_with_iso_dates_and_without_formulas(
    buy: Buy, support: Client, make_customer: Any
) -> None:
    buy(portal="a.bitrix24.com", customer=make_customer("x@example.com", name="=cmd|calc", company="Acme"))
    answer = support.get("/admin/licenses/", {"export": "csv"})
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode())))
    assert rows[0]["Name"] == "'=cmd|calc" and rows[0]["Company"] == "Acme"
    assert rows[0]["Ends"] == License.objects.get().valid_until.isoformat()
    assert support.get("/admin/licenses/", {"export": "xlsx"}).status_code == 200


def test_queries_of_the_list_do_not_grow(buy: Buy, support: Client, make_customer: Any) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert support.get("/admin/licenses/", {"q": "bitrix24"}).status_code == 200
        return len(seen)

    for number in range(2):
        known(f"p{number}.bitrix24.com", str(number) * 32)
        buy(portal=f"p{number}.bitrix24.com", customer=make_customer(f"c{number}@example.com"))
    queries()
    few = queries()
    for number in range(2, 6):
        known(f"p{number}.bitrix24.com", str(number) * 32)
        buy(portal=f"p{number}.bitrix24.com", customer=make_customer(f"c{number}@example.com"))
    assert queries() == few


def page(client: Client, license: License) -> str:
    answer = client.get(f"/admin/licenses/{license.number}/")
    assert answer.status_code == 200
    return said(answer)


def test_the_page_tells_state_time_portal_and_history(buy: Buy, support: Client, client_of: Any, staff: Any) -> None:
    from storefront.licensing.services import staff_time

    known("acme.bitrix24.com", "a" * 32)
    license = buy(portal="acme.bitrix24.com")
    owner = staff("Owner")
    staff_time.extend(license=license, actor=owner, reason="A sorry for the outage", days=7, is_told=True)
    PortalExchange.objects.create(
        host="acme.bitrix24.com", method="profile", request={"auth": "***"}, status=200, answer={}, milliseconds=7
    )
    text = page(support, license)
    for words in (
        "It works in acme.bitrix24.com.", "Extended by 7 days of goodwill", "A sorry for the outage", "Owner Person",
        "Linked to acme.bitrix24.com", "12 months", "7 days", "goodwill", "profile", "T-", "License changed by staff",
    ):  # fmt: skip
        assert words in text, words


def test_only_acts_that_are_possible_and_allowed_are_offered(buy: Buy, client_of: Any) -> None:
    known("acme.bitrix24.com", "a" * 32)
    active = buy(portal="acme.bitrix24.com")
    support, owner, reader = (client_of(role) for role in ("Support", "Owner", "Read-only"))
    assert "Move to another Bitrix24" in page(support, active) and "Revoke" not in page(support, active)
    assert "Revoke" in page(owner, active) and "Correct the address" not in page(owner, active)
    assert "Move to another Bitrix24" not in page(reader, active)


def test_queries_of_the_page_do_not_grow_with_its_history(buy: Buy, support: Client, staff: Any) -> None:
    from storefront.licensing.services import staff_time

    known("acme.bitrix24.com", "a" * 32)
    license, owner = buy(portal="acme.bitrix24.com"), staff("Owner")

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            page(support, license)
        return len(seen)

    staff_time.extend(license=license, actor=owner, reason="r", days=1, is_told=True)
    queries()
    few = queries()
    for _ in range(4):
        staff_time.extend(license=License.objects.get(pk=license.pk), actor=owner, reason="r", days=1, is_told=True)
        buy(portal="acme.bitrix24.com")
    assert queries() == few
