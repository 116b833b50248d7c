"""Whether a payment method is set up so that it works: what was looked at, what was found, what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    OK = "ok"
    WARNING = "warning"  # it works, and could be better or could not be looked at
    FAULT = "fault"  # payments, refunds or news of them do not work


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at.

    ``code`` is a stable word for it, ``subject`` its name for people; ``finding`` says what is the case and ``remedy``
    what to do, in sentences. None of them holds a secret.
    """

    code: str
    subject: str
    verdict: Verdict
    finding: str
    remedy: str = ""
