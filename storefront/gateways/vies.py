"""VIES, the European Commission's service that says whether a VAT id of a member state (or XI) is valid.

REST, https://ec.europa.eu/taxation_customs/vies/#/technical-information: it asks the state's own register, which may be
away while the others answer. Errors come as a list of codes, also with HTTP 200.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from storefront.gateways.errors import ConfigurationError, Unavailable
from storefront.gateways.http import HttpClient, HttpResponse

BASE_URL = "https://ec.europa.eu/taxation_customs/vies/rest-api"
#: Said of the number itself: no register was asked, and none will ever know it.
_NO_NUMBER = "INVALID_INPUT"
#: Said of the number that we name as ours.
_NOT_US = "INVALID_REQUESTER_INFO"
#: What ``userError`` says beside an answer that is one.
_ANSWERED = frozenset({"", "VALID", "INVALID"})
#: For "no name given", as some states answer.
_NONE_GIVEN = "---"


@dataclass(frozen=True, slots=True, kw_only=True)
class ViesAnswer:
    """``consultation_number`` proves the question, if it named who asks. ``name`` and ``address`` are "" where the
    state gives none. ``raw`` is the answer as it came."""

    is_valid: bool
    consultation_number: str = ""
    name: str = ""
    address: str = ""
    raw: Mapping[str, Any] = field(default_factory=dict)


class ViesClient:
    """Stateless and safe to share between threads. Never call it inside a database transaction."""

    def __init__(self, *, http: HttpClient, base_url: str = BASE_URL) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")

    def check(self, vat_id: str, *, requester: str = "") -> ViesAnswer:
        """Ask about a VAT id, two letters of its country before the number (EL for Greece).

        :param requester: our own VAT id, for a consultation number; "" for none
        :raises ConfigurationError: ``requester`` is no valid id
        :raises Unavailable: nobody knows; ``code`` is VIES' own where it gave one (MS_UNAVAILABLE, TIMEOUT ...)
        """
        question = {"countryCode": vat_id[:2], "vatNumber": vat_id[2:]}
        if requester:
            question |= {"requesterMemberStateCode": requester[:2], "requesterNumber": requester[2:]}
        response = self._http.request("POST", f"{self._base_url}/check-vat-number", json=question, retries=2)
        body = _mapping(response)
        codes = _errors(body)
        if _NO_NUMBER in codes:
            return ViesAnswer(is_valid=False, raw=body)
        if _NOT_US in codes:
            raise ConfigurationError("VIES does not know the VAT id that we ask as")
        if codes or response.status != 200:
            code = codes[0] if codes else f"http_{response.status}"
            raise Unavailable(f"VIES gave no answer ({code})", code=code)
        return _answer(body, question)

    def available_countries(self) -> frozenset[str]:
        """The countries whose registers answer at present. Raises Unavailable."""
        body = _mapping(self._http.request("GET", f"{self._base_url}/check-status", retries=1))
        countries = body.get("countries")
        if not isinstance(countries, list):
            raise Unavailable("VIES' status has no known shape", code="malformed")
        found = [each for each in countries if isinstance(each, dict)]
        return frozenset(str(each.get("countryCode")) for each in found if each.get("availability") == "Available")


def _answer(body: Mapping[str, Any], question: Mapping[str, str]) -> ViesAnswer:
    is_valid, user_error = body.get("valid"), _text(body.get("userError"))
    if user_error not in _ANSWERED:
        raise Unavailable(f"VIES gave no answer ({user_error})", code=user_error)
    is_ours = all(_text(body.get(name)) == question[name] for name in ("countryCode", "vatNumber"))
    if not isinstance(is_valid, bool) or not is_ours:
        raise Unavailable("VIES' answer has no known shape", code="malformed")
    return ViesAnswer(
        is_valid=is_valid,
        consultation_number=_text(body.get("requestIdentifier")),
        name=_text(body.get("name")),
        address=_text(body.get("address")),
        raw=body,
    )


def _errors(body: Mapping[str, Any]) -> list[str]:
    wrappers = body.get("errorWrappers")
    found = (
        [_text(each.get("error")) for each in wrappers if isinstance(each, dict)] if isinstance(wrappers, list) else []
    )
    is_refused = body.get("actionSucceed") is False
    return [code[:60] for code in found if code] or (["unnamed"] if is_refused else [])


def _mapping(response: HttpResponse) -> Mapping[str, Any]:
    body = response.json()
    if not isinstance(body, dict):
        raise Unavailable("VIES' answer has no known shape", code="malformed")
    return body


def _text(value: object) -> str:
    text = str(value).strip() if isinstance(value, str) else ""
    return "" if text == _NONE_GIVEN else text
