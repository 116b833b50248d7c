"""Disputes (https://developer.paypal.com/docs/api/customer-disputes/v1/). They need the app's right of that name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

from storefront.gateways.errors import Unavailable
from storefront.gateways.json_body import word
from storefront.gateways.payments.disputes import DisputeReason, DisputeSnapshot, DisputeStage
from storefront.gateways.payments.paypal.amounts import read
from storefront.gateways.payments.paypal.client import Client, readable
from storefront.gateways.payments.paypal.dashboard import page_of

RIGHT = "Disputes"
PATH = "/v1/customer/disputes"
#: PayPal lists no older ones; an hour inside, for clocks that differ
LONGEST = timedelta(days=180) - timedelta(hours=1)
MOST_PAGES = 40
REASONS = {
    "UNAUTHORISED": DisputeReason.FRAUDULENT,
    "MERCHANDISE_OR_SERVICE_NOT_RECEIVED": DisputeReason.NOT_RECEIVED,
    "MERCHANDISE_OR_SERVICE_NOT_AS_DESCRIBED": DisputeReason.UNACCEPTABLE,
    "CREDIT_NOT_PROCESSED": DisputeReason.CREDIT_MISSING,
    "DUPLICATE_TRANSACTION": DisputeReason.DUPLICATE,
    "PAYMENT_BY_OTHER_MEANS": DisputeReason.DUPLICATE,
    "CANCELED_RECURRING_BILLING": DisputeReason.CANCELLED,
}
#: outcomes after which the money is, or stays, the buyer's
_LOST = frozenset({"RESOLVED_BUYER_FAVOUR", "ACCEPTED"})
#: the buyer has their money and we have ours
_WON = frozenset({"RESOLVED_SELLER_FAVOUR", "RESOLVED_WITH_PAYOUT", "CANCELED_BY_BUYER", "DENIED", "NONE"})
_WAITING = ("OPEN", "WAITING_FOR_SELLER_RESPONSE")


def disputes_of(client: Client, capture_id: str, *, kept: Decimal) -> tuple[DisputeSnapshot, ...]:
    """Every dispute about a capture; ``kept``: what was not refunded of it. Raises MissingRight."""
    found = _listed(client, {"disputed_transaction_id": capture_id})
    return tuple(_read(_whole(client, each), kept=kept, page_base=client.api_base) for each in found)


def disputed_since(client: Client, since: datetime, *, now: datetime) -> Sequence[str]:
    """Captures about which a dispute began since ``since`` (aware), at most half a year ago. Raises MissingRight."""
    begins = max(since, now - LONGEST).astimezone(UTC)
    if begins >= now:
        return []
    found = _listed(client, {"start_time": f"{begins:%Y-%m-%dT%H:%M:%S}.000Z"})
    captures: list[str] = []
    for each in found:
        dispute = _whole(client, each)
        with readable():
            captures += [word(about["seller_transaction_id"]) for about in dispute["disputed_transactions"]]
    return captures


def _listed(client: Client, query: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    asked = {**query, "page_size": "50"}
    for _ in range(MOST_PAGES):
        page = client.get(PATH, asked, right=RIGHT)
        with readable():
            items = list(page["items"])
            links = {each["rel"]: each["href"] for each in page.get("links") or ()}
        yield from items
        if "next" not in links:
            return
        # Only what the link asks for is taken over: the address is ours.
        asked = {**asked, **dict(parse_qsl(urlsplit(links["next"]).query))}


def _whole(client: Client, summary: Mapping[str, Any]) -> Mapping[str, Any]:
    """The list leaves out whom a dispute is about and how it ended."""
    with readable():
        dispute_id = word(summary["dispute_id"])
    return client.get(f"{PATH}/{quote(dispute_id, safe='')}", right=RIGHT)


def _read(dispute: Mapping[str, Any], *, kept: Decimal, page_base: str) -> DisputeSnapshot:
    with readable():
        amount, currency = read(dispute["dispute_amount"])
        stage = _stage(dispute)
        due = dispute.get("seller_response_due_date")
        return DisputeSnapshot(
            dispute_reference=word(dispute["dispute_id"]),
            stage=stage,
            reason=REASONS.get(dispute["reason"], DisputeReason.OTHER),
            amount=amount,
            currency=currency,
            opened_at=datetime.fromisoformat(dispute["create_time"]),
            evidence_due_at=datetime.fromisoformat(due) if due and dispute["status"] in _WAITING else None,
            withdrawn=min(_withdrawn(dispute, stage, amount), kept),
            page=page_of(word(dispute["dispute_id"]), api_base=page_base),
        )


def _stage(dispute: Mapping[str, Any]) -> DisputeStage:
    """As long as buyer and seller talk with each other (INQUIRY) nothing is taken; PayPal decides only after the buyer
    has asked it to: https://developer.paypal.com/disputes/disputes-lifecycle."""
    is_inquiry = dispute["dispute_life_cycle_stage"] == "INQUIRY"
    status = dispute["status"]
    if status == "RESOLVED":
        outcome = (dispute.get("dispute_outcome") or {}).get("outcome_code", "NONE")
        if outcome in _LOST:
            return DisputeStage.LOST
        if outcome in _WON:
            return DisputeStage.INQUIRY_CLOSED if is_inquiry else DisputeStage.WON
        raise Unavailable(f"unknown dispute outcome {outcome!r}", code="unreadable_answer")
    if status in _WAITING:
        return DisputeStage.INQUIRY if is_inquiry else DisputeStage.OPEN
    return DisputeStage.INQUIRY_REVIEW if is_inquiry else DisputeStage.REVIEW


def _withdrawn(dispute: Mapping[str, Any], stage: DisputeStage, amount: Decimal) -> Decimal:
    """PayPal holds the disputed amount back from the moment it is to decide."""
    if stage in (DisputeStage.OPEN, DisputeStage.REVIEW):
        return amount
    if stage is DisputeStage.LOST:
        told = (dispute.get("dispute_outcome") or {}).get("amount_refunded")
        return read(told)[0] if told else amount
    return Decimal(0)
