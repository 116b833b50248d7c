"""SimplePay's API, version 2: signed JSON both ways, refusals as ``errorCodes``, mostly with HTTP 200.

https://simplepay.hu/fejlesztoknek. As recorded answers of its sandbox show (https://github.com/connorhu/simplepay-lib),
``transactionId`` is a number, ``query`` answers with ``transactions``, and errors are ``{"errorCodes": [5011]}``.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from storefront.gateways.errors import ConfigurationError, Declined, NotFound, Unavailable
from storefront.gateways.http import HttpClient, HttpResponse
from storefront.gateways.json_body import decode
from storefront.gateways.payments.simplepay.accounts import Account
from storefront.gateways.payments.simplepay.signing import HEADER, encoded, is_signed, signature

Fields = Mapping[str, Any]
#: What calls us, which SimplePay wants to know.
SDK = "storefront:1"
#: Refused before anything was done. Merchant unknown, account and currency do not fit, signature wrong.
_KEY_REFUSED = frozenset({"2006", "5010", "5012", "5100", "5201", "5202", "5302", "5303", "5307"})
#: Nobody can say what was done: a failure inside, or on the way to the bank.
_UNKNOWN_OUTCOME = frozenset({"999", "1529", "2019", "2999", "5000", "5027", "5304", "5305"})
_NOT_FOUND = frozenset({"5011", "5019"})
#: A transaction of this ``orderRef`` exists.
EXISTS = "5013"


class Api:
    """One account's calls."""

    def __init__(self, account: Account, *, http: HttpClient, base: str) -> None:
        self.account, self._http, self._base = account, http, base

    def call(self, name: str, fields: Fields) -> Fields:
        """The answer to ``start``, ``query``, ``refund`` or ``transactionCancel``, proven by its signature.

        Raises ``Declined`` with SimplePay's code, ``NotFound``, ``ConfigurationError`` or ``Unavailable``.
        """
        # 32 characters, new for every call: the same body twice has two signatures.
        opening = {"salt": secrets.token_hex(16), "merchant": self.account.merchant}
        body = encoded(opening | dict(fields) | {"sdkVersion": SDK})
        answer = self._http.request(
            "POST", f"{self._base}/payment/v2/{name}", json=body, headers={HEADER: signature(body, self.account.key)}
        )
        return _checked(answer, self.account)

    def transactions(self, fields: Fields) -> list[Fields]:
        """Those that a ``query`` finds, with their refunds."""
        asked = {**fields, "detailed": True, "refunds": True, "currency": self.account.currency}
        found = self.call("query", asked).get("transactions", [])
        if not isinstance(found, list) or not all(isinstance(each, Mapping) for each in found):
            raise Unavailable("an answer without its transactions", code="unreadable_answer")
        return found

    def begun(self, since: datetime, until: datetime) -> list[Fields]:
        """All that were begun in that time (aware)."""
        return self.transactions({"from": stamp(since), "until": stamp(until)})


def stamp(moment: datetime) -> str:
    """``2026-11-29T11:15:00+00:00``."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _checked(answer: HttpResponse, account: Account) -> Fields:
    if answer.status == 429 or answer.status >= 500 or answer.status == 404:
        raise Unavailable(f"SimplePay answered {answer.status}", code=f"http_{answer.status}")
    try:
        body = decode(answer.body)
        codes = [str(code) for code in body.get("errorCodes") or ()]
    except (ValueError, TypeError, AttributeError) as exc:
        raise Unavailable(f"an answer with status {answer.status} cannot be read", code="unreadable_answer") from exc
    # Whoever holds another key signs with that one, so this refusal alone is believed without proof.
    if _KEY_REFUSED.intersection(codes):
        raise ConfigurationError(f"SimplePay refuses the account {account.merchant} or its key ({', '.join(codes)})")
    if not is_signed(answer.body, answer.headers.get(HEADER.lower(), ""), [account.key]):
        raise Unavailable("an answer that SimplePay did not sign", code="unsigned_answer")
    if _UNKNOWN_OUTCOME.intersection(codes):
        raise Unavailable(f"SimplePay failed ({', '.join(codes)})", code=codes[0])
    if _NOT_FOUND.intersection(codes):
        raise NotFound("SimplePay does not know this transaction", code=codes[0])
    if codes:
        raise Declined(f"SimplePay refused ({', '.join(codes)})", code=codes[0][:40])
    if not 200 <= answer.status < 300:
        raise Unavailable(f"SimplePay answered {answer.status}", code=f"http_{answer.status}")
    return dict(body)
