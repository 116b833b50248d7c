"""What Stripe Checkout takes: https://docs.stripe.com/currencies and the API reference, as they stood in July 2026."""

from __future__ import annotations

import re
from decimal import Decimal

from storefront.gateways.payments.limits import Limits
from storefront.gateways.payments.stripe.amounts import EXCEPTIONS, largest

#: docs.stripe.com/currencies#presentment-currencies
CURRENCIES = frozenset(
    """AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BIF BMD BND BOB BRL BSD BWP BYN BZD CAD CDF CHF CLP CNY COP
    CRC CVE CZK DJF DKK DOP DZD EGP ETB EUR FJD FKP GBP GEL GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR ISK JMD
    JPY KES KGS KHR KMF KRW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MUR MVR MWK MXN MYR MZN NAD NGN
    NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SEK SGD SHP SLE SOS SRD STD SZL THB
    TJS TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VND VUV WST XAF XCD XOF XPF YER ZAR ZMW BHD JOD KWD OMR TND""".split()
)
#: https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts, "Minimum charge amount by currency". It holds
#: for what Stripe pays out in the same currency; a charge that it converts must reach the smallest amount of the other
#: one at the rate of the day, which only its answer tells (``amount_too_small``).
SMALLEST = {
    currency: Decimal(amount)
    for amount, currencies in {
        "0.30": "GBP",
        "0.50": "USD ARS AUD BRL CAD CHF COP EUR IDR ILS INR NZD PHP RUB SGD ZAR",
        "2": "AED MYR PLN RON",
        "2.50": "DKK",
        "3": "NOK SEK",
        "4": "HKD",
        "10": "MXN THB",
        "15": "CZK",
        "50": "JPY KRW",
        "175": "HUF",
    }.items()
    for currency in currencies.split()
}


def _unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-EXCEPTIONS.get(currency, (2, 1))[0])


LIMITS = Limits(
    currencies=CURRENCIES,
    steps={currency: step * Decimal(1).scaleb(-places) for currency, (places, step) in EXCEPTIONS.items()},
    smallest=SMALLEST,
    largest={currency: largest(currency) * _unit(currency) for currency in CURRENCIES},
    # Optional for a session: the buyer types it on Stripe's page where we send none.
    email=re.compile(
        r"[A-Za-z0-9_%+-]+(?:\.[A-Za-z0-9_%+-]+)*@(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?\.)+[A-Za-z][A-Za-z0-9-]*"
    ),
    longest_email=254,
)
