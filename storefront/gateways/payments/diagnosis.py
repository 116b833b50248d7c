"""Whether a payment method is set up so that it works: what was looked at, what was found, what to do about it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


def gettext_noop(text: str) -> str:
    """Marks a text, so that it is collected for the shop's translations: gateways import no Django."""
    return text


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence that others translate: its English ``text``, marked by ``gettext_noop``, and the values of its
    placeholders ``%(name)s``, which may be sentences themselves."""

    text: str
    values: dict[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        """In English."""
        return self.text % self.values if self.values else self.text


class Verdict(StrEnum):
    OK = "ok"
    WARNING = "warning"  # it works, and could be better or could not be looked at
    FAULT = "fault"  # payments, refunds or news of them do not work


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing that was looked at.

    ``code`` is a stable word for it, ``about`` its name for people; ``found`` says what is the case and ``to_do``
    what to do, in sentences; as text they are English. None of them holds a secret.
    """

    code: str
    about: Words
    verdict: Verdict
    found: Words
    to_do: Words | None = None

    @property
    def subject(self) -> str:
        return str(self.about)

    @property
    def finding(self) -> str:
        return str(self.found)

    @property
    def remedy(self) -> str:
        return str(self.to_do or "")
