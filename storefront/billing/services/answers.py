"""Remembering what a provider said about an attempt. Called in the transaction that acts on it, under its lock."""

from __future__ import annotations

from storefront.billing.models import PaymentAttempt
from storefront.gateways.payments.base import PaymentSnapshot

#: ``ProviderAnswer.state`` where the provider refused to open the charge at all.
REFUSED = "refused"


def note(attempt: PaymentAttempt, snapshot: PaymentSnapshot) -> None:
    """Keep an answer, unless it says what the last one said."""
    _note(attempt, snapshot.state.value, snapshot.failure_code, snapshot.method_label)


def note_refusal(attempt: PaymentAttempt, code: str) -> None:
    """The provider opened nothing; ``code`` is its word."""
    _note(attempt, REFUSED, code, "")


def _note(attempt: PaymentAttempt, state: str, code: str, method: str) -> None:
    told = (state, code[:100], method[:100])
    last = attempt.answers.values_list("state", "failure_code", "method_label").last()
    if last != told:
        attempt.answers.create(state=told[0], failure_code=told[1], method_label=told[2])
