"""Whether a statement fits our accounts and what was imported before."""

from __future__ import annotations

from decimal import Decimal

from storefront.billing.bank_statements import words
from storefront.billing.bank_statements.models import AccountStatement, StatementDay
from storefront.billing.transfers.models import SellerAccount
from storefront.core import money
from storefront.core.sentences import Sentence
from storefront.formats.bank_statements import Statement, normalised_account

#: Banks that leave the check digits of an IBAN out give at least so many digits of it.
_LEAST_DIGITS = 8


class DoesNotFit(Exception):
    """The file is refused; ``sentence`` says why."""

    def __init__(self, sentence: Sentence) -> None:
        super().__init__(sentence.text)
        self.sentence = sentence


def account_of(statement: Statement) -> SellerAccount:
    """Which of our accounts it is about: by its whole number, or by the end of its IBAN where only one ends so."""
    number = normalised_account(statement.account)
    every = list(SellerAccount.objects.order_by("pk"))
    found = [each for each in every if normalised_account(each.number) == number]
    if len(number) >= _LEAST_DIGITS and not found:
        found = [each for each in every if normalised_account(each.number).endswith(number)]
    found = [each for each in found if each.currency == statement.currency] or found
    if len(found) != 1:
        raise DoesNotFit(Sentence(words.UNKNOWN_ACCOUNT, {"account": statement.account}))
    account = found[0]
    if statement.currency and statement.currency != account.currency:
        values: dict[str, object] = {"account": str(account), "ours": account.currency, "theirs": statement.currency}
        raise DoesNotFit(Sentence(words.OTHER_CURRENCY, values))
    return account


def reserve_days(statement: Statement, account: SellerAccount) -> None:
    """The days of its booked lines belong to its format from now on. Raises DoesNotFit where another has one."""
    days = sorted({line.booked_on for line in statement.lines if line.is_final})
    rows = [StatementDay(account=account, day=day, format=statement.format.value) for day in days]
    StatementDay.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    other = (
        StatementDay.objects.filter(account=account, day__gte=days[0], day__lte=days[-1])
        .exclude(format=statement.format.value)
        .filter(day__in=days)
        .order_by("day")
        .first()
        if days
        else None
    )
    if other is not None:
        values: dict[str, object] = {
            "account": str(account), "day": f"{other.day:%Y-%m-%d}", "known": words.FORMATS[other.format],
            "format": words.FORMATS[statement.format.value],
        }  # fmt: skip
        raise DoesNotFit(Sentence(words.TWO_FORMATS, values))


def remarks(statement: Statement, account: SellerAccount) -> list[Sentence]:
    """What does not follow from the statement before: worth a look, no reason to refuse."""
    if not statement.is_final:
        return [Sentence(words.WITHIN_DAY, {"account": str(account)})]
    before = _before(statement, account)
    if before is None:
        return []
    found = []
    if _is_gap(before.number, statement.number):
        gap: dict[str, object] = {"account": str(account), "number": statement.number, "before": before.number}
        found.append(Sentence(words.NUMBER_GAP, gap))
    if before.closing is not None and statement.opening is not None and before.closing != statement.opening:
        opening, closing = (_shown(each, account) for each in (statement.opening, before.closing))
        found.append(Sentence(words.BALANCE_GAP, {"account": str(account), "opening": opening, "closing": closing}))
    return found


def _before(statement: Statement, account: SellerAccount) -> AccountStatement | None:
    earlier = AccountStatement.objects.filter(account=account, is_final=True)
    if statement.closed_on is not None:
        earlier = earlier.filter(closed_on__lte=statement.closed_on)
    return earlier.order_by("closed_on", "pk").last()


def _is_gap(before: str, number: str) -> bool:
    """Banks count on by one, and from one each year."""
    if not (before.isdigit() and number.isdigit()):
        return False
    return int(number) not in (int(before), int(before) + 1, 1)


def _shown(amount: Decimal, account: SellerAccount) -> str:
    return f"{money.plain(amount, account.currency)} {account.currency}"
