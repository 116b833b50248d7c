"""Paid periods of a license: adding one, taking some back. The caller holds the license's lock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from storefront.licensing.models import License, LicenseTerm
from storefront.licensing.services.history import record
from storefront.licensing.validity import Span, lay_spans, next_span

_SPAN_FIELDS = ("starts_at", "ends_at", "anchor_at", "anchor_months")


def span_of(term: LicenseTerm) -> Span:
    return Span(term.starts_at, term.ends_at, term.anchor_at, term.anchor_months)


def kept_terms(license: License) -> list[LicenseTerm]:
    """The periods that were paid and not taken back, in the order they run."""
    return list(license.terms.filter(revoked_at=None).select_related("plan").order_by("pk"))


def add(
    license: License, *, line_id: int, unit: int, plan_id: int, plan_name: str, months: int, now: datetime
) -> LicenseTerm:
    """Put one more period at the end of a locked license and move the license's dates with it.

    Raises IntegrityError if this unit of the line was granted already.
    """
    kept = kept_terms(license)
    span = next_span(span_of(kept[-1]) if kept else None, months=months, granted_at=now)
    term = LicenseTerm.objects.create(
        license=license, invoice_line_id=line_id, unit=unit, plan_id=plan_id, plan_name=plan_name, months=months,
        starts_at=span.starts_at, ends_at=span.ends_at, anchor_at=span.anchor_at, anchor_months=span.anchor_months,
        created_at=now,
    )  # fmt: skip
    carry_over(license, [*kept, term], now)
    return term


def take_back(license: License, terms: Sequence[LicenseTerm], now: datetime) -> list[LicenseTerm]:
    """Take periods of a locked license back and move the later ones up. Returns those that remain.

    Periods before the first one taken keep their dates. A later one moves forward, but never to before the
    moment it was granted: nobody has used it then.
    """
    taken = {term.pk for term in terms}
    before = kept_terms(license)
    LicenseTerm.objects.filter(pk__in=taken).update(revoked_at=now, is_disputed=False)
    first = next((index for index, term in enumerate(before) if term.pk in taken), len(before))
    unmoved, later = before[:first], [term for term in before[first:] if term.pk not in taken]
    spans = lay_spans(
        [(term.months, term.created_at) for term in later], after=span_of(unmoved[-1]) if unmoved else None
    )
    for term, span in zip(later, spans, strict=True):
        for name in _SPAN_FIELDS:
            setattr(term, name, getattr(span, name))
        term.save(update_fields=_SPAN_FIELDS)
    remaining = [*unmoved, *later]
    if remaining:
        carry_over(license, remaining, now)
    return remaining


def carry_over(license: License, terms: Sequence[LicenseTerm], now: datetime) -> None:
    """Set a locked license's dates and plan from its kept periods."""
    last = terms[-1]
    current = next((term for term in terms if term.starts_at <= now < term.ends_at), last)
    old_plan = license.plan_id
    license.starts_at, license.valid_until = terms[0].starts_at, last.ends_at
    license.anchor_at, license.months = last.anchor_at, last.anchor_months
    license.plan_id, license.plan_name = current.plan_id, current.plan_name
    license.save(update_fields=["starts_at", "valid_until", "anchor_at", "months", "plan", "plan_name"])
    if old_plan != license.plan_id:
        record(license, "plan_changed", plan=license.plan_name)
