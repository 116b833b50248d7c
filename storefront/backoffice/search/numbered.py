"""What is found by a number that is that of its row, and so needs no term."""

from __future__ import annotations

from collections.abc import Iterable

from storefront.backoffice.models.search import Kind
from storefront.billing import payment_numbers
from storefront.billing.models import Payment


def numbered(typed: str) -> Iterable[tuple[Kind, int]]:
    """The payment whose number was typed, by its attempt where it has one. A query, and none for anything else."""
    if key := payment_numbers.read(typed):
        for attempt in Payment.objects.filter(pk=key).values_list("attempt_id", flat=True):
            yield (Kind.ATTEMPT, attempt) if attempt else (Kind.PAYMENT, key)
