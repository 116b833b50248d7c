"""What is booked of a provider's movements is exactly what they say; part of ``billing.audit``, which leaves
the ledger's transactions of these kinds to it: they have no payment and no invoice as their cause."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice

from storefront.billing.models import LedgerTransaction, ProviderMovement
from storefront.billing.models.ledger import AccountKind
from storefront.billing.services.movement_booking import KINDS, Step, steps
from storefront.core.audit import Finding

_BATCH = 300
_KEY = re.compile(r"movement-(\d{1,18})-")


def checks() -> Iterator[Finding]:
    """Every booked movement is in the ledger as it is listed, and no transaction of these kinds is from elsewhere."""
    booked = ProviderMovement.objects.exclude(booked_at=None).order_by("pk")
    each_movement = booked.iterator(chunk_size=_BATCH)
    while movements := list(islice(each_movement, _BATCH)):
        wanted = {step.key: (movement.gateway, step) for movement in movements for step in steps(movement)}
        written = LedgerTransaction.objects.filter(key__in=wanted).prefetch_related("entries__account")
        found = {each.key: each for each in written}
        for key, (gateway, step) in wanted.items():
            if key not in found:
                yield Finding("movement-not-in-ledger", key, f"{step.amount} {step.currency}")
            elif problem := _difference(found[key], gateway, step):
                yield Finding("movement-unlike-ledger", key, problem)
    keys = LedgerTransaction.objects.filter(kind__in=KINDS).order_by("pk").values_list("key", flat=True)
    each_key = keys.iterator(chunk_size=_BATCH)
    while batch := list(islice(each_key, _BATCH)):
        named = [int(match[1]) for key in batch if (match := _KEY.match(key))]
        known = {step.key for movement in booked.filter(pk__in=named) for step in steps(movement)}
        for key in batch:
            if key not in known:
                yield Finding("ledger-without-movement", key)


def _difference(written: LedgerTransaction, gateway: str, step: Step) -> str:
    """How a transaction differs from what the movement says; empty if it does not."""
    wanted = {
        (AccountKind.PROVIDER.value, gateway, step.currency): step.amount,
        (step.other.value, gateway, step.currency): -step.amount,
    }
    entries = list(written.entries.all())
    booked = {(each.account.kind, each.account.name, each.account.currency): each.amount for each in entries}
    if written.kind != step.kind or written.payment_id or written.invoice_id:
        return f"is of the kind {written.kind}, payment {written.payment_id}, invoice {written.invoice_id}"
    if booked != wanted or len(entries) != len(wanted):
        return f"{step.amount} {step.currency} by the provider's list, {', '.join(map(str, entries)) or 'no entries'}"
    return ""
