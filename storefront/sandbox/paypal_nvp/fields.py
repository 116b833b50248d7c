"""Which fields each call takes, and what may stand in them. Anything else is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from storefront.sandbox.paypal_nvp.wire import NvpError

WHOLE = ("HUF", "JPY", "TWD")
CURRENCIES = (*WHOLE, *"AUD CAD CHF CZK DKK EUR GBP HKD ILS MXN NOK NZD PHP PLN SEK SGD THB USD".split())
TOKEN, ID, PAYER = r"EC-[0-9A-Z]{17}", r"[0-9A-Z]{17}", r"[0-9A-Z]{13}"
AMOUNT, ANY_AMOUNT, CURRENCY = r"\d{1,7}(\.\d\d)?", r"-?\d{1,7}(\.\d\d)?", r"[A-Z]{3}"
URL, TEXT, DATE = r"https?://\S{1,2040}", r"(?s).{0,127}", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
LOCALES = "AU AT BE BR CA CH CN DE ES GB FR IT NL PL PT RU US da_DK de_DE en_GB en_US es_ES fr_FR he_IL id_ID it_IT " \
    "ja_JP nl_NL no_NO pl_PL pt_BR pt_PT ru_RU sv_SE th_TH tr_TR zh_CN zh_HK zh_TW"  # fmt: skip
_P = "PAYMENTREQUEST_0_"
_SAME: Mapping[str, str] = {
    "METHOD": r"\w+",
    "VERSION": r"\d{2,3}(\.\d)?",
    "USER": ".*",
    "PWD": ".*",
    "SIGNATURE": ".*",
}
_PAYMENT = {f"{_P}AMT": AMOUNT, f"{_P}CURRENCYCODE": CURRENCY, f"{_P}PAYMENTACTION": "Sale|Authorization|Order"}
_PAYMENT_MAY = {
    f"{_P}INVNUM": TEXT,
    f"{_P}CUSTOM": r"(?s).{0,256}",
    f"{_P}DESC": TEXT,
    f"{_P}NOTIFYURL": r"\S{1,2048}",
    **{f"{_P}{name}": AMOUNT for name in ("ITEMAMT", "TAXAMT", "SHIPPINGAMT", "HANDLINGAMT", "MAXAMT")},
}
#: METHOD -> what it must have, what it may have
CALLS: dict[str, tuple[dict[str, str], dict[str, str]]] = {
    "SetExpressCheckout": (
        _PAYMENT | {"RETURNURL": URL, "CANCELURL": URL},
        _PAYMENT_MAY
        | {
            r"L_PAYMENTREQUEST_0_NAME\d{1,2}": TEXT,
            r"L_PAYMENTREQUEST_0_DESC\d{1,2}": TEXT,
            r"L_PAYMENTREQUEST_0_NUMBER\d{1,2}": TEXT,
            r"L_PAYMENTREQUEST_0_AMT\d{1,2}": ANY_AMOUNT,
            r"L_PAYMENTREQUEST_0_QTY\d{1,2}": r"[1-9]\d{0,9}",
            r"L_PAYMENTREQUEST_0_ITEMCATEGORY\d{1,2}": "Digital|Physical",
            "MAXAMT": AMOUNT,
            "NOSHIPPING": "[012]",
            "EMAIL": r"[^@\s]+@[^@\s]+",
            "LOCALECODE": LOCALES.replace(" ", "|"),
            "SOLUTIONTYPE": "Sole|Mark",
            "LANDINGPAGE": "Billing|Login",
            "BRANDNAME": TEXT,
            "ALLOWNOTE": "[01]",
            "CALLBACKTIMEOUT": "[1-6]",
        },
    ),
    "GetExpressCheckoutDetails": ({"TOKEN": r"\S{1,40}"}, {}),
    "DoExpressCheckoutPayment": (
        _PAYMENT | {"TOKEN": r"\S{1,40}", "PAYERID": PAYER},
        _PAYMENT_MAY | {"MSGSUBID": r"\S{1,38}"},
    ),
    "RefundTransaction": (
        {"TRANSACTIONID": ID, "REFUNDTYPE": "Full|Partial"},
        {"AMT": AMOUNT, "CURRENCYCODE": CURRENCY, "NOTE": r"(?s).{1,255}", "INVOICEID": TEXT, "MSGSUBID": r"\S{1,38}"},
    ),
    "GetTransactionDetails": ({"TRANSACTIONID": ID}, {}),
    "TransactionSearch": (
        {"STARTDATE": DATE},
        {
            "ENDDATE": DATE,
            "INVNUM": TEXT,
            "TRANSACTIONID": ID,
            "STATUS": "Pending|Processing|Success|Denied|Reversed",
            "TRANSACTIONCLASS": "All|Sent|Received|Refund",
        },
    ),
    "GetPalDetails": ({}, {}),
}


def checked(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """The fields of a call. Raises NvpError for one that is missing, unknown, given twice or of another form."""
    given = dict(pairs)
    if len(given) != len(pairs):
        raise NvpError("10004", "A field is given twice.")
    if given.get("METHOD") not in CALLS:
        raise NvpError("81002")
    must, may = CALLS[given["METHOD"]]
    for name in (*_SAME, *must):
        if name not in given:
            raise NvpError("81100", f"{name} : Required parameter missing")
    for name, value in given.items():
        pattern = _form(name, dict(_SAME) | must | may)
        if pattern is None:
            raise NvpError("10004", f"{name} is not known")
        if not re.fullmatch(pattern, value):
            raise NvpError({"RETURNURL": "10404", "CANCELURL": "10405"}.get(name, "10004"), f"{name} is invalid")
    _check_money(given)
    return given


def _form(name: str, known: Mapping[str, str]) -> str | None:
    if name in known:
        return known[name]
    return next(
        (form for pattern, form in known.items() if pattern.startswith("L_") and re.fullmatch(pattern, name)), None
    )


def _check_money(given: Mapping[str, str]) -> None:
    """Currencies, their decimals, and sums that must add up."""
    currency = given.get(f"{_P}CURRENCYCODE") or given.get("CURRENCYCODE")
    if currency is None:
        return
    if currency not in CURRENCIES:
        raise NvpError("10605")
    amounts = {name: value for name, value in given.items() if re.fullmatch(r".*AMT\d*", name)}
    if currency in WHOLE and any("." in value for value in amounts.values()):
        raise NvpError("10004", "This currency does not support decimals.")
    if f"{_P}AMT" not in given:
        return
    if not Decimal(given[f"{_P}AMT"]):
        raise NvpError("10525")
    parts = [given[name] for part in ("ITEM", "TAX", "SHIPPING", "HANDLING") if (name := f"{_P}{part}AMT") in given]
    if parts and sum(map(Decimal, parts)) != Decimal(given[f"{_P}AMT"]):
        raise NvpError("10413")
    lines = [name[len("L_PAYMENTREQUEST_0_AMT") :] for name in amounts if name.startswith("L_PAYMENTREQUEST_0_AMT")]
    total = sum(
        (
            Decimal(given[f"L_PAYMENTREQUEST_0_AMT{n}"]) * int(given.get(f"L_PAYMENTREQUEST_0_QTY{n}", "1"))
            for n in lines
        ),
        Decimal(0),
    )
    if lines and total != Decimal(given.get(f"{_P}ITEMAMT", "-1")):
        raise NvpError("10413")
