"""The adapter of VIES against its stand-in: three outcomes, and nothing taken for an answer that is none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from storefront.gateways.errors import ConfigurationError, Unavailable
from storefront.gateways.http import HttpClient
from storefront.gateways.vies import ViesClient
from storefront.sandbox.server import Request, Response, StandIn
from storefront.sandbox.vies import ViesStandIn

FRENCH = "FR40303265045"


def client(base_url: str) -> ViesClient:
    http = HttpClient(total_timeout=3, allow_loopback=True, sleep=lambda seconds: None)
    return ViesClient(http=http, base_url=base_url)


@pytest.fixture
def vies() -> Iterator[ViesStandIn]:
    with ViesStandIn() as stand_in:
        yield stand_in


def test_a_valid_id_comes_with_its_proof(vies):
    found = client(vies.api_url).check(FRENCH, requester="DE136695976")
    assert found.is_valid and found.consultation_number.startswith("WAPI")
    assert (found.name, found.raw["countryCode"]) == ("SA DE L EXEMPLE", "FR")
    assert client(vies.api_url).check("DE136695976").name == ""  # Germany says ---


def test_an_id_that_no_register_knows_is_invalid(vies):
    assert not client(vies.api_url).check("FR99999999999").is_valid
    assert not client(vies.api_url).check("FR201").is_valid  # VIES itself says that it is no number


def test_our_own_id_that_is_wrong_is_a_fault_of_ours(vies):
    with pytest.raises(ConfigurationError):
        client(vies.api_url).check("FR202", requester="DE136695976")


@pytest.mark.parametrize("with_status", [False, True], ids=["http200", "http500"])
@pytest.mark.parametrize("number", ["300", "301", "302", "400", "401", "500", "501", "600", "601"])
def test_an_error_is_no_answer(vies, number, with_status):
    vies.set_http_errors(with_status)
    with pytest.raises(Unavailable) as found:
        client(vies.api_url).check(f"FR{number}")
    assert found.value.code.isupper()


def test_countries_that_answer(vies):
    vies.set_outage("FR")
    found = client(vies.api_url).available_countries()
    assert "FR" not in found and {"DE", "EL", "XI"} <= found


@contextmanager
def saying(body: Any, status: int = 200) -> Iterator[str]:
    """A service that answers each question so."""
    with StandIn() as server:
        server.route("POST", "/check-vat-number", lambda request: Response(body, status))
        yield server.base_url


ASKED = {"countryCode": "FR", "vatNumber": "40303265045"}


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {**ASKED},
        {**ASKED, "valid": "true"},
        {**ASKED, "valid": None},
        {**ASKED, "valid": False, "userError": "MS_UNAVAILABLE"},
        {**ASKED, "vatNumber": "11111111111", "valid": True},
        {**ASKED, "countryCode": "DE", "valid": True},
        {**ASKED, "valid": True, "actionSucceed": False},
        {**ASKED, "valid": True, "errorWrappers": [{"error": "TIMEOUT"}]},
        "<html>Service unavailable</html>",
    ],
)
def test_what_has_no_known_shape_is_no_answer(body):
    with saying(body) as url, pytest.raises(Unavailable):
        client(url).check(FRENCH)


def test_a_failure_that_passes_is_asked_again():
    asked: list[Request] = []

    def answer(request: Request) -> Response:
        asked.append(request)
        return Response({}, 503) if len(asked) < 3 else Response({**ASKED, "valid": True})

    with StandIn() as server:
        server.route("POST", "/check-vat-number", answer)
        assert client(server.base_url).check(FRENCH).is_valid
    assert len(asked) == 3
