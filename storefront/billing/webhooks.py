"""Payment providers' messages. Each is a hint that something changed; what did is asked of the provider itself."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext, override
from django.utils.translation import gettext_noop as _

from storefront.billing.breaker import Away
from storefront.billing.errors import PaymentUnavailable
from storefront.billing.gateway_registry import begun, gateway
from storefront.billing.models import PaymentAttempt
from storefront.billing.saved_methods import messages
from storefront.billing.services import reviews
from storefront.billing.services.settlement import settle
from storefront.billing.states import OPEN_ATTEMPT
from storefront.core.sentences import Sentence
from storefront.core.time_limits import WORKER_SECONDS, time_limit
from storefront.gateways.payments.base import EventKind, ProviderEvent
from storefront.gateways.receipts import Receipt
from storefront.inbox.models import InboundEvent
from storefront.inbox.sources import NotNow, Received, UnknownSource

logger = logging.getLogger(__name__)


class PaymentSource:
    """One payment provider as a source of the inbox. ``is_told_by_query``: it may send its messages by GET.

    A message that its provider does not prove may claim the id of one that is still to come, so its own bytes are part
    of its id; it waits apart from the others.
    """

    def __init__(self, gateway_name: str, *, is_told_by_query: bool = False) -> None:
        self._name, self.is_told_by_query = gateway_name, is_told_by_query

    def verify(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Sequence[Received]:
        self._check_set_up()
        adapter = gateway(self._name)
        event = adapter.parse_webhook(body, headers, now=now)
        if not event.event_id:  # a question, which is answered and not kept
            return []
        payload = {
            "kind": event.kind.value,
            "provider_reference": event.provider_reference,
            "our_reference": event.our_reference,
            "charge_reference": event.charge_reference,
            "is_live": event.is_live,
            "method_reference": event.method_reference,
        }
        names = (event.our_reference, event.charge_reference, event.provider_reference, event.method_reference)
        reference = next(filter(None, names), "")
        is_proven = adapter.proves_messages
        event_id = event.event_id if is_proven else f"{event.event_id}:{received_digest(body)}"
        return [
            Received(
                event_id=event_id,
                summary=event.raw_type,
                payload=payload,
                is_proven=is_proven,
                reference=reference,
            )
        ]

    def _check_set_up(self) -> None:
        """Nobody sends us messages of a method of which nothing is set up."""
        if self._name not in begun():
            raise UnknownSource(self._name)

    def receipt(self, body: bytes, now: datetime) -> Receipt:
        return gateway(self._name).receipt(body, now=now)

    def handle(self, event: InboundEvent) -> bool:
        data = event.data
        hint = ProviderEvent(
            event_id=event.event_id,
            kind=EventKind(data["kind"]),
            provider_reference=data["provider_reference"],
            our_reference=data["our_reference"],
            is_live=data["is_live"],
            raw_type=event.summary,
            charge_reference=data["charge_reference"],
            method_reference=data.get("method_reference", ""),
        )
        with time_limit(WORKER_SECONDS):
            return self._follow(hint)

    def _follow(self, hint: ProviderEvent) -> bool:
        try:
            if hint.kind is EventKind.SETUP_CHANGED:
                return messages.setup_changed(self._name, hint)
            if hint.kind is EventKind.METHOD_CHANGED:
                return messages.method_changed(self._name, hint)
        except (Away, PaymentUnavailable) as exc:
            raise NotNow(str(exc)) from exc
        return self._follow_charge(hint)

    def _follow_charge(self, hint: ProviderEvent) -> bool:
        attempt = find(self._name, hint)
        if hint.kind is EventKind.IGNORED or attempt is None:
            return False
        if hint.is_live != gateway(self._name).is_live:
            reviews.file(
                key=f"wrong-mode:{self._name}:{hint.event_id}",
                kind="wrong_mode",
                detail=[
                    Sentence(
                        _("%(gateway)s sent %(event)s (%(id)s) of the other mode, live or test."),
                        {"gateway": self._name, "event": hint.raw_type, "id": hint.event_id},
                    )
                ],
                attempt=attempt,
                invoice=attempt.invoice,
            )
            return False
        try:
            settle(
                attempt_id=attempt.pk,
                provider_reference=hint.provider_reference,
                look_for_disputes=hint.kind is EventKind.DISPUTE_CHANGED,
                look_for_refunds=hint.kind is EventKind.REFUND_CHANGED,
            )
        except Away as exc:
            raise NotNow(exc.message) from exc
        return True


def received_digest(body: bytes) -> str:
    """What tells the bytes of one message from those of another that claims the same."""
    return hashlib.sha256(body).hexdigest()[:16]


def events_about(attempts: Iterable[PaymentAttempt]) -> QuerySet[InboundEvent]:
    """The messages received about some attempts, by whichever name each of them used; the earliest first."""
    names = {(each.public_id, each.charge_reference, each.provider_reference) for each in attempts}
    references = {name for group in names for name in group if name}
    return InboundEvent.objects.filter(reference__in=references).order_by("received_at", "pk")


def find(gateway_name: str, hint: ProviderEvent) -> PaymentAttempt | None:
    """The attempt a message is about, by any of the three names it may use."""
    attempts = PaymentAttempt.objects.select_related("invoice").filter(gateway=gateway_name)
    names = (
        ("provider_reference", hint.charge_reference),  # paid by the page of another one, which it names as well
        ("provider_reference", hint.provider_reference),
        ("public_id", hint.our_reference),
        ("charge_reference", hint.charge_reference),
    )
    for name, value in names:
        attempt = attempts.filter(**{name: value}).first() if value else None
        if attempt is not None:
            return attempt
    return None


class AskedFirstSource(PaymentSource):
    """A provider that asks before each payment whether the shop takes it (``LMI_PREREQUEST`` of WebMoney)."""

    def receipt(self, body: bytes, now: datetime) -> Receipt:
        """No payment is taken for an attempt that is over, so that none comes twice."""
        adapter = gateway(self._name)
        receipt, event = adapter.receipt(body, now=now), adapter.parse_webhook(body, {}, now=now)
        attempt = None if event.event_id else find(self._name, event)
        if attempt is None:
            return receipt
        with override(attempt.invoice.language):
            over = gettext("This payment is over. Please begin again in the shop.")
            text = gettext(receipt.text) if attempt.status in OPEN_ATTEMPT else over
        return Receipt(text, receipt.content_type)


stripe_source = PaymentSource("stripe")
twocheckout_source = PaymentSource("twocheckout")
webmoney_source = AskedFirstSource("webmoney")
simplepay_source = PaymentSource("simplepay")
simplepay_pro_source = PaymentSource("simplepay_pro")
paypal_source = PaymentSource("paypal")
sberbank_source = PaymentSource("sberbank", is_told_by_query=True)
paymaster_source = PaymentSource("paymaster")
