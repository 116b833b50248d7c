"""Why an e-invoice is not issued, in words: the standard's own, with the fields of ours that they speak of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_noop

from storefront.core.sentences import Sentence, kept, told

TERM = re.compile(r"\bB[TG]-\d+\b")
#: What the terms of EN 16931 that the rules name are called here. Those of sums, and the kind
#: of tax, which most rules name, are not there.
FIELDS = {
    "BT-1": gettext_noop("number of the document"),
    "BT-5": gettext_noop("currency"),
    "BT-9": gettext_noop("day to pay until"),
    "BT-27": gettext_noop("name of the seller"),
    "BT-29": gettext_noop("registration number of the seller"),
    "BT-30": gettext_noop("registration number of the seller"),
    "BT-31": gettext_noop("VAT number of the seller"),
    "BT-32": gettext_noop("tax number of the seller"),
    "BT-34": gettext_noop("e-mail of the seller"),
    "BT-40": gettext_noop("country of the seller"),
    "BT-44": gettext_noop("name of the payer"),
    "BT-46": gettext_noop("VAT number of the payer"),
    "BT-48": gettext_noop("VAT number of the payer"),
    "BT-49": gettext_noop("e-mail of the payer"),
    "BT-55": gettext_noop("country of the payer"),
    "BT-84": gettext_noop("bank account of the seller"),
    "BT-110": gettext_noop("tax in all"),
    "BT-112": gettext_noop("total"),
    "BT-115": gettext_noop("amount due"),
    "BT-120": gettext_noop("reason why there is no tax"),
    "BT-121": gettext_noop("reason why there is no tax"),
    "BT-146": gettext_noop("price of a piece"),
    "BT-152": gettext_noop("tax rate"),
    "BT-153": gettext_noop("name of what is sold"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One rule that a document breaks. ``rule``: its number in EN 16931, "" for a check of ours; ``sentence`` says it
    in words, those of the standard as published, in English."""

    rule: str
    sentence: Sentence

    @classmethod
    def ours(cls, text: str, **values: object) -> Failure:
        return cls(rule="", sentence=Sentence(text, values))

    @classmethod
    def of_standard(cls, rule: str, message: str) -> Failure:
        """``message`` as the rules publish it, with the rule's number before it or not."""
        words = " ".join(message.split()).removeprefix(f"[{rule}]").removeprefix("-").strip()
        named = list(dict.fromkeys(FIELDS[term] for term in TERM.findall(words) if term in FIELDS))
        said: dict[str, object] = {"rule": rule, "words": words}
        if not named:
            return cls(rule=rule, sentence=Sentence(gettext_noop("%(rule)s: %(words)s"), said))
        said["fields"] = _listed(named)
        return cls(rule=rule, sentence=Sentence(gettext_noop("%(rule)s: %(words)s Look at: %(fields)s."), said))


def _listed(names: Sequence[str]) -> Sentence:
    first, *rest = names
    if not rest:
        return Sentence(first)
    return Sentence(gettext_noop("%(one)s; %(others)s"), {"one": Sentence(first), "others": _listed(rest)})


def described(failures: Iterable[Failure]) -> str:
    """One line for each, in the active language."""
    return "\n".join(told(kept([failure.sentence])) for failure in failures)
