"""What is known of one number of a payer, and the numbers that many countries have."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from storefront.billing.payer_numbers import Check, any_number, bic_code, iban_number


@dataclass(frozen=True, slots=True)
class Identifier:
    """One number. ``field``: where ``PayerDetails`` keeps it; ``name``: as the country says; ``example``: as it is
    written there; ``is_required``: a company's documents there cannot do without it."""

    field: str
    name: str | Promise
    example: str = ""
    check: Check = any_number
    is_required: bool = False


VAT, TAX, REGISTRATION = "vat_id", "tax_number", "registration_number"
BRANCH, BANK_CODE, ACCOUNT = "branch_code", "bank_code", "bank_account"
CORRESPONDENT, BENEFICIARY = "correspondent_account", "beneficiary_code"

IBAN = Identifier(ACCOUNT, "IBAN", "DE89 3704 0044 0532 0130 00", iban_number)
BIC = Identifier(BANK_CODE, "BIC", "DEUTDEFF", bic_code)
#: Where accounts have no IBAN: banks abroad are reached by BIC.
ACCOUNT_NUMBER = Identifier(ACCOUNT, _("Account number"), "123456789")
#: Where a country is not listed.
OTHERS = (
    Identifier(TAX, _("Tax number")),
    Identifier(REGISTRATION, _("Registration number")),
    Identifier(ACCOUNT, _("Account or IBAN")),
    BIC,
)
