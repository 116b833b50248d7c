"""'Your Bitrix24 address', read as a host. What was typed does not leave this module.

It may be a webhook address, which works like a password: only the host or an error code comes out, so the input is
never stored, logged or shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from storefront.core.form_fields import DID_YOU_MEAN, Question, answer_to_question
from storefront.gateways.bitrix24 import PortalAddress, PortalAddressError, PortalKind, typed_addresses

FIELD = "bitrix24_address"

MESSAGES = {
    "empty": _("Enter the address of your Bitrix24, for example acme.bitrix24.com."),
    "too_long": _("This is too long for an address. Enter only the part like acme.bitrix24.com."),
    "scheme": _("Enter the address as your browser shows it, beginning with https:// or with the name itself."),
    "not_a_host": _("We cannot read this as an address. It looks like acme.bitrix24.com."),
    "email_or_userinfo": _(
        "This looks like an e-mail address. Enter the address of your Bitrix24, for example acme.bitrix24.com."
    ),
    "ip_address": _("Enter the name of your Bitrix24 instead of an IP address: the license is bound to the name."),
    "no_zone": _("The ending is missing. Enter the whole address, for example acme.bitrix24.com or acme.bitrix24.de."),
    "not_public": _("This name works only inside your network. Enter the address your Bitrix24 has on the internet."),
    "other_bitrix_service": _(
        "This is another Bitrix24 service (sites, log-in or help). Open your Bitrix24 and copy its address."
    ),
    "not_a_portal": _(
        "This address belongs to Bitrix24 itself. Enter the one of your own Bitrix24, for example acme.bitrix24.com."
    ),
    "unknown_zone": _("There is no Bitrix24 with this ending. Check it: for example .com, .de, .eu, .fr or .com.br."),
    "several": _("Enter only the address, without other words: for example acme.bitrix24.com."),
    "website": _(
        "This is a search engine, a mail service or another well-known site. Open your Bitrix24 and copy its address."
    ),
    "port": _("We can reach a Bitrix24 only at the usual ports 443 and 8443. Enter its address without this port."),
    "look_alike": _("This address mixes letters of different alphabets. Type it by hand, in Latin letters."),
}
FALLBACK = MESSAGES["not_a_host"]

NOTES = {
    PortalKind.CUSTOM: _("This is an address of your own: a self-hosted Bitrix24 or a domain of your own."),
    PortalKind.LOOPBACK: _("A local Bitrix24 for testing."),
}


@dataclass(frozen=True, slots=True)
class Reading:
    """An address, or the code of the error; and a question, if the input may be a typing error."""

    address: PortalAddress | None = None
    code: str = ""
    question: Question | None = None

    @property
    def host(self) -> str:
        return self.address.host if self.address else ""

    @property
    def message(self) -> str:
        """The error for the buyer, "" if there is none."""
        if self.code:
            return str(MESSAGES.get(self.code, FALLBACK))
        is_open = self.question and not self.question.answer
        return str(DID_YOU_MEAN) % {"text": self.host} if is_open else ""

    @property
    def note(self) -> str:
        """What kind of address it is, if that is worth saying."""
        return str(NOTES.get(self.address.kind, "")) if self.address else ""


def read(raw: str | None) -> Reading:
    """Read what a buyer typed or pasted. No network access; nothing of the input is kept."""
    try:
        typed = typed_addresses.read(
            raw,
            allow_loopback=settings.BITRIX24_ALLOW_LOOPBACK,
            zones=settings.BITRIX24_ZONES,
            usual_zone=get_language() or "",
        )
    except PortalAddressError as exc:
        question = Question("", exc.suggestions, may_keep=False) if exc.suggestions else None
        return Reading(code=exc.code, question=question)
    question = Question(typed.address.host, typed.suggestions) if typed.question else None
    return Reading(address=typed.address, question=question)


def read_posted(data: Mapping[str, Any]) -> Reading:
    """As ``read``, for a posted form: with the answer to the question that the field asked before."""
    reading, choice = read(data.get(FIELD)), str(data.get(f"{FIELD}-choice") or "")
    asked = reading.question
    is_answer = (
        asked is not None and choice in (*asked.suggestions, asked.typed) and data.get(f"{FIELD}-asked") == asked.typed
    )
    # Without JavaScript the field is shown again with the host only, or empty: then the answer replaces it.
    if not choice or not (is_answer or answer_to_question(data, FIELD)):
        return reading
    chosen = read(choice)
    answered = Question(chosen.host, (), answer=chosen.host)
    return Reading(address=chosen.address, question=answered) if chosen.address else reading
