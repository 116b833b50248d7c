"""What the reports must say, from the tables alone: plain SQL for rows and counts, whole cents for sums. Nothing of the
shop's code is used, so that an error in it is not made twice."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

#: Sold, refunded, lost and tax in cents, by value and currency.
Sums = dict[tuple[Any, str], list[int]]


def sql(query: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return list(cursor.fetchall())


def cents(amount: Any) -> int:
    return int((Decimal(str(amount)) * 100).to_integral_value())


@dataclass(frozen=True)
class Booked:
    """A line's part of an entry, in cents."""

    day: date
    kind: int  # 0 sold, 1 refunded, 2 lost
    currency: str
    amount: int
    tax: int
    line: dict[str, Any]


ENTRIES = """
    SELECT e.id, e.created_at, t.key, t.invoice_id, t.payment_id, a.currency, e.amount
    FROM billing_ledgerentry e
    JOIN billing_ledgeraccount a ON a.id = e.account_id
    JOIN billing_ledgertransaction t ON t.id = e.transaction_id
    WHERE a.kind = 'sales' ORDER BY e.id
"""
LINES = """
    SELECT l.invoice_id, l.amount, l.tax, l.tax_rate, l.software_id, l.plan_id, l.license_terms, i.payer, i.customer_id,
           i.order_id, i.amount, l.description, l.id
    FROM billing_invoiceline l JOIN billing_invoice i ON i.id = l.invoice_id ORDER BY l.invoice_id, l.position
"""
REFUNDS = """
    SELECT invoice_id, payment_id, amount, id FROM billing_refund
    WHERE is_ours AND invoice_id IS NOT NULL AND status IN ('pending', 'succeeded') ORDER BY id
"""
VOUCHERS = "SELECT order_id, voucher_code FROM order_orderdiscount WHERE voucher_code <> ''"


def booked() -> list[Booked]:
    """Everything ever booked as a sale, line by line."""
    lines: dict[int, list[dict[str, Any]]] = defaultdict(list)
    vouchers: dict[int, set[str]] = defaultdict(set)
    for order, code in sql(VOUCHERS):
        vouchers[order].add(code)
    for invoice, amount, tax, rate, software, plan, granted, payer, customer, order, whole, text, pk in sql(LINES):
        codes = vouchers[order]
        lines[invoice].append({
            "amount": cents(amount), "tax": cents(tax), "rate": Decimal(str(rate)), "product": software, "type": plan,
            "period": loaded(granted).get("months"), "country": loaded(payer).get("country", ""), "customer": customer,
            "voucher": "*" if len(codes) > 1 else next(iter(codes), ""), "invoiced": cents(whole), "text": text,
            "pk": pk, "sold": 0,
        })  # fmt: skip
    named: dict[tuple[int, int, int], list[dict[int, int]]] = defaultdict(list)
    for invoice, payment, amount, refund in sql(REFUNDS):
        of_lines: dict[int, int] = defaultdict(int)
        for line, part in sql("SELECT line_id, amount FROM billing_refundedunit WHERE refund_id = %s", refund):
            of_lines[line] += cents(part)
        named[invoice, payment, -cents(amount)].append(of_lines)
    found = []
    for _pk, at, key, invoice, payment, currency, amount in sql(ENTRIES):
        kind = 2 if key.startswith("dispute") else 0 if key.startswith("invoice-") else 1
        total, own = cents(amount), lines[invoice]
        is_whole = bool(own) and abs(total) == own[0]["invoiced"]
        of_lines = named[invoice, payment, total].pop(0) if named[invoice, payment, total] else {}
        parts = divided(total, [each["amount"] for each in own]) if is_whole else given(total, own, of_lines)
        for line, part in zip(own, parts, strict=True):
            before = line["amount"] - line["sold"]
            line["sold"] += part
            if not (part or is_whole):
                continue
            tax = tax_gone(line, before) - tax_gone(line, before - part)
            found.append(Booked(day_of(at), kind, currency, part, tax, line))
    return found


def given(total: int, lines: list[dict[str, Any]], of_lines: dict[int, int]) -> list[int]:
    """Cents of a part: what was refunded of lines, the rest by what the lines still hold, or gave before."""
    room = [line["sold"] if total < 0 else line["amount"] - line["sold"] for line in lines]
    first = [min(of_lines.get(line["pk"], 0), most) for line, most in zip(lines, room, strict=True)]
    rest = divided(abs(total) - sum(first), [most - part for most, part in zip(room, first, strict=True)])
    return [(part + more) * (1 if total > 0 else -1) for part, more in zip(first, rest, strict=True)]


def divided(total: int, weights: list[int]) -> list[int]:
    """Cents by weights; what is left over goes to those that lost most by rounding down, the first of equals first."""
    whole, size = sum(weights) or 1, abs(total)
    parts = [size * weight // whole for weight in weights]
    lost = sorted(range(len(parts)), key=lambda at: (-(size * weights[at] % whole), at))
    for at in lost[: size - sum(parts)]:
        parts[at] += 1
    return parts if total > 0 else [-part for part in parts]


def tax_gone(line: dict[str, Any], gone: int) -> int:
    """The tax in what went back of a line: steps to the whole line add up to its tax."""
    return half_up(gone * line["tax"], line["amount"])


def half_up(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator) if denominator else 0


def loaded(value: Any) -> dict[str, Any]:
    return json.loads(value) if isinstance(value, str) else dict(value or {})


def moment(value: Any) -> datetime:
    at = datetime.fromisoformat(value) if isinstance(value, str) else value
    return at.replace(tzinfo=None)


def day_of(value: Any) -> date:
    """The shop's time zone is UTC in the tests."""
    return moment(value).date()


def sums(first: date, last: date, value_of: Callable[[Booked], Any]) -> Sums:
    """By the value of each booking of these days."""
    found: Sums = defaultdict(lambda: [0, 0, 0, 0])
    for each in booked():
        if first <= each.day <= last:
            row = found[value_of(each), each.currency]
            row[each.kind] += each.amount
            row[3] += each.tax
    return dict(found)


#: How the ways to split the income read a booking.
VALUES: dict[str, Callable[[Booked], Any]] = {
    "day": lambda each: each.day,
    "month": lambda each: each.day.replace(day=1),
    **{
        name: lambda each, name=name: each.line[name]  # type: ignore[misc]
        for name in ("product", "type", "period", "country", "voucher", "customer", "rate")
    },
}


def ledger(first: date, last: date) -> dict[str, int]:
    """The income by currency, straight from the account of sales."""
    found: dict[str, int] = defaultdict(int)
    for _pk, at, _key, _invoice, _payment, currency, amount in sql(ENTRIES):
        if first <= day_of(at) <= last:
            found[currency] += cents(amount)
    return dict(found)


def unpaid(now: datetime) -> dict[tuple[str, str], tuple[int, int]]:
    """Number and cents of unpaid invoices by age and currency."""
    found: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    rows = sql(
        "SELECT i.currency, i.amount, i.due_at FROM billing_invoice i LEFT JOIN order_order o ON o.id = i.order_id "
        "WHERE i.status = 'open' AND (o.status IS NULL OR o.status <> 'Cancelled')"
    )
    for currency, amount, due_at in rows:
        late = (now.replace(tzinfo=None) - moment(due_at)) / timedelta(days=1)
        age = next(name for name, least in AGES if late >= least)
        found[age, currency][0] += 1
        found[age, currency][1] += cents(amount)
    return {key: (count, sum) for key, (count, sum) in found.items()}


AGES = (("91", 90), ("31-90", 30), ("8-30", 7), ("0-7", 0), ("not-due", float("-inf")))


def cohorts() -> dict[tuple[str, str], tuple[int, int]]:
    """Customers and cents by the month of the first purchase and currency."""
    incomes: dict[tuple[int, str], int] = defaultdict(int)
    firsts: dict[tuple[int, str], date] = {}
    for each in booked():
        key = each.line["customer"], each.currency
        incomes[key] += each.amount
        if each.kind == 0:
            firsts[key] = min(firsts.get(key, each.day), each.day)
    found: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    for key, first in firsts.items():
        row = found[f"{first:%Y-%m}", key[1]]
        row[0] += 1
        row[1] += incomes[key]
    return {key: (people, sum) for key, (people, sum) in found.items()}


def held(at: datetime, now: datetime, pause: timedelta) -> set[int]:
    """The licenses that are held at a moment: time of theirs runs, or stopped within a pause that was bridged."""
    at, now = at.replace(tzinfo=None), now.replace(tzinfo=None)
    found = set()
    for license, runs in times().items():
        begun = [run for run in runs if run[0] <= now]
        if any(start <= at < end for start, end in begun):
            found.add(license)
        before = max((end for start, end in begun if start <= at), default=None)
        after = min((start for start, _end in begun if start > at), default=None)
        if before is not None and after is not None and after - before <= pause:
            found.add(license)
    return found


def times() -> dict[int, list[tuple[datetime, datetime]]]:
    rows = sql(
        "SELECT license_id, starts_at, ends_at, revoked_at FROM licensing_licenseterm WHERE kind <> 'cut' ORDER BY id"
    )
    found: dict[int, list[tuple[datetime, datetime]]] = defaultdict(list)
    for license, start, end, revoked in rows:
        ends = min(moment(end), moment(revoked)) if revoked else moment(end)
        if ends > moment(start):
            found[license].append((moment(start), ends))
    return found
