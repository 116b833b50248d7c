"""How a sale may be taxed, and the reasons for it."""

from __future__ import annotations

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TaxTreatment(models.TextChoices):
    """How a sale is taxed; stored in invoices, so that a value is never taken away."""

    NONE = "none", _("No tax is charged")
    STANDARD = "standard", _("Tax of the seller's country")
    DESTINATION = "destination", _("Tax of the buyer's country")
    REVERSE_CHARGE = "reverse_charge", _("Reverse charge")
    EXEMPT = "exempt", _("Exempt from tax")
    OUT_OF_SCOPE = "out_of_scope", _("Outside the scope of tax")
    ZERO = "zero", pgettext_lazy("tax", "Zero-rated")
    MERCHANT_OF_RECORD = "provider_sells", _("Sold by the payment provider")


class TaxReason(StrEnum):
    """Why a sale is taxed as it is: one code for each way through the rules, stored in invoices."""

    MERCHANT_OF_RECORD = "provider_sells"  # in its own name, with its own tax and invoice
    NO_TAX = "no_tax"  # the seller charges none
    ADVANCE_PAYMENT = "advance_payment"  # what will be bought is not known: taxed when it is
    SELLER_EXEMPT = "seller_exempt"
    HOME = "home"
    COUNTRY_UNKNOWN = "country_unknown"  # taxed as at home
    REGISTERED_THERE = "registered_there"  # the seller has a rate of the buyer's country
    EXPORT = "export"
    OUTSIDE_EU = "outside_eu"
    SPECIAL_TERRITORY = "special_territory"  # of a member state, but outside the EU's VAT area
    EU_BUSINESS = "eu_business"
    EU_BUSINESS_UNVERIFIED = "eu_business_unverified"  # to be checked again
    CONSUMER_OSS = "consumer_oss"
    CONSUMER_ABOVE_THRESHOLD = "consumer_above_threshold"
    CONSUMER_BELOW_THRESHOLD = "consumer_below_threshold"
    SELLER_OUTSIDE_EU = "seller_outside_eu"  # non-Union OSS
    VAT_ID_MISSING = "vat_id_missing"  # of a company, taxed as a consumer
    VAT_ID_INVALID = "vat_id_invalid"
    VAT_ID_UNVERIFIED = "vat_id_unverified"
    VAT_ID_OF_OTHER_COUNTRY = "vat_id_of_other_country"
