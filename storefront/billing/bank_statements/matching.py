"""What a line of a statement is for: proposals with a score and reasons. Pure: nothing is read, nothing is booked.

The score adds what speaks for an invoice: its number (100 exact, 60 with letters repaired, 50 with one digit wrong, 40
of its last digits alone), the amount (40 exact, 10 short by a bank's fee), the payer's account or tax number (30),
their name (up to 20). Below ``LEAST`` nothing is proposed. Certain is only the exact number with the exact amount of
one open invoice that we sell ourselves.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations

from storefront.billing.bank_statements import names, numbers
from storefront.billing.bank_statements.numbers import Certainty
from storefront.formats.bank_statements import Line

LEAST = 50
#: Proposals that are kept of a line.
MOST = 3
#: What banks on the way keep of a transfer from abroad, major units of any currency; less than a twentieth of it.
FEE, FEE_SHARE = Decimal(30), Decimal("0.05")
#: Invoices of one payer that are tried together.
TOGETHER, MOST_TOGETHER = 8, 4
NUMBER_SCORES = {Certainty.EXACT: 100, Certainty.REPAIRED: 60, Certainty.ALMOST: 50, Certainty.SHORT: 40}
NUMBER_REASONS = {
    Certainty.EXACT: "number_exact",
    Certainty.REPAIRED: "number_repaired",
    Certainty.ALMOST: "number_almost",
    Certainty.SHORT: "number_short",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """An invoice that money may come for. ``due``: what it still asks for, its whole amount if it is not open; major
    units. ``accounts``: accounts and tax numbers the customer paid from before or gave. ``is_ours``: we sell it, no
    payment provider in its own name."""

    pk: int
    number: str
    due: Decimal
    currency: str
    customer: int
    payer_name: str = ""
    accounts: frozenset[str] = frozenset()
    is_open: bool = True
    is_ours: bool = True


@dataclass(frozen=True, slots=True)
class Proposal:
    """``parts``: (invoice, major units); what is left of the line goes to the first one's personal account."""

    parts: tuple[tuple[int, Decimal], ...]
    score: int
    reasons: tuple[str, ...]
    is_certain: bool = False


class Matcher:
    """Knows the claims of one currency; asked for many lines."""

    def __init__(self, claims: Iterable[Claim]) -> None:
        self.claims = list(claims)
        self._by_digits = {numbers.digits_of(each.number): each for each in self.claims}
        self._open_by_amount: dict[Decimal, list[Claim]] = defaultdict(list)
        self._by_account: dict[str, list[Claim]] = defaultdict(list)
        self._by_word: dict[str, set[int]] = defaultdict(set)
        self._by_pk = {each.pk: each for each in self.claims}
        self._open_of: dict[int, list[Claim]] = defaultdict(list)
        for each in self.claims:
            if each.is_open:
                self._open_by_amount[each.due].append(each)
                self._open_of[each.customer].append(each)
                for account in each.accounts:
                    self._by_account[account].append(each)
                for word in names.tokens(each.payer_name):
                    self._by_word[word].add(each.pk)

    def propose(self, line: Line) -> list[Proposal]:
        """The best first; [] for what is no payment to us, or nobody's by all that is known."""
        if line.amount <= 0 or line.is_reversal:
            return []
        named = self._named(line)
        found = [self._one(line, claim, named) for claim in self._candidates(line, named)]
        found += self._several(line, named)
        found = [each for each in found if each.score >= LEAST]
        found.sort(key=lambda each: (-each.score, each.parts))
        return self._with_certainty(line, named, found)[:MOST]

    def _named(self, line: Line) -> dict[str, Certainty]:
        """Numbers in any field a payer can write to."""
        fields = (line.structured_reference, line.text, line.end_to_end, line.customer_reference)
        return numbers.find(" \n ".join(filter(None, fields)), self._by_digits, year=line.booked_on.year)

    def _candidates(self, line: Line, named: dict[str, Certainty]) -> list[Claim]:
        found = {claim.pk: claim for claim in (self._by_digits[digits] for digits in named)}
        found |= {claim.pk: claim for claim in self._of_payer(line)}
        alike = {claim.pk: claim for claim in self._open_by_amount.get(line.amount, ())}
        for word in names.tokens(line.payer_name) | (names.tokens(line.text) if not named else frozenset()):
            for pk in self._by_word.get(word, ()):
                if pk in alike:
                    found[pk] = alike[pk]
        return list(found.values())

    def _of_payer(self, line: Line) -> list[Claim]:
        known = [each for each in (line.payer_account, line.payer_tax_number) if each]
        return list({claim.pk: claim for each in known for claim in self._by_account.get(each, ())}.values())

    def _one(self, line: Line, claim: Claim, named: dict[str, Certainty]) -> Proposal:
        digits = numbers.digits_of(claim.number)
        score, reasons = 0, []
        if digits in named:
            score, reasons = NUMBER_SCORES[named[digits]], [NUMBER_REASONS[named[digits]]]
        amount, word = _amount_score(line, claim.due, is_named=bool(reasons))
        payer, words = _payer_score(line, claim)
        score, reasons = score + amount + payer, [*reasons, word, *words]
        if not claim.is_open:
            score, reasons = score - 30, [*reasons, "not_open"]
        if not claim.is_ours:
            reasons = [*reasons, "other_seller"]
        if word == "amount_less" and digits not in named:
            score = 0  # nothing but the payer speaks for it
        if word in ("amount_less", "amount_more") and "other_payer" in words:
            score -= 15  # behind one with another number whose amount and payer are right
        return Proposal(((claim.pk, min(line.amount, claim.due)),), score, tuple(reasons))

    def _several(self, line: Line, named: dict[str, Certainty]) -> list[Proposal]:
        """Invoices that make up the amount together: all that are named, or some of one payer's."""
        every = [self._by_digits[digits] for digits in named if self._by_digits[digits].is_open]
        sure = [claim for claim in every if named[numbers.digits_of(claim.number)] < Certainty.SHORT]
        for claims in (every, sure):
            if len(claims) > 1 and sum(claim.due for claim in claims) == line.amount:
                least = min(NUMBER_SCORES[named[numbers.digits_of(claim.number)]] for claim in claims)
                payer, words = _payer_score(line, claims[0])
                return [_together(claims, max(least, 60) + 40 + payer, ["several_named", "sum_exact", *words])]
        return self._several_of_payer(line, every)

    def _several_of_payer(self, line: Line, named: Sequence[Claim]) -> list[Proposal]:
        customers = {claim.customer for claim in (*self._of_payer(line), *named)}
        words = names.tokens(line.payer_name)
        close = {pk for word in words for pk in self._by_word.get(word, ())}
        if len(close) <= 50:
            claims = (self._by_pk[pk] for pk in close)
            customers |= {
                each.customer for each in claims if names.likeness(line.payer_name, each.payer_name) >= names.LIKE
            }
        found = []
        for customer in sorted(customers)[:5]:
            theirs = self._open_of.get(customer, [])[:TOGETHER]
            sums = [
                group
                for size in range(2, min(len(theirs), MOST_TOGETHER) + 1)
                for group in combinations(theirs, size)
                if sum(claim.due for claim in group) == line.amount
                and {claim.pk for claim in named if claim.customer == customer} <= {claim.pk for claim in group}
            ]
            if len(sums) == 1 or (sums and named):
                payer, reasons = _payer_score(line, sums[0][0])
                score = 40 + payer + (50 if named else 10)
                found.append(_together(sums[0], score, ["several_of_payer", "sum_exact", *reasons]))
        return found

    def _with_certainty(self, line: Line, named: dict[str, Certainty], found: list[Proposal]) -> list[Proposal]:
        """Exact number, exact amount, one invoice that is open, and no other whole number in the line."""
        exact = [digits for digits, certainty in named.items() if certainty == Certainty.EXACT]
        if not found or len(named) != 1 or len(exact) != 1:
            return found
        claim, best = self._by_digits[exact[0]], found[0]
        is_certain = (
            claim.is_open
            and claim.is_ours
            and claim.currency == line.currency
            and claim.due == line.amount
            and line.is_final
            and best.parts == ((claim.pk, line.amount),)
            and not ("other_payer" in best.reasons and any(_is_rival(each) for each in found[1:]))
        )
        return [Proposal(best.parts, best.score, best.reasons, is_certain), *found[1:]]


def _is_rival(proposal: Proposal) -> bool:
    """The same amount is due from just this payer: the number may be mistyped into somebody else's."""
    return "amount_exact" in proposal.reasons and bool({"payer_known", "payer_name"} & set(proposal.reasons))


def _together(claims: Sequence[Claim], score: int, reasons: Sequence[str]) -> Proposal:
    return Proposal(tuple((claim.pk, claim.due) for claim in claims), score, tuple(reasons))


def _amount_score(line: Line, due: Decimal, *, is_named: bool) -> tuple[int, str]:
    short = due - line.amount
    if short == 0:
        return 40, "amount_exact"
    if 0 < short <= min(FEE, due * FEE_SHARE):
        return 10, "amount_fee"
    penalty = -30 if is_named else 0
    return (penalty, "amount_less") if short > 0 else (penalty, "amount_more")


def _payer_score(line: Line, claim: Claim) -> tuple[int, list[str]]:
    score, reasons = 0, []
    if {line.payer_account, line.payer_tax_number} & claim.accounts - {""}:
        score, reasons = 30, ["payer_known"]
    like = names.likeness(line.payer_name, claim.payer_name)
    if like >= names.LIKE:
        return score + (20 if like >= 90 else 15), [*reasons, "payer_name"]
    if not reasons and claim.payer_name and names.tokens(claim.payer_name) & names.tokens(line.text):
        words = names.tokens(claim.payer_name)
        if words <= names.tokens(line.text):
            return score + 20, ["name_in_text"]
    if not reasons and line.payer_name and claim.payer_name:
        reasons = ["other_payer"]
    return score, reasons
