"""Three hundred lines of statements: none is booked wrongly, nine of ten are proposed right."""

from __future__ import annotations

from storefront.billing.bank_statements.matching import LEAST, Matcher, Proposal
from tests.billing.bank_statements import corpus


def answers() -> list[tuple[corpus.Sample, list[Proposal], list[frozenset[str]]]]:
    claims = corpus.claims()
    numbers = {claim.pk: claim.number for claim in claims}
    matchers = {
        currency: Matcher(claim for claim in claims if claim.currency == currency) for currency in ("EUR", "RUB", "USD")
    }
    found = []
    for sample in corpus.samples():
        proposals = matchers[sample.line.currency].propose(sample.line)
        found.append((sample, proposals, [frozenset(numbers[pk] for pk, _amount in each.parts) for each in proposals]))
    return found


def test_none_is_booked_wrongly():
    dues = {claim.number: claim.due for claim in corpus.claims()}
    certain = [(sample, named[0], each[0]) for sample, each, named in answers() if each and each[0].is_certain]
    wrong = [
        sample.told
        for sample, named, _proposal in certain
        if named not in sample.meant or sample.line.amount != sum(dues[each] for each in named)
    ]
    assert wrong == []
    assert all(sample.line.is_final and not sample.line.is_reversal for sample, _named, _proposal in certain)
    assert len(certain) > 80  # else the rule would be safe and useless


def test_nine_of_ten_are_proposed_right():
    found = answers()
    wrong = [
        (sample.told, [sorted(each) for each in named], [each.score for each in proposals])
        for sample, proposals, named in found
        if (named[0] not in sample.meant if named else bool(sample.meant)) or (named and not sample.meant)
    ]
    assert len(found) >= 300
    assert len(wrong) <= len(found) // 10, "\n".join(map(str, wrong))


def test_no_proposal_is_worth_less_than_the_least_and_the_best_is_first():
    for sample, proposals, _named in answers():
        scores = [each.score for each in proposals]
        assert scores == sorted(scores, reverse=True) and all(score >= LEAST for score in scores), sample.told
        for each in proposals:
            assert sum(amount for _pk, amount in each.parts) <= sample.line.amount, sample.told
            assert not any(one.is_certain for one in proposals[1:])
