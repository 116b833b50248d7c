"""What waits for staff is told in the language of whoever reads it."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from storefront.billing import refund_failures
from storefront.billing.models import ReviewItem
from storefront.billing.services import reviews
from storefront.billing.services.settlement import settle
from storefront.billing.services.starting import start
from storefront.core import sentences
from storefront.core.sentences import Sentence

FILING = {f"{room}file{what}" for room in ("reviews.", "") for what in ("", "_setup", "_until_resolved")}
ROOT = Path(__file__).resolve().parents[2] / "storefront"


@pytest.mark.django_db
def test_a_matter_is_mailed_in_english_and_read_in_the_readers_language(stripe: Any, invoice: Any) -> None:
    attempt = start(invoice=invoice, gateway_name="stripe")
    stripe.pay(attempt.provider_reference)
    stripe.tamper(attempt.provider_reference, amount_total=9500)
    settle(attempt_id=attempt.pk)
    item = ReviewItem.objects.get(kind=reviews.MISMATCH)
    assert item.detail.startswith(f"Asked for 96.00 EUR as {attempt.public_id}; Stripe has 95.00 EUR")
    assert "(paid, cs_" in item.detail
    with translation.override("ru"):
        assert item.told.startswith(f"Мы запросили 96.00 EUR, ссылка {attempt.public_id}; Stripe: 95.00 EUR")
        assert "(оплачено, cs_" in item.told
    item.sentences = []  # as filed by the release before
    assert item.told == item.detail


def test_sentences_within_sentences_are_told_in_one_language() -> None:
    kept = sentences.kept([refund_failures.sentence("declined"), Sentence("100 % are known to nobody.")])
    assert sentences.told(kept) == "the buyer's bank refused it (declined) 100 % are known to nobody."
    with translation.override("ru"):
        assert sentences.told(kept).startswith(f"{refund_failures.in_words('declined')} 100 %")
        assert "the buyer" not in sentences.told(kept)


def test_no_matter_is_filed_in_english_alone() -> None:
    plain = []
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in FILING:
                texts = [word.value for word in node.keywords if word.arg == "detail"]
                plain += [
                    f"{path.name}:{text.lineno}" for text in texts if isinstance(text, ast.JoinedStr | ast.Constant)
                ]
    assert plain == []
