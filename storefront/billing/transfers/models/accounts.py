"""The seller's own bank accounts, to which customers transfer money."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from storefront.billing.transfers import account_numbers
from storefront.core import clock, countries

_CURRENCY = RegexValidator(r"\A[A-Z]{3}\Z", _("Enter the code of a currency: three letters, such as EUR."))


class SellerAccount(models.Model):
    """An account of the seller in one currency, as it is told to payers.

    ``number`` is an IBAN or a plain account number, ``bank_code`` a BIC (SWIFT) or a Russian БИК, both without blanks.
    ``countries``: of payers who are told this account, codes of two letters with blanks between; "" means all others.
    ``tax_number`` and ``tax_code`` (ИНН and КПП in Russia) stand in the payment order of some countries.
    """

    seller = models.ForeignKey(
        "billing.Seller", on_delete=models.PROTECT, related_name="accounts", verbose_name=_("seller")
    )
    name = models.CharField(_("name in the back office"), max_length=60)
    currency = models.CharField(_("currency"), max_length=3, validators=[_CURRENCY])
    countries = models.CharField(_("for payers from"), max_length=300, blank=True)
    holder = models.CharField(_("account holder"), max_length=160)
    number = models.CharField(_("IBAN or account number"), max_length=60)
    bank_name = models.CharField(_("bank"), max_length=150)
    bank_code = models.CharField(_("BIC (SWIFT) or БИК"), max_length=20, blank=True)
    correspondent_account = models.CharField(_("correspondent account"), max_length=60, blank=True)
    correspondent_bank = models.CharField(_("correspondent bank"), max_length=200, blank=True)
    tax_number = models.CharField(_("tax number of the holder (ИНН)"), max_length=20, blank=True)
    tax_code = models.CharField(_("registration code of the holder (КПП)"), max_length=20, blank=True)
    extra_lines = models.TextField(_("further lines"), max_length=500, blank=True)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    is_active = models.BooleanField(_("told to payers"), default=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        ordering = ["position", "pk"]
        verbose_name = _("bank account")
        verbose_name_plural = _("bank accounts")

    def __str__(self) -> str:
        return f"{self.name} ({self.currency})"

    @property
    def country_codes(self) -> frozenset[str]:
        """Whose payers are told this account; empty: all others."""
        return frozenset(self.countries.split())

    @property
    def is_iban(self) -> bool:
        return account_numbers.is_iban(self.number)

    @property
    def is_russian(self) -> bool:
        return account_numbers.is_russian(self.number, self.bank_code)

    @property
    def printed_number(self) -> str:
        """An IBAN in groups of four, as it is printed on paper; any other number as it is."""
        number = self.number
        return " ".join(number[at : at + 4] for at in range(0, len(number), 4)) if self.is_iban else number

    def clean(self) -> None:
        """Normalise the numbers and check them against each other. Raises ValidationError at the field."""
        self.currency = self.currency.strip().upper()
        self.number = account_numbers.cleaned(self.number)
        self.bank_code = account_numbers.cleaned(self.bank_code)
        self.correspondent_account = account_numbers.cleaned(self.correspondent_account)
        self.countries = " ".join(sorted(set(self.countries.upper().replace(",", " ").split())))
        problems = account_numbers.problems(
            number=self.number,
            bank_code=self.bank_code,
            correspondent=self.correspondent_account,
            currency=self.currency,
        )
        unknown = sorted(self.country_codes - countries.codes())
        if unknown:
            problems["countries"] = gettext("There is no country %(codes)s.") % {"codes": ", ".join(unknown)}
        if problems:
            raise ValidationError(problems)
