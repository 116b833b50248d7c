"""Which format a file has, and what it says. Decided by its content; its name is not looked at."""

from __future__ import annotations

from collections.abc import Sequence

from storefront.formats.bank_statements import camt, csv_mapping, mt940, one_c
from storefront.formats.bank_statements.content import MAX_AMOUNT, Format, Problem, Statement, StatementError

MAX_BYTES = 25 * 1024 * 1024
MAX_LINES = 50_000


def format_of(data: bytes) -> Format | None:
    """None for what none of the formats begins like: it may be a CSV file."""
    start = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if start.startswith(one_c.FIRST.encode()):
        return Format.ONE_C
    if start.startswith(b"<") or data.startswith((b"\xff\xfe<", b"\xfe\xff\x00<")):
        return Format.CAMT
    if start.startswith((b":20:", b"{1:", b"{4:")):
        return Format.MT940
    return None


def read(
    data: bytes,
    *,
    encoding: str = "",
    mapping: csv_mapping.Mapping | None = None,
    account: str = "",
    currency: str = "",
) -> list[Statement]:
    """The statements of a file, each of whose sums is right.

    ``encoding`` is needed for MT940 that is not UTF-8. ``mapping``, ``account`` and ``currency`` are needed for CSV.
    Raises StatementError: what is wrong, and in which line.
    """
    if not data.strip():
        raise StatementError(Problem.EMPTY)
    if len(data) > MAX_BYTES:
        raise StatementError(Problem.TOO_LARGE, megabytes=MAX_BYTES // 1024 // 1024)
    statements = _parsed(data, encoding, mapping, account, currency)
    _check(statements)
    return statements


def _parsed(
    data: bytes, encoding: str, mapping: csv_mapping.Mapping | None, account: str, currency: str
) -> list[Statement]:
    match format_of(data):
        case Format.CAMT:
            return camt.parse(data)
        case Format.ONE_C:
            return one_c.parse(one_c.decode(data))
        case Format.MT940:
            return mt940.parse(_decoded(data, encoding))
    if mapping is None:
        raise StatementError(Problem.UNKNOWN_FORMAT, line=1)
    return csv_mapping.parse(data, mapping, account=account, currency=currency)


def _decoded(data: bytes, encoding: str) -> str:
    """As UTF-8, or as what a person chose: other encodings cannot be told apart."""
    try:
        return data.decode(encoding or "utf-8-sig")
    except (UnicodeDecodeError, LookupError) as exc:
        start = exc.start if isinstance(exc, UnicodeDecodeError) else 0
        raise StatementError(Problem.ENCODING, line=data[:start].count(b"\n") + 1) from exc


def _check(statements: Sequence[Statement]) -> None:
    if sum(len(each.lines) for each in statements) > MAX_LINES:
        raise StatementError(Problem.TOO_MANY_LINES, most=MAX_LINES)
    for each in statements:
        for balance in (each.opening, each.closing):  # those of a CSV file are worked out
            if balance is not None and abs(balance) >= MAX_AMOUNT:
                raise StatementError(Problem.BAD_AMOUNT, line=1, found=f"{balance:f}")
        if each.difference:
            raise StatementError(Problem.SUM_DIFFERS, account=each.account, difference=f"{each.difference:f}")
