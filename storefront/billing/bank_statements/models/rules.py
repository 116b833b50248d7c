"""How files of an account are read, and what of them may be booked by itself."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from storefront.formats.bank_statements import Mapping
from storefront.formats.bank_statements.csv_mapping import DATE_FORMATS, DELIMITERS

_EXAMPLES = dict(zip(DATE_FORMATS, (
    "31.12.2026", "31.12.26", "2026-12-31", "31/12/2026", "12/31/2026", "31-12-2026", "20261231", "2026/12/31",
), strict=True))  # fmt: skip
ENCODING_CHOICES = [
    ("utf-8-sig", "UTF-8"), ("cp1252", "Windows-1252"), ("cp1251", "Windows-1251"), ("cp850", "CP850"),
    ("cp852", "CP852"), ("cp866", "CP866"), ("iso-8859-2", "ISO 8859-2"), ("utf-16", "UTF-16"),
]  # fmt: skip
COLUMN_FIELDS = (
    "booked_on", "value_on", "amount", "credit", "debit", "direction", "outgoing", "currency", "payer_name",
    "payer_account", "payer_tax_number", "text", "reference", "end_to_end", "account_column", "balance",
)  # fmt: skip


class CsvMapping(models.Model):
    """What the columns of a bank's CSV files are: names as they stand in the head of the file. See
    ``formats.bank_statements.Mapping``. ``file_pattern``: names of the files in the watched folder that it is for."""

    name = models.CharField(_("name"), max_length=60, unique=True)
    account = models.ForeignKey(
        "transfers.SellerAccount", on_delete=models.PROTECT, related_name="csv_mappings", verbose_name=_("bank account")
    )
    file_pattern = models.CharField(_("names of its files in the folder"), max_length=60, blank=True)
    encoding = models.CharField(_("encoding"), max_length=20, choices=ENCODING_CHOICES, default="utf-8-sig")
    delimiter = models.CharField(
        _("between the columns"), max_length=3, choices=[(each, each) for each in DELIMITERS], default=";"
    )
    skip_rows = models.PositiveSmallIntegerField(
        _("rows above the head"), default=0, validators=[MaxValueValidator(50)]
    )
    date_format = models.CharField(
        _("dates look like"), max_length=10, choices=list(_EXAMPLES.items()), default="%d.%m.%Y"
    )
    decimal_sign = models.CharField(
        _("decimal sign"), max_length=1, choices=[(",", "1,50"), (".", "1.50")], default=","
    )
    booked_on = models.CharField(_("column: day of booking"), max_length=60)
    value_on = models.CharField(_("column: value date"), max_length=60, blank=True)
    amount = models.CharField(_("column: amount"), max_length=60, blank=True)
    credit = models.CharField(_("column: amount that came in"), max_length=60, blank=True)
    debit = models.CharField(_("column: amount that went out"), max_length=60, blank=True)
    direction = models.CharField(_("column: direction"), max_length=60, blank=True)
    outgoing = models.CharField(_("what it says for money that went out"), max_length=60, blank=True)
    currency = models.CharField(_("column: currency"), max_length=60, blank=True)
    payer_name = models.CharField(_("column: payer"), max_length=60, blank=True)
    payer_account = models.CharField(_("column: payer's account"), max_length=60, blank=True)
    payer_tax_number = models.CharField(_("column: payer's tax number"), max_length=60, blank=True)
    text = models.CharField(_("columns: purpose"), max_length=200, blank=True)
    reference = models.CharField(_("column: reference of the bank"), max_length=60, blank=True)
    end_to_end = models.CharField(_("column: reference of the payer"), max_length=60, blank=True)
    account_column = models.CharField(_("column: our account"), max_length=60, blank=True)
    balance = models.CharField(_("column: balance after it"), max_length=60, blank=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("CSV mapping")
        verbose_name_plural = _("CSV mappings")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Raises ValidationError at the fields that do not fit each other."""
        problems: dict[str, str] = {}
        both = bool(self.credit) and bool(self.debit)
        if bool(self.amount) == both or (bool(self.credit) != bool(self.debit)):
            problems["amount"] = gettext("Name either one column of the amount, or those of what came in and went out.")
        if bool(self.direction) != bool(self.outgoing):
            name = "outgoing" if self.direction else "direction"
            problems[name] = gettext("A direction needs its column and what stands there for money that went out.")
        elif self.direction and not self.amount:
            problems["direction"] = gettext("A direction belongs to one column of the amount.")
        if problems:
            raise ValidationError(problems)

    def as_mapping(self) -> Mapping:
        columns = [name for name in COLUMN_FIELDS if name != "account_column"]
        given: dict[str, Any] = {name: getattr(self, name).strip() for name in columns}
        return Mapping(
            encoding=self.encoding, delimiter=self.delimiter, date_format=self.date_format,
            decimal_sign=self.decimal_sign, skip_rows=self.skip_rows, account=self.account_column.strip(), **given,
        )  # fmt: skip

    def is_for(self, filename: str) -> bool:
        return bool(self.file_pattern) and fnmatchcase(filename.lower(), self.file_pattern.lower())


class ImportRule(models.Model):
    """What of an account's statements is booked without a person; without a row: nothing."""

    account = models.OneToOneField("transfers.SellerAccount", on_delete=models.PROTECT, related_name="import_rule")
    books_certain = models.BooleanField(_("book what is certain by itself"), default=False)

    class Meta:
        verbose_name = _("import rule")
        verbose_name_plural = _("import rules")

    def __str__(self) -> str:
        return str(self.account)
