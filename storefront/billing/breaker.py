"""A circuit breaker per payment method: a provider that does not answer is not asked until it does.

After three failures in a row, counted over all processes in the shared cache, every further call fails at once. The
worker asks in the background (``polling.probe_away``); with the first answer everything goes on.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from django.utils.translation import gettext_noop as _

from storefront.billing.services import reviews
from storefront.core import time_limits
from storefront.core.circuit import FAILURES, LONGEST, Circuit
from storefront.core.sentences import Sentence
from storefront.gateways.errors import Busy, ConfigurationError, GatewayError, MissingRight, Unavailable
from storefront.gateways.payments.balance import BalanceMovement
from storefront.gateways.payments.base import (
    PaymentGateway,
    PaymentSnapshot,
    ProviderEvent,
    StartedPayment,
    StartRequest,
)
from storefront.gateways.payments.diagnosis import Diagnosis
from storefront.gateways.payments.listing import UnreadableCharge
from storefront.gateways.payments.refunds import RefundRequest, RefundSnapshot
from storefront.gateways.payments.saved_methods import (
    ChargeRequest,
    SavedMethodSnapshot,
    SetupRequest,
    SetupSnapshot,
)
from storefront.gateways.receipts import Receipt

logger = logging.getLogger(__name__)

_CIRCUIT = Circuit("payment")
#: Seconds one question in the background may take.
PROBE_SECONDS = 4.0
#: The provider is there: busy with an earlier call of ours (https://docs.stripe.com/error-codes), or repeating an old
#: answer (https://docs.stripe.com/api/idempotent_requests); it took a refund that it does not list yet, or it refuses
#: for a reason that it does not document.
NOT_AWAY = frozenset({"idempotency_key_in_use", "lock_timeout", "replayed", "refund_not_listed", "unknown_refusal"})

_WAITS = Sentence(_("What waits for it goes on by itself then. 'manage.py payments doctor' lists all that is missing."))
_LACKS = _("The key of %(method)s lacks the right %(right)s: give it to the key.")

__all__ = ["FAILURES", "LONGEST", "Away", "Guarded", "is_away"]


class Away(Unavailable):
    """The method is away: it was not asked, and nothing was sent."""


def is_away(name: str) -> bool:
    """Whether the payment method of that name is not asked at present."""
    return _CIRCUIT.is_away(name)


class Guarded(PaymentGateway):
    """A payment gateway behind its breaker. While it is away every call raises ``Away`` at once."""

    def __init__(self, inner: PaymentGateway) -> None:
        self._inner = inner
        self.name, self.verbose_name, self.is_live, self.limits = (
            inner.name, inner.verbose_name, inner.is_live, inner.limits,
        )  # fmt: skip
        self.page_lifetime, self.key_lifetime = inner.page_lifetime, inner.key_lifetime
        self.redirect_origins, self.supports = inner.redirect_origins, inner.supports
        self.decline_reasons, self.day_zone = inner.decline_reasons, inner.day_zone
        self.forgets_unused, self.repeats_refunds = inner.forgets_unused, inner.repeats_refunds
        self.proves_messages = inner.proves_messages
        self.is_merchant_of_record, self.refusal_classes = inner.is_merchant_of_record, inner.refusal_classes

    def start(self, request: StartRequest) -> StartedPayment:
        with self._watched():
            return self._inner.start(request)

    def fetch(
        self, provider_reference: str, *, look_for_disputes: bool = False, look_for_refunds: bool = False
    ) -> PaymentSnapshot:
        with self._watched():
            return self._seen(
                self._inner.fetch(
                    provider_reference, look_for_disputes=look_for_disputes, look_for_refunds=look_for_refunds
                )
            )

    def cancel(self, provider_reference: str) -> PaymentSnapshot:
        with self._watched():
            return self._seen(self._inner.cancel(provider_reference))

    def capture(self, provider_reference: str, *, idempotency_key: str) -> PaymentSnapshot:
        with self._watched():
            return self._seen(self._inner.capture(provider_reference, idempotency_key=idempotency_key))

    def refund(self, request: RefundRequest) -> RefundSnapshot:
        with self._watched():
            return self._inner.refund(request)

    def charge(self, request: ChargeRequest) -> StartedPayment:
        with self._watched():
            return self._inner.charge(request)

    def start_setup(self, request: SetupRequest) -> StartedPayment:
        with self._watched():
            return self._inner.start_setup(request)

    def finish_setup(self, provider_reference: str, *, idempotency_key: str) -> SetupSnapshot:
        with self._watched():
            return self._inner.finish_setup(provider_reference, idempotency_key=idempotency_key)

    def fetch_method(self, method_reference: str) -> SavedMethodSnapshot:
        with self._watched():
            return self._inner.fetch_method(method_reference)

    def forget_method(self, provider_customer: str, method_reference: str) -> None:
        with self._watched():
            self._inner.forget_method(provider_customer, method_reference)

    def find_recent(self, *, since: datetime) -> Sequence[PaymentSnapshot | UnreadableCharge]:
        with self._watched():
            found = self._inner.find_recent(since=since)
            return [self._seen(each) if isinstance(each, PaymentSnapshot) else each for each in found]

    def find_disputed(self, *, since: datetime) -> Sequence[str]:
        with self._watched():
            return self._inner.find_disputed(since=since)

    def movements(self, *, since: datetime, until: datetime) -> Sequence[BalanceMovement]:
        with self._watched():
            return self._inner.movements(since=since, until=until)

    def parse_webhook(self, body: bytes, headers: Mapping[str, str], *, now: datetime) -> ProviderEvent:
        return self._inner.parse_webhook(body, headers, now=now)

    def receipt(self, body: bytes, *, now: datetime) -> Receipt:
        return self._inner.receipt(body, now=now)

    def diagnose(self, *, webhook_url: str, is_thorough: bool = True) -> Sequence[Diagnosis]:
        return self._inner.diagnose(webhook_url=webhook_url, is_thorough=is_thorough)

    def provoke_message(self, *, currency: str, return_url: str) -> str:
        return self._inner.provoke_message(currency=currency, return_url=return_url)

    def dashboard_url(self, reference: str) -> str:
        return self._inner.dashboard_url(reference)

    def warnings(self) -> Sequence[Diagnosis]:
        return self._inner.warnings()

    def answers(self) -> bool:
        """Ask for next to nothing, away or not; whether there was an answer of any kind. It is remembered."""
        try:
            with time_limits.time_limit(PROBE_SECONDS):
                self._inner.probe()
        except Unavailable:
            _CIRCUIT.stays_away(self.name)
            return False
        except (GatewayError, ConfigurationError):
            pass  # a refusal is an answer
        _CIRCUIT.answered(self.name)
        logger.warning("payment method %s answers again", self.name)
        return True

    @contextmanager
    def _watched(self) -> Iterator[None]:
        if is_away(self.name):
            raise Away(f"{self.name} is away and was not asked", code="away")
        try:
            yield
        except Busy:
            raise  # we were too many; that says nothing of the provider
        except Unavailable as fault:
            if fault.code not in NOT_AWAY:
                self._failed()
            raise
        except MissingRight as refusal:
            _CIRCUIT.answered(self.name)
            self._tell(refusal.right)
            raise
        except ConfigurationError as refusal:
            _CIRCUIT.answered(self.name)
            reviews.file_setup(
                gateway=self.name, code="key", detail=[Sentence("%(refusal)s.", {"refusal": refusal}), _WAITS]
            )
            raise
        except GatewayError:
            _CIRCUIT.answered(self.name)
            raise
        _CIRCUIT.answered(self.name)

    def _seen(self, snapshot: PaymentSnapshot) -> PaymentSnapshot:
        if snapshot.missing_right:
            self._tell(snapshot.missing_right)
        return snapshot

    def _tell(self, right: str) -> None:
        """Tell staff which right is missing, once until they resolve the matter."""
        reviews.file_setup(
            gateway=self.name,
            code=f"right:{right}",
            detail=[Sentence(_LACKS, {"method": self.name, "right": right}), _WAITS],
        )

    def _failed(self) -> None:
        if _CIRCUIT.failed(self.name):
            logger.error("payment method %s is away: %d failures in a row", self.name, FAILURES)
