"""What codes of statements are called: problems of files, reasons of proposals."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from storefront.core.sentences import Sentence
from storefront.formats.bank_statements import Format, Problem, StatementError

FORMATS: dict[str, str] = {
    Format.CAMT.value: "camt.053", Format.MT940.value: "MT940", Format.ONE_C.value: "1C", Format.CSV.value: "CSV",
}  # fmt: skip
_IN_LINE = _("Line %(line)s:")
_PROBLEMS: dict[Problem, str] = {
    Problem.EMPTY: _("The file is empty."),
    Problem.TOO_LARGE: _("The file is larger than %(megabytes)s MB."),
    Problem.TOO_MANY_LINES: _("The file has more than %(most)s movements. Split it by days."),
    Problem.UNKNOWN_FORMAT: _(
        "This is neither camt.053 nor MT940 nor an exchange file of 1C. If it is a CSV file, choose its mapping."
    ),
    Problem.ENCODING: _("The letters cannot be read. Choose the encoding that the bank writes."),
    Problem.TRUNCATED: _("The file ends too early or a part of it is missing. Have the bank make it again."),
    Problem.NOT_XML: _("The XML is broken here."),
    Problem.DTD: _("The XML holds a document type (DTD), which statements of banks never have."),
    Problem.NOT_A_STATEMENT: _("There is no bank statement here."),
    Problem.NO_ACCOUNT: _("It is not said which of our accounts this is about."),
    Problem.BAD_AMOUNT: _("“%(found)s” is no amount."),
    Problem.BAD_DATE: _("“%(found)s” is no date."),
    Problem.BAD_CURRENCY: _("“%(found)s” is not the account's currency."),
    Problem.BAD_FIELD: _("%(name)s cannot be read: “%(found)s”."),
    Problem.MISSING_FIELD: _("%(name)s is missing."),
    Problem.MISSING_COLUMN: _("There is no column “%(name)s”."),
    Problem.SUM_DIFFERS: _("The balances and the movements differ, so something is missing or was changed."),
}
UNKNOWN_ACCOUNT = _("Account %(account)s is none of our bank accounts. Add it there first.")
OTHER_CURRENCY = _("Account %(account)s is kept in %(ours)s, the file says %(theirs)s.")
TWO_FORMATS = _(
    "Movements of %(account)s on %(day)s were imported as %(known)s before. The same movements as %(format)s would be "
    "taken twice."
)
FAULT = _("An error of the program: %(name)s.")
NUMBER_GAP = _("Statement %(number)s of %(account)s follows %(before)s: one between them may be missing.")
BALANCE_GAP = _("%(account)s opens with %(opening)s, but the statement before closed with %(closing)s.")
WITHIN_DAY = _("The report on %(account)s is of a day that is not over: nothing in it is booked.")

REASONS: dict[str, str | Promise] = {
    "number_exact": gettext_lazy("the number of the invoice"),
    "number_repaired": gettext_lazy("the number of the invoice, with letters in place of digits"),
    "number_almost": gettext_lazy("the number of the invoice but for one digit"),
    "number_short": gettext_lazy("the last digits of its number"),
    "amount_exact": gettext_lazy("the exact amount"),
    "amount_fee": gettext_lazy("the amount less a bank's fee"),
    "amount_less": gettext_lazy("less than it asks for"),
    "amount_more": gettext_lazy("more than it asks for"),
    "payer_known": gettext_lazy("an account or tax number of this customer"),
    "payer_name": gettext_lazy("the name of the payer"),
    "name_in_text": gettext_lazy("the name in the purpose"),
    "other_payer": gettext_lazy("somebody else pays"),
    "not_open": gettext_lazy("the invoice is paid or void"),
    "other_seller": gettext_lazy("but a payment provider sells it: the money would go to the personal account"),
    "several_named": gettext_lazy("all invoices that are named"),
    "several_of_payer": gettext_lazy("open invoices of this payer"),
    "sum_exact": gettext_lazy("together exactly this amount"),
}


def problem_of(error: StatementError) -> list[Sentence]:
    """What is wrong with a file, and where."""
    where = [Sentence(_IN_LINE, {"line": error.line})] if error.line else []
    values = dict.fromkeys(("found", "name", "megabytes", "most"), "") | error.values
    return [*where, Sentence(_PROBLEMS[error.problem], dict(values))]
