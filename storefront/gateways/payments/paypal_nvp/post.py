"""One request to PayPal: what stands in the place of ``paypal.gateway.post``.

The package asks for it by name and gives it the fields of a request; the adapter says beside it, in ``asking``, with
which credentials and what further fields. So the credentials are in nothing that the package keeps or logs.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode

from paypal.exceptions import PayPalError

from storefront.gateways.errors import ConfigurationError, Unavailable
from storefront.gateways.http import HttpClient
from storefront.gateways.payments.paypal_nvp import limits
from storefront.gateways.payments.paypal_nvp.failures import ACKS, SUCCESSES, check

VERSION = "119"
#: The package puts settings.PAYPAL_API_* there, which hold nothing.
_CREDENTIALS = ("USER", "PWD", "SIGNATURE", "SUBJECT")
#: Fields about people, and the buyer's links. Nothing here needs them later, so they are not kept.
_PERSONAL = re.compile(
    r"(PAYMENTREQUEST_\d_)?(SHIPTO|ADDRESS|EMAIL|FIRSTNAME|MIDDLENAME|LASTNAME|SALUTATION|SUFFIX|PHONENUM|BUSINESS|"
    r"PAYERID|BUYER|NOTETEXT|BIRTH|TAXID|RETURNURL|CANCELURL).*"
)
_AMOUNT = re.compile(r"(L_)?(PAYMENTREQUEST_0_)?[A-Z]*AMT\d*")
#: What the package reads of an answer that says success; an answer without them is none.
_NEEDED = {
    "SetExpressCheckout": ("TOKEN",),
    "GetExpressCheckoutDetails": ("TOKEN", "CHECKOUTSTATUS", "PAYMENTREQUEST_0_AMT", "PAYMENTREQUEST_0_CURRENCYCODE"),
    "DoExpressCheckoutPayment": ("PAYMENTINFO_0_TRANSACTIONID", "PAYMENTINFO_0_AMT", "PAYMENTINFO_0_CURRENCYCODE"),
    "RefundTransaction": ("REFUNDTRANSACTIONID",),
    "GetTransactionDetails": ("TRANSACTIONID", "PAYMENTSTATUS", "AMT", "CURRENCYCODE"),
}
#: Columns of the package's table.
_LONGEST = {"L_LONGMESSAGE0": 256, "L_ERRORCODE0": 32, "CORRELATIONID": 32, "TOKEN": 32, "ACK": 32}


@dataclass(frozen=True, slots=True)
class Connection:
    """Our account and how to reach PayPal. Shown nowhere: the credentials have no ``repr``."""

    url: str
    user: str
    password: str = field(repr=False)
    signature: str = field(repr=False)
    http: HttpClient = field(repr=False)

    def send(self, fields: Mapping[str, str]) -> dict[str, str]:
        """Post the fields; the answer's, whatever it says. Raises Unavailable unless it is one of PayPal's."""
        secrets = {"USER": self.user, "PWD": self.password, "SIGNATURE": self.signature}
        answer = self.http.request("POST", self.url, form={**fields, **secrets})
        reply = _read(answer.body) if answer.status == 200 else {}
        needed = _NEEDED.get(fields["METHOD"], ()) if reply.get("ACK") in SUCCESSES else ()
        if reply.get("ACK") not in ACKS or any(not reply.get(name) for name in (*needed, "CORRELATIONID")):
            raise Unavailable(f"PayPal's answer (HTTP {answer.status}) cannot be read", code="unreadable_answer")
        return reply

    def ask(self, method: str, **fields: str) -> dict[str, str]:
        """A question that the package has no function for, and keeps no row of. Raises as ``failures.check``."""
        reply = self.send({"METHOD": method, "VERSION": VERSION, **fields})
        check(reply)
        return reply


@dataclass(slots=True)
class _Asking:
    connection: Connection
    fields: Mapping[str, str]
    reply: dict[str, str] = field(default_factory=dict)


_asking: ContextVar[_Asking | None] = ContextVar("paypal_nvp", default=None)


def asked(connection: Connection, act: Callable[[], Any], **fields: str) -> tuple[dict[str, str], Any]:
    """Run one of the package's functions with ``fields`` added to its request. PayPal's answer and what the function
    returned. Raises as ``failures.check``."""
    with _said(_Asking(connection, fields)) as asking:
        try:
            result = act()
        except PayPalError:
            result = None  # it keeps only the first code, and that in a sentence
    check(asking.reply)
    return asking.reply, result


@contextmanager
def _said(asking: _Asking) -> Iterator[_Asking]:
    token = _asking.set(asking)
    try:
        yield asking
    finally:
        _asking.reset(token)


def post(url: str, params: Mapping[str, Any], encode: bool = True) -> dict[str, Any]:
    """What the package calls. ``url`` is its own idea of the address, which nobody follows.

    Raises Unavailable, or ConfigurationError for a call that did not come through the adapter.
    """
    asking = _asking.get()
    if asking is None or not encode:
        raise ConfigurationError("django-oscar-paypal is used through its adapter alone")
    fields = _exact(
        {name: str(value) for name, value in params.items() if name not in _CREDENTIALS} | {**asking.fields}
    )
    begun = time.monotonic()
    asking.reply = asking.connection.send(fields)
    reply = {name: value[: _LONGEST.get(name)] for name, value in asking.reply.items()}
    return reply | {
        "_raw_request": urlencode(_kept(fields)),
        "_raw_response": urlencode(_kept(asking.reply)),
        "_response_time": (time.monotonic() - begun) * 1000,
    }


def _exact(fields: dict[str, str]) -> dict[str, str]:
    """The package writes every amount with two decimals."""
    currency = fields.get("PAYMENTREQUEST_0_CURRENCYCODE") or fields.get("CURRENCYCODE") or ""
    return {
        name: limits.written(Decimal(value), currency) if _AMOUNT.fullmatch(name) else value
        for name, value in fields.items()
    }


def _kept(fields: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in fields.items() if not _PERSONAL.fullmatch(name)}


def _read(body: bytes) -> dict[str, str]:
    """NUL is nothing that a database keeps."""
    try:
        pairs = parse_qsl(body.decode().strip(), keep_blank_values=True, max_num_fields=5000)
    except (UnicodeDecodeError, ValueError):
        return {}
    return {name: value.replace("\0", "") for name, value in pairs}
