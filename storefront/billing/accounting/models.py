"""What the accountant calls our accounts, and what their program wants to know of the seller."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class AccountingAccount(models.Model):
    """The accountant's ``number`` for one of our accounts (``slot``, see ``accounts``); ``tax_key``: DATEV's
    BU-Schlüssel of sales, empty where the account taxes by itself."""

    slot = models.CharField(max_length=60, primary_key=True)
    number = models.CharField(
        _("account"), max_length=12, validators=[RegexValidator(r"^[0-9A-Za-z.\-]+$", _("Digits, letters, . and -."))]
    )
    tax_key = models.CharField(
        _("tax key"), max_length=4, blank=True, validators=[RegexValidator(r"^[0-9]+$", _("Digits only."))]
    )

    class Meta:
        verbose_name = _("account of the accountant")
        verbose_name_plural = _("accounts of the accountant")
        default_permissions = ()
        permissions = [
            ("export_month", _("Can see and export a month for the accountant")),
            ("change_accounts", _("Can name the accounts of the accountant")),
        ]

    def __str__(self) -> str:
        return f"{self.slot}: {self.number}"


class DatevSettings(models.Model):
    """The head of DATEV's file. One row."""

    consultant = models.PositiveIntegerField(
        _("consultant number (Beraternummer)"), null=True, blank=True,
        validators=[MinValueValidator(1001), MaxValueValidator(9999999)],
    )  # fmt: skip
    client = models.PositiveIntegerField(
        _("client number (Mandantennummer)"), null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(99999)],
    )  # fmt: skip
    account_length = models.PositiveSmallIntegerField(
        _("digits of an account (Sachkontenlänge)"), default=4,
        validators=[MinValueValidator(4), MaxValueValidator(8)],
    )  # fmt: skip
    year_begins = models.PositiveSmallIntegerField(
        _("first month of the fiscal year"), default=1, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )

    class Meta:
        verbose_name = _("DATEV")
        verbose_name_plural = _("DATEV")
        default_permissions = ()

    def __str__(self) -> str:
        return "DATEV"
