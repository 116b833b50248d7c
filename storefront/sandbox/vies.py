"""A stand-in for VIES, the EU's check of VAT ids, with the numbers of its test service.

https://ec.europa.eu/taxation_customs/vies/#/technical-information and, for the numbers, the test service's WSDL
https://ec.europa.eu/taxation_customs/vies/checkVatTestService.wsdl : 100 is valid, 200 is not, the others are errors.
Besides it knows a few numbers of real form; more are added at ``/_control/companies``.
"""

from __future__ import annotations

import json
import re
import secrets
import threading
from datetime import UTC, datetime
from typing import Any

from storefront.sandbox.control import add_controls
from storefront.sandbox.server import Request, Response, StandIn

STATES = "AT BE BG CY CZ DE DK EE EL ES FI FR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK XI".split()
#: States that say whether a number is valid, and not whose it is.
SILENT = frozenset({"DE", "ES"})
TEST_ERRORS = {
    "201": "INVALID_INPUT",
    "202": "INVALID_REQUESTER_INFO",
    "300": "SERVICE_UNAVAILABLE",
    "301": "MS_UNAVAILABLE",
    "302": "TIMEOUT",
    "400": "VAT_BLOCKED",
    "401": "IP_BLOCKED",
    "500": "GLOBAL_MAX_CONCURRENT_REQ",
    "501": "GLOBAL_MAX_CONCURRENT_REQ_TIME",
    "600": "MS_MAX_CONCURRENT_REQ",
    "601": "MS_MAX_CONCURRENT_REQ_TIME",
}
COMPANIES = {
    "DE136695976": "---",
    "FR40303265045": "SA DE L EXEMPLE",
    "NL004495445B01": "VOORBEELD B.V.",
    "ESB58378431": "---",
    "EL094259216": "ΠΑΡΑΔΕΙΓΜΑ ΑΕ",
    "ATU13585627": "Beispiel GmbH",
}
_FIELDS = {"countryCode", "vatNumber", "requesterMemberStateCode", "requesterNumber"}
_NUMBER = re.compile(r"[0-9A-Za-z+*.]{2,12}")


class ViesStandIn(StandIn):
    """``checks`` are the questions that came, each with its answer's status."""

    def __init__(self, *, port: int = 0, host: str = "127.0.0.1") -> None:
        super().__init__(port=port, host=host)
        self.companies = dict(COMPANIES)
        self.checks: list[dict[str, Any]] = []
        self._away: set[str] = set()
        self._delay = 0.0
        self._http_errors = False
        self._stopped = threading.Event()
        self.route("POST", "/rest-api/check-vat-number", self._post)
        self.route("GET", r"/rest-api/ms/(?P<country>[^/]+)/vat/(?P<number>[^/]+)", self._get)
        self.route("GET", "/rest-api/check-status", self._status)
        add_controls(
            self,
            reads={"checks": lambda: self.checks},
            acts={
                "outage": self.set_outage,
                "delay": self.set_delay,
                "companies": self.add_company,
                "errors": self.set_http_errors,
            },
        )

    @property
    def api_url(self) -> str:
        return f"{self.base_url}/rest-api"

    def set_outage(self, country: str, is_away: bool = True) -> list[str]:
        """A state's register answers no more, or again; all of them for "*"."""
        if country != "*" and country not in STATES:
            raise KeyError(country)
        named = set(STATES) if country == "*" else {country}
        self._away = self._away | named if is_away else self._away - named
        return sorted(self._away)

    def set_delay(self, seconds: float) -> float:
        """Each answer comes so many seconds later."""
        self._delay = float(seconds)
        return self._delay

    def set_http_errors(self, is_on: bool) -> bool:
        """Errors come with HTTP 500 instead of 200."""
        self._http_errors = bool(is_on)
        return self._http_errors

    def add_company(self, vat_id: str, name: str = "---", is_valid: bool = True) -> bool:
        """A number becomes valid, or stops being so."""
        if is_valid:
            self.companies[vat_id] = name
        else:
            self.companies.pop(vat_id, None)
        return is_valid

    def stop(self) -> None:
        self._stopped.set()
        super().stop()

    def not_found(self, request: Request) -> Response:
        return Response({"actionSucceed": False, "errorWrappers": [{"error": "RESOURCE_NOT_FOUND"}]}, 404)

    def _post(self, request: Request) -> Response:
        self._stopped.wait(self._delay)
        try:
            asked = request.json()
        except json.JSONDecodeError:
            asked = None
        error = self._refusal(asked)
        if error:
            self.checks.append({"asked": asked, "error": error})
            return self._error(error)
        country, number = asked["countryCode"], asked["vatNumber"]
        name = self._name(country, number)
        told = {"name": "---", "address": "---"} if name is None or country in SILENT else _person(name)
        self.checks.append({"asked": asked, "valid": name is not None})
        matches = dict.fromkeys(("traderName", "traderStreet", "traderPostalCode", "traderCity"), "---")
        return Response(
            {
                "countryCode": country,
                "vatNumber": number,
                "requestDate": datetime.now(UTC).isoformat(),
                "valid": name is not None,
                "requestIdentifier": f"WAPI{secrets.token_hex(6).upper()}" if "requesterNumber" in asked else "",
                **told,
                **matches,
                **{f"{field}Match": "NOT_PROCESSED" for field in matches},
            }
        )

    def _refusal(self, asked: Any) -> str:
        """Why a question is not answered, in VIES' words; "" if it is."""
        if not isinstance(asked, dict) or set(asked) - _FIELDS or not all(isinstance(v, str) for v in asked.values()):
            return "INVALID_INPUT"
        country, number = asked.get("countryCode"), asked.get("vatNumber")
        if country not in STATES or not number or not _NUMBER.fullmatch(number):
            return "INVALID_INPUT"
        requester = [asked.get("requesterMemberStateCode"), asked.get("requesterNumber")]
        if any(requester) and not (requester[0] in STATES and _NUMBER.fullmatch(requester[1] or "")):
            return "INVALID_REQUESTER_INFO"
        if number in TEST_ERRORS:
            return TEST_ERRORS[number]
        return "MS_UNAVAILABLE" if country in self._away else ""

    def _get(self, request: Request) -> Response:
        self._stopped.wait(self._delay)
        country, number = request.params["country"], request.params["number"]
        error = self._refusal({"countryCode": country, "vatNumber": number})
        name = None if error else self._name(country, number)
        told = {"name": "---", "address": "---"} if name is None or country in SILENT else _person(name)
        return Response(
            {
                "isValid": name is not None,
                "requestDate": datetime.now(UTC).isoformat(),
                "userError": error or ("VALID" if name is not None else "INVALID"),
                "requestIdentifier": "",
                "originalVatNumber": number,
                "vatNumber": number,
                **told,
                "viesApproximate": dict.fromkeys(("name", "street", "postalCode", "city", "companyType"), "---"),
            }
        )

    def _status(self, request: Request) -> Response:
        countries = [
            {"countryCode": state, "availability": "Unavailable" if state in self._away else "Available"}
            for state in STATES
        ]
        return Response({"vow": {"available": True}, "countries": countries})

    def _name(self, country: str, number: str) -> str | None:
        """The company's name, "---" if the state gives none; None if the number is not valid."""
        if number in ("100", "200"):
            return "John Doe" if number == "100" else None
        return self.companies.get(country + number)

    def _error(self, code: str) -> Response:
        body = {"actionSucceed": False, "errorWrappers": [{"error": code}]}
        return Response(body, 500 if self._http_errors else 200)


def _person(name: str) -> dict[str, str]:
    return {"name": name, "address": "123 Main St, Anytown"}
