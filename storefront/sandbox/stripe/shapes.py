"""Which parameters each call takes. Names and limits: docs.stripe.com/api, version 2026-10-28.endive."""

from __future__ import annotations

from storefront.sandbox.stripe.parameters import Email, Hash, Integer, Listing, Metadata, Shape, Span, Text, Truth, Url

CURRENCIES = frozenset(
    """aed afn all amd ang aoa ars aud awg azn bam bbd bdt bhd bif bmd bnd bob brl bsd bwp byn bzd cad cdf chf clp
    cny cop crc cve czk djf dkk dop dzd egp etb eur fjd fkp gbp gel gip gmd gnf gtq gyd hkd hnl htg huf idr ils inr isk
    jmd jod jpy kes kgs khr kmf krw kwd kyd kzt lak lbp lkr lrd lsl mad mdl mga mkd mmk mnt mop mur mvr mwk mxn myr mzn
    nad ngn nio nok npr nzd omr pab pen pgk php pkr pln pyg qar ron rsd rub rwf sar sbd scr sek sgd shp sle sos srd std
    szl thb tjs tnd top try ttd twd tzs uah ugx usd uyu uzs vnd vuv wst xaf xcd xof xpf yer zar zmw""".split()
)
LOCALES = frozenset(
    """auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hi-IN hr hu id it ja ko lt lv ms mt nb nl pl pt pt-BR
    ro ru sk sl sv th tr vi zh zh-HK zh-TW""".split()
)

CURRENCY = Text(choices=CURRENCIES)
EXPAND = Listing(Text(100), 20)
EMAIL = Email()
AMOUNT = Integer(0, 9_999_999_999_999)
REFERENCE = Text(200)
ONLY_EXPAND = Hash({"expand": EXPAND})

_PRICE = Hash(
    {
        "currency": CURRENCY,
        "unit_amount": AMOUNT,
        "product_data": Hash(
            {
                "name": Text(),
                "description": Text(),
                "images": Listing(Url(), 8),
                "metadata": Metadata(),
                "tax_code": Text(),
            },
            required=("name",),
        ),
        "tax_behavior": Text(choices=("exclusive", "inclusive", "unspecified")),
    },
    required=("currency", "product_data", "unit_amount"),
)
_LINE = Hash(
    {"price_data": _PRICE, "quantity": Integer(1, 999_999), "metadata": Metadata()}, required=("price_data", "quantity")
)
_INTENT = Hash(
    {
        "metadata": Metadata(),
        "description": Text(1000),
        "receipt_email": EMAIL,
        "statement_descriptor_suffix": Text(22),
        "setup_future_usage": Text(choices=("on_session", "off_session")),
        "capture_method": Text(choices=("automatic", "automatic_async", "manual")),
    }
)
_SWITCH = Hash({"enabled": Truth()}, required=("enabled",))

SESSION_CREATE = Hash(
    {
        "mode": Text(choices=("payment", "setup")),
        "ui_mode": Text(choices=("hosted_page",)),
        "line_items": Listing(_LINE, 100),
        "currency": CURRENCY,
        "customer": REFERENCE,
        "customer_email": EMAIL,
        "customer_creation": Text(choices=("always", "if_required")),
        "client_reference_id": REFERENCE,
        "metadata": Metadata(),
        "payment_intent_data": _INTENT,
        "setup_intent_data": Hash({"metadata": Metadata(), "description": Text(1000)}),
        "consent_collection": Hash(
            {"payment_method_reuse_agreement": Hash({"position": Text(choices=("auto", "hidden"))}, ("position",))}
        ),
        "custom_text": Hash({"submit": Hash({"message": Text(1200)}, required=("message",))}),
        "success_url": Url(),
        "cancel_url": Url(),
        "expires_at": Integer(),
        "locale": Text(choices=LOCALES),
        "submit_type": Text(choices=("auto", "book", "donate", "pay", "subscribe")),
        "billing_address_collection": Text(choices=("auto", "required")),
        "phone_number_collection": _SWITCH,
        "adaptive_pricing": _SWITCH,
        "allow_promotion_codes": Truth(),
        "expand": EXPAND,
    },
    required=("mode", "success_url"),
)
_PAGING: dict[str, Shape] = {
    "limit": Integer(1, 100),
    "starting_after": REFERENCE,
    "ending_before": REFERENCE,
    "expand": EXPAND,
}
_SPAN = Span()
SESSION_LIST = Hash(
    {
        **_PAGING,
        "created": _SPAN,
        "payment_intent": REFERENCE,
        "customer": REFERENCE,
        "status": Text(choices=("open", "complete", "expired")),
    }
)
LINE_LIST = Hash(_PAGING)
ENDPOINT_LIST = Hash(_PAGING)
INTENT_LIST = Hash({**_PAGING, "created": _SPAN, "customer": REFERENCE})
INTENT_CREATE = Hash(
    {
        "amount": AMOUNT,
        "currency": CURRENCY,
        "customer": REFERENCE,
        "payment_method": REFERENCE,
        "confirm": Truth(),
        "off_session": Truth(),
        "return_url": Url(),
        "automatic_payment_methods": Hash(
            {"enabled": Truth(), "allow_redirects": Text(choices=("always", "never"))}, required=("enabled",)
        ),
        "description": Text(1000),
        "metadata": Metadata(),
        "receipt_email": EMAIL,
        "statement_descriptor_suffix": Text(22),
        "expand": EXPAND,
    },
    required=("amount", "currency", "customer", "payment_method", "automatic_payment_methods"),
)
SETUP_LIST = Hash({**_PAGING, "created": _SPAN, "customer": REFERENCE, "payment_method": REFERENCE})
SETUP_CANCEL = Hash(
    {
        "cancellation_reason": Text(choices=("abandoned", "duplicate", "requested_by_customer")),
        "expand": EXPAND,
    }
)
METHOD_LIST = Hash({**_PAGING, "customer": REFERENCE, "type": Text(choices=("card", "link", "sepa_debit"))})
INTENT_CANCEL = Hash(
    {
        "cancellation_reason": Text(choices=("abandoned", "duplicate", "fraudulent", "requested_by_customer")),
        "expand": EXPAND,
    }
)
CHARGE_LIST = Hash({**_PAGING, "created": _SPAN, "payment_intent": REFERENCE, "customer": REFERENCE})
REFUND_LIST = Hash({**_PAGING, "created": _SPAN, "payment_intent": REFERENCE, "charge": REFERENCE})
BALANCE_TRANSACTION_LIST = Hash(
    {**_PAGING, "created": _SPAN, "currency": CURRENCY, "source": REFERENCE, "type": Text()}
)
CUSTOMER_LIST = Hash({**_PAGING, "created": _SPAN, "email": EMAIL})
EVENT_LIST = Hash({**_PAGING, "created": _SPAN, "type": Text(), "types": Listing(Text(), 20)})
REFUND_CREATE = Hash(
    {
        "payment_intent": REFERENCE,
        "charge": REFERENCE,
        "amount": Integer(1),
        "reason": Text(choices=("duplicate", "fraudulent", "requested_by_customer")),
        "metadata": Metadata(),
        "instructions_email": EMAIL,
        "expand": EXPAND,
    }
)
CUSTOMER_CREATE = Hash(
    {
        "email": EMAIL,
        "name": Text(256),
        "description": Text(),
        "phone": Text(20),
        "metadata": Metadata(),
        "expand": EXPAND,
    }
)
CUSTOMER_SEARCH = Hash(
    {"query": Text(), "limit": Integer(1, 100), "page": Text(), "expand": EXPAND}, required=("query",)
)
DISPUTE_LIST = Hash({**_PAGING, "created": _SPAN, "payment_intent": REFERENCE, "charge": REFERENCE})
