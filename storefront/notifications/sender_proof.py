"""Whether a received mail comes from the domain in its From: what the receiving company found out.

Each company says it in its own place, and some say nothing (``_FINDINGS``). A shop whose mail passes a server of its
own first names that server (settings.SUPPORT_INBOUND_AUTHSERV) and is told by its Authentication-Results:
https://www.rfc-editor.org/rfc/rfc8601. Other headers of that kind are the sender's own words and are not read.

Only a mail of which the company says the contrary is called unproven; one about which it says nothing is not. Where a
name stands several times, the worst is believed: a sender can add a header, and cannot take one away.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from email.errors import MessageError

from anymail.inbound import AnymailInboundMessage
from anymail.signals import AnymailInboundEvent
from django.conf import settings

#: What the parsers of headers raise for some of the broken ones.
_BROKEN = (MessageError, ValueError, LookupError, AttributeError, TypeError, AssertionError, RecursionError)
#: "softfail" is what most domains say of every other server than their own: https://www.rfc-editor.org/rfc/rfc7208#section-8.5
_FAILED = frozenset({"fail", "hardfail", "softfail"})
_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"\s*([a-z0-9-]+)\s*(?:/\s*\d+)?\s*=\s*([a-z]+)", re.IGNORECASE)
_PROPERTY = re.compile(r"\b([a-z]+\.[a-z0-9-]+)\s*=\s*\"?([^\s\";]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Findings:
    """``spf``: of the envelope's sender, whose domain is ``spf_domain``; ``signed_by``: domains whose signature (DKIM)
    was found right; ``dmarc``: pass or fail where the company has asked the domain's own policy."""

    spf: str = ""
    spf_domain: str = ""
    signed_by: frozenset[str] = field(default_factory=frozenset)
    dmarc: str = ""

    def contradict(self, domain: str) -> bool:
        """Whether a mail with ``domain`` in From is not from there."""
        if self.dmarc in ("pass", "fail"):
            return self.dmarc == "fail"
        if any(_is_same(signer, domain) for signer in self.signed_by):
            return False
        return self.spf in _FAILED and _is_same(self.spf_domain, domain)


def is_unproven(company: str, event: AnymailInboundEvent) -> bool:
    """Whether ``company`` (anymail's name for it) says that the mail is not from the domain in its From."""
    mail: AnymailInboundMessage = event.message
    try:
        domain = _domain(mail.get_address_header("From")[0].addr_spec)
        if settings.SUPPORT_INBOUND_AUTHSERV:
            findings = _own_server(mail)
        else:
            findings = _FINDINGS[company](event) if company in _FINDINGS else Findings()
        return findings.contradict(domain)
    except _BROKEN:
        return False  # a mail without a readable From is refused where it is read


def _postmark(event: AnymailInboundEvent) -> Findings:
    """Headers that it adds: https://postmarkapp.com/developer/webhooks/inbound-webhook. SpamAssassin's DKIM_VALID_AU is
    a right signature of the author's own domain: https://spamassassin.apache.org/full/3.4.x/doc/Mail_SpamAssassin_Plugin_DKIM.html"""
    mail = event.message
    ours = ("postmarkapp.com", settings.SUPPORT_INBOUND_DOMAIN.lower())
    told = [each.lower() for each in _all(mail, "Received-SPF")]
    told = [each for each in told if (found := re.search(r"receiver=([^;\s]+)", each)) and found[1].endswith(ours)]
    tests = [each.upper().replace(" ", "").split(",") for each in _all(mail, "X-Spam-Tests")]
    is_signed = bool(tests) and all("DKIM_VALID_AU" in each for each in tests)
    return Findings(
        spf=_worst(each.split()[0] for each in told if each.split()),
        spf_domain=_domain(mail.envelope_sender or ""),
        signed_by=frozenset({_domain(mail.get_address_header("From")[0].addr_spec)} if is_signed else ()),
    )


def _mailgun(event: AnymailInboundEvent) -> Findings:
    """https://documentation.mailgun.com/docs/mailgun/user-manual/receive-forward-store/spam-filter: its verdict on DKIM
    names no domain, so it is believed if all signatures are of one."""
    mail = event.message
    signers = {found[1] for each in _all(mail, "DKIM-Signature") if (found := re.search(r"\bd=\s*([^\s;]+)", each))}
    passed = [each.lower() == "pass" for each in _all(mail, "X-Mailgun-Dkim-Check-Result")]
    return Findings(
        spf=_worst(each.lower() for each in _all(mail, "X-Mailgun-Spf")),
        spf_domain=_domain(mail.envelope_sender or ""),
        signed_by=frozenset(signers) if passed and all(passed) and len(signers) == 1 else frozenset(),
    )


def _sendgrid(event: AnymailInboundEvent) -> Findings:
    """Fields of its own beside the mail:
    https://www.twilio.com/docs/sendgrid/for-developers/parsing-email/setting-up-the-inbound-parse-webhook#default-parameters"""
    fields = event.esp_event.POST
    signed = re.findall(r"@([\w.-]+)\s*:\s*pass\b", fields.get("dkim", ""))
    return Findings(
        spf=fields.get("SPF", "").strip().lower(),
        spf_domain=_domain(event.message.envelope_sender or ""),
        signed_by=frozenset(signed),
    )


#: By anymail's name. Mailjet and SparkPost hand over no verdict
#: (https://dev.mailjet.com/email/guides/parse-api/, https://developers.sparkpost.com/api/relay-webhooks/), Postal none
#: but one on spam (https://docs.postalserver.io/developer/http-payloads).
_FINDINGS: dict[str, Callable[[AnymailInboundEvent], Findings]] = {
    "Postmark": _postmark,
    "Mailgun": _mailgun,
    "SendGrid": _sendgrid,
}


def _own_server(mail: AnymailInboundMessage) -> Findings:
    """What the topmost Authentication-Results of the named server says."""
    for header in _all(mail, "Authentication-Results"):
        first, *results = _plain(header).split(";")
        if first.split()[:1] and first.split()[0].lower() == settings.SUPPORT_INBOUND_AUTHSERV.lower():
            return _read_results(results)
    return Findings()


def _read_results(results: Iterable[str]) -> Findings:
    spf = spf_domain = dmarc = ""
    signers: set[str] = set()
    for result in results:
        found = _RESULT.match(result)
        if found is None:
            continue
        method, verdict = found[1].lower(), found[2].lower()
        named = {name.lower(): value for name, value in _PROPERTY.findall(result)}
        if method == "spf":
            spf, spf_domain = verdict, _domain(named.get("smtp.mailfrom", ""))
        elif method == "dmarc":
            dmarc = verdict
        elif method == "dkim" and verdict == "pass":
            signers.add(_domain(named.get("header.d") or named.get("header.i", "")))
    return Findings(spf=spf, spf_domain=spf_domain, signed_by=frozenset(signers), dmarc=dmarc)


def _plain(header: str) -> str:
    """Without comments, which may be nested."""
    text, before = header, ""
    while text != before:
        before, text = text, _COMMENT.sub(" ", text)
    return text


def _all(mail: AnymailInboundMessage, name: str) -> list[str]:
    return [str(value).strip() for value in mail.get_all(name, [])]


def _worst(verdicts: Iterable[str]) -> str:
    found = list(verdicts)
    return next((each for each in found if each in _FAILED), found[0] if found else "")


def _domain(address: str) -> str:
    return address.rpartition("@")[2].strip(" <>.\"'").lower()


def _is_same(one: str, other: str) -> bool:
    """Whether they are of one organization, without a list of registries: the same, or one below the other.

    https://www.rfc-editor.org/rfc/rfc7489#section-3.1 calls it relaxed alignment.
    """
    return bool(one) and "." in one and (one == other or one.endswith(f".{other}") or other.endswith(f".{one}"))
