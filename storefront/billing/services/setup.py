"""Whether the payment methods are set up so that they work. What is not goes before the staff."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_noop as _

from storefront.billing.gateway_registry import begun, gateway, missing, verbose_name
from storefront.billing.services import reviews
from storefront.core import sentences
from storefront.core.sentences import Sentence
from storefront.gateways.errors import ConfigurationError, UnsupportedOperation
from storefront.gateways.payments.diagnosis import Diagnosis, Verdict, Words

logger = logging.getLogger(__name__)


def webhook_url(name: str) -> str:
    """The address that a provider's messages must be sent to."""
    return f"{settings.SITE_URL}{reverse('hook', kwargs={'source': name})}"


def diagnose(name: str, *, is_thorough: bool = True) -> Sequence[Diagnosis]:
    """What the provider says of our set-up. Must not be called inside a transaction; changes nothing anywhere.

    Raises UnsupportedOperation for a method that cannot be asked.
    """
    try:
        return gateway(name).diagnose(webhook_url=webhook_url(name), is_thorough=is_thorough)
    except ConfigurationError as exc:
        lacking = ", ".join(missing(name))
        needs = Words(_("It needs %(variables)s."), {"variables": lacking})
        found = needs if lacking else Words("%(problem)s.", {"problem": exc})
        to_do = Words(_("Set it, see README."))
        return [Diagnosis("configuration", Words(name), Verdict.FAULT, found, to_do)]


def check_all() -> int:
    """Put every fault of every payment method before the staff, once until somebody resolves it. Returns how many."""
    found = 0
    for name in begun():
        try:
            faults = [each for each in diagnose(name, is_thorough=False) if each.verdict is Verdict.FAULT]
        except UnsupportedOperation:
            continue
        for fault in faults:
            if fault.code != "connection":  # the breaker's matter
                detail = [Sentence("%(method)s:", {"method": verbose_name(name)}), *sentences_of(fault)]
                reviews.file_setup(gateway=name, code=fault.code, detail=detail)
                found += 1
    return found


def sentence(words: Words) -> Sentence:
    """What a gateway says, to be kept and told in each reader's language."""
    values = {name: sentence(value) if isinstance(value, Words) else value for name, value in words.values.items()}
    return Sentence(words.text, values)


def sentences_of(each: Diagnosis) -> list[Sentence]:
    """What was found, and what to do about it."""
    return [sentence(words) for words in (each.found, each.to_do) if words]


def in_words(words: Words) -> str:
    """In the active language."""
    return sentences.told(sentences.kept([sentence(words)]))
