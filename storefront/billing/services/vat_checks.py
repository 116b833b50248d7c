"""What is known of a buyer's VAT id: asked of VIES, kept, and asked again.

An answer counts for a while: a valid id for a day, an invalid one for an hour. A register that does not answer is not
an answer: the sale goes on as the seller's settings say, and is followed up (``provisional_sales``).
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import lru_cache

from django.conf import settings

from storefront.billing.models import Seller, VatCheck
from storefront.billing.tax import VatAnswer, VatOutcome
from storefront.billing.tax.territories import EU, vat_prefix
from storefront.core import clock
from storefront.core.circuit import Circuit
from storefront.gateways.errors import Busy, ConfigurationError, Unavailable
from storefront.gateways.http import HttpClient
from storefront.gateways.vies import ViesAnswer, ViesClient

logger = logging.getLogger(__name__)

#: How long an answer counts.
KEPT = {VatOutcome.VALID: timedelta(hours=24), VatOutcome.INVALID: timedelta(hours=1)}
#: While a buyer waits, all tries together take at most so many seconds.
SECONDS = 4.0
_CIRCUIT = Circuit("vies")
#: Codes that say that VIES as a whole does not answer us; others are about one country.
_OF_ALL = frozenset(
    {"SERVICE_UNAVAILABLE", "GLOBAL_MAX_CONCURRENT_REQ", "GLOBAL_MAX_CONCURRENT_REQ_TIME", "IP_BLOCKED"}
)
_EVERYWHERE = "all"


def known(vat_id: str, at: datetime) -> VatAnswer:
    """What counts at that time, without asking anybody; one query."""
    if not vat_id:
        return VatAnswer()
    latest = VatCheck.objects.filter(vat_id=vat_id, checked_at__lte=at).order_by("-checked_at", "-pk")
    told = latest.exclude(outcome=VatOutcome.NO_ANSWER).first()
    if told is not None and at - told.checked_at <= KEPT[VatOutcome(told.outcome)]:
        return answer_of(told)
    failed = latest.filter(outcome=VatOutcome.NO_ANSWER, checked_at__gt=at - KEPT[VatOutcome.INVALID]).first()
    return answer_of(failed) if failed else VatAnswer()


def answer_of(check: VatCheck) -> VatAnswer:
    return VatAnswer(
        outcome=VatOutcome(check.outcome),
        consultation_number=check.consultation_number,
        checked_at=check.checked_at.isoformat(),
    )


def ask(vat_id: str) -> VatAnswer:
    """What is known of the id, asked of VIES unless an answer still counts. Never inside a transaction.

    NO_ANSWER if nobody could say within the time; a service that failed repeatedly is not asked at all.
    """
    answer = known(vat_id, clock.now())
    if answer.outcome in KEPT:
        return answer
    return answer_of(check(vat_id))


def check(vat_id: str) -> VatCheck:
    """Ask VIES now, and keep the answer. Never inside a transaction."""
    country, requester = vat_id[:2], _requester()
    if _CIRCUIT.is_away(_EVERYWHERE) or _CIRCUIT.is_away(country):
        return _no_answer(vat_id, requester, "away")
    try:
        found = _asked(vat_id, requester)
    except Busy as fault:  # we were too many; that says nothing of VIES
        return _no_answer(vat_id, requester, fault.code)
    except Unavailable as fault:
        is_of_country = fault.code.isupper() and fault.code not in _OF_ALL
        if _CIRCUIT.failed(country if is_of_country else _EVERYWHERE):
            logger.error("VIES is away (%s, %s)", country, fault.code)
        return _no_answer(vat_id, requester, fault.code)
    _CIRCUIT.answered(_EVERYWHERE)
    _CIRCUIT.answered(country)
    return VatCheck.objects.create(
        vat_id=vat_id,
        outcome=(VatOutcome.VALID if found.is_valid else VatOutcome.INVALID).value,
        requester=requester,
        consultation_number=found.consultation_number[:40],
        name=found.name[:300],
        address=found.address[:500],
        answer=dict(found.raw),
    )


def _asked(vat_id: str, requester: str) -> ViesAnswer:
    try:
        return _client(settings.VIES_API_BASE, settings.SANDBOX).check(vat_id, requester=requester)
    except ConfigurationError:
        # Our own id is wrong: the buyer's may be right all the same, there is only no consultation number.
        logger.error("VIES refuses our own VAT id %s: look at the seller's settings", requester)
        return _client(settings.VIES_API_BASE, settings.SANDBOX).check(vat_id)


def _no_answer(vat_id: str, requester: str, code: str) -> VatCheck:
    return VatCheck.objects.create(
        vat_id=vat_id, outcome=VatOutcome.NO_ANSWER.value, requester=requester, error=code[:60]
    )


def _requester() -> str:
    """Our own VAT id, if VIES knows ids of our country."""
    seller = Seller.objects.filter(is_default=True).order_by("-pk").first()
    is_eu = seller is not None and seller.country in EU and seller.vat_id.startswith(vat_prefix(seller.country))
    return seller.vat_id if seller is not None and is_eu else ""


@lru_cache(maxsize=4)
def _client(base_url: str, allow_loopback: bool) -> ViesClient:
    http = HttpClient(connect_timeout=2, read_timeout=SECONDS, total_timeout=SECONDS, allow_loopback=allow_loopback)
    return ViesClient(http=http, base_url=base_url)
