"""The stand-in of VIES by requests typed by hand, as its documents show them."""

from __future__ import annotations

import json
from typing import Any
from urllib.request import Request, urlopen

import pytest

from storefront.sandbox.vies import ViesStandIn


@pytest.fixture
def vies():
    with ViesStandIn() as stand_in:
        yield stand_in


def call(vies: ViesStandIn, path: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = Request(f"{vies.base_url}{path}", data=data, headers={"Content-Type": "application/json"})
    with urlopen(request) as response:
        return json.load(response)


def check(vies: ViesStandIn, **fields: Any) -> Any:
    return call(vies, "/rest-api/check-vat-number", fields)


def test_a_valid_number_with_a_requester_has_a_consultation_number(vies):
    asker = {"requesterMemberStateCode": "DE", "requesterNumber": "136695976"}
    found = check(vies, countryCode="FR", vatNumber="40303265045", **asker)
    assert found["valid"] is True and found["requestIdentifier"].startswith("WAPI")
    assert (found["countryCode"], found["vatNumber"], found["name"]) == ("FR", "40303265045", "SA DE L EXEMPLE")


def test_without_a_requester_there_is_none_and_germany_names_nobody(vies):
    found = check(vies, countryCode="DE", vatNumber="136695976")
    assert (found["valid"], found["requestIdentifier"], found["name"]) == (True, "", "---")


def test_an_unknown_number_is_not_valid(vies):
    assert check(vies, countryCode="FR", vatNumber="99999999999")["valid"] is False


@pytest.mark.parametrize(
    ("number", "error"),
    [
        ("201", "INVALID_INPUT"),
        ("202", "INVALID_REQUESTER_INFO"),
        ("300", "SERVICE_UNAVAILABLE"),
        ("301", "MS_UNAVAILABLE"),
        ("302", "TIMEOUT"),
        ("400", "VAT_BLOCKED"),
        ("401", "IP_BLOCKED"),
        ("500", "GLOBAL_MAX_CONCURRENT_REQ"),
        ("501", "GLOBAL_MAX_CONCURRENT_REQ_TIME"),
        ("600", "MS_MAX_CONCURRENT_REQ"),
        ("601", "MS_MAX_CONCURRENT_REQ_TIME"),
    ],
)
def test_the_numbers_of_the_test_service(vies, number, error):
    found = check(vies, countryCode="AT", vatNumber=number)  # HTTP 200 all the same
    assert found == {"actionSucceed": False, "errorWrappers": [{"error": error}]}
    assert (
        check(vies, countryCode="AT", vatNumber="100")["valid"],
        check(vies, countryCode="AT", vatNumber="200")["valid"],
    ) == (True, False)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"countryCode": "FR"},
        {"countryCode": "GB", "vatNumber": "366303068"},
        {"countryCode": "GR", "vatNumber": "094259216"},  # Greece is EL
        {"countryCode": "FR", "vatNumber": 40303265045},
        {"countryCode": "FR", "vatNumber": "40303265045", "country": "FR"},
        {"countryCode": "FR", "vatNumber": "40 303 265 045"},
    ],
)
def test_a_missing_unknown_or_mistyped_field_is_refused(vies, fields):
    assert check(vies, **fields)["errorWrappers"] == [{"error": "INVALID_INPUT"}]


def test_half_a_requester_is_refused(vies):
    found = check(vies, countryCode="FR", vatNumber="40303265045", requesterMemberStateCode="DE")
    assert found["errorWrappers"] == [{"error": "INVALID_REQUESTER_INFO"}]


def test_a_register_that_is_away_says_so_on_every_route(vies):
    vies.set_outage("FR")
    assert check(vies, countryCode="FR", vatNumber="40303265045")["errorWrappers"] == [{"error": "MS_UNAVAILABLE"}]
    one = call(vies, "/rest-api/ms/FR/vat/40303265045")
    assert (one["isValid"], one["userError"]) == (False, "MS_UNAVAILABLE")
    states = {each["countryCode"]: each["availability"] for each in call(vies, "/rest-api/check-status")["countries"]}
    assert (states["FR"], states["DE"], len(states)) == ("Unavailable", "Available", 28)
    assert call(vies, "/rest-api/ms/DE/vat/136695976")["userError"] == "VALID"
