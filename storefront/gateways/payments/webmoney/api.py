"""WebMoney's XML interfaces of merchants: X18 (state), X20 (invoices), X22 (prepared links).

https://wiki.webmoney.ru/projects/webmoney/wiki/Interface_X18, .../Interface_X20, .../Interface_X22
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from xml.sax.saxutils import escape

from storefront.gateways.errors import ConfigurationError, Declined, Unavailable
from storefront.gateways.http import HttpClient
from storefront.gateways.payments.webmoney import signing
from storefront.gateways.payments.webmoney.purses import Purse

#: X18 about a payment that was not made: not found; found and not paid yet; refused by the buyer.
NOT_FOUND, NOT_PAID, REFUSED = frozenset({7, 8, 10, 12}), frozenset({9, 11}), frozenset({13, 14})
#: X20: the buyer has not paid yet.
NOT_YET = frozenset({553, 556})
#: What says that seller, purse or key is wrong.
_SETUP = frozenset({-100, -2, -3, -6, -7, 1, 2, 3, 4, 6})
_MOST_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Answer:
    """``fields``: of the operation, its attributes and elements; "" where one did not come."""

    retval: int
    description: str
    fields: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")


class Api:
    def __init__(self, *, http: HttpClient, base: str, wmid: str) -> None:
        self._http, self._base, self.wmid = http, base, wmid

    def state(self, purse: Purse, number: int) -> Answer:
        """X18, by our number of the payment."""
        proof = signing.of_call(self.wmid, purse.number, number, key=purse.key)
        asked = {"wmid": self.wmid, "lmi_payee_purse": purse.number, "lmi_payment_no": number}
        return self._call("XMLTransGet.asp", _tags(asked | {"lmi_payment_no_type": 1, "sha256": proof}))

    def link(self, purse: Purse, number: int, *, hours: int, fields: Mapping[str, object]) -> str:
        """X22: the ticket of a prepared pay page, good for so many hours."""
        proof = signing.of_call(self.wmid, purse.number, number, hours, key=purse.key)
        sign = {"wmid": self.wmid, "validityperiodinhours": hours, "sha256": proof}
        paid = {"lmi_payee_purse": purse.number, "lmi_payment_no": number, **fields}
        body = f"<signtags>{_tags(sign)}</signtags><paymenttags>{_tags(paid)}</paymenttags>"
        ticket = self._taken(self._call("XMLTransSave.asp", body))["transtoken"]
        if not ticket:
            raise Unavailable("a link without its ticket", code="unreadable_answer")
        return ticket

    def invoice(self, purse: Purse, number: int, *, buyer: str, kind: int, fields: Mapping[str, object]) -> str:
        """X20: an invoice in the Keeper of a buyer; WebMoney's number of it. ``kind``: what names the buyer."""
        proof = signing.of_call(self.wmid, purse.number, number, buyer, kind, key=purse.x20)
        asked = {
            "wmid": self.wmid, "lmi_payee_purse": purse.number, "lmi_payment_no": number, **fields,
            "lmi_clientnumber": buyer, "lmi_clientnumber_type": kind, "lmi_sms_type": 4, "sha256": proof,
        }  # fmt: skip
        made = self._taken(self._call("XMLTransRequest.asp", _tags(asked)))["wminvoiceid"]
        if not made.isdigit():
            raise Unavailable("an invoice without its number", code="unreadable_answer")
        return made

    def look(self, purse: Purse, invoice: str, *, code: int = 0) -> Answer:
        """X20, second step: whether an invoice is paid (``code`` 0), or give it up (-1)."""
        proof = signing.of_call(self.wmid, purse.number, invoice, code, key=purse.x20)
        asked = {
            "wmid": self.wmid, "lmi_payee_purse": purse.number, "lmi_clientnumber_code": code,
            "lmi_wminvoiceid": invoice, "sha256": proof,
        }  # fmt: skip
        return self._call("XMLTransConfirm.asp", _tags(asked))

    def _call(self, name: str, body: str) -> Answer:
        request = f'<?xml version="1.0" encoding="utf-8"?><merchant.request>{body}</merchant.request>'
        headers = {"Content-Type": "text/xml; charset=utf-8", "Accept": "text/xml"}
        url = f"{self._base}/conf/xml/{name}"
        answer = self._http.request("POST", url, form=request, headers=headers)
        if answer.status != 200:
            raise Unavailable(f"WebMoney answered {answer.status}", code=f"http_{answer.status}")
        told = read(answer.body)
        if told.retval in _SETUP:
            raise ConfigurationError(f"WebMoney refuses WMID, purse or key (retval {told.retval})")
        return told

    def _taken(self, answer: Answer) -> Answer:
        """Raises ``Declined`` for a refusal, which another buyer's name or sum may cure."""
        if answer.retval != 0:
            raise Declined(
                f"WebMoney refused (retval {answer.retval})", code=f"retval_{answer.retval}", is_curable=True
            )
        return answer


def read(body: bytes) -> Answer:
    """Raises ``Unavailable`` for what is no answer."""
    from lxml import etree  # heavy, and only here

    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body[:_MOST_BYTES], parser)
        if root.tag != "merchant.response":
            raise ValueError("not an answer")
        told = {each.tag: (each.text or "").strip() for each in root.iter() if isinstance(each.tag, str)}
        for operation in root.iter("operation"):
            told |= {str(name): str(value) for name, value in operation.attrib.items()}
        return Answer(int(told["retval"]), told.get("retdesc", "")[:200], told)
    except (etree.XMLSyntaxError, ValueError, KeyError) as exc:
        raise Unavailable("an answer that cannot be read", code="unreadable_answer") from exc


def _tags(fields: Mapping[str, object]) -> str:
    return "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in fields.items())
