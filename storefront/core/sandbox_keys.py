"""The keys of the demo and the tests. They are published with the source, so they protect nothing."""

from __future__ import annotations

SECRET_KEY = "sandbox-only-secret-key-of-no-value-0123456789"  # noqa: S105  (throw-away)
ENCRYPTION_KEY = "sandbox-only-salt-of-no-value"
STRIPE_KEY = "sk_test_sandbox"
WEBHOOK_SECRET = "whsec_sandbox"  # noqa: S105  (throw-away)
MAIL_SECRET = "sandbox:mail-webhook-of-no-value"  # noqa: S105  (throw-away)
TWOCHECKOUT_CODE = "250111206876"
TWOCHECKOUT_KEY = "sandbox-2checkout-key"
TWOCHECKOUT_WORD = "sandbox-2checkout-word"
NVP_PASSWORD = "SANDBOXPASSWORD1"  # noqa: S105  (throw-away)
NVP_SIGNATURE = "sandbox-signature-of-no-value"
PAYPAL_ID = "sandbox-paypal-client"
PAYPAL_SECRET = "sandbox-paypal-secret"  # noqa: S105  (throw-away)
SBERBANK_PASSWORD = "sandbox-sberbank-password"  # noqa: S105  (throw-away)
SBERBANK_KEY = "sandbox-sberbank-key"
YOOKASSA_SHOP = "100500"
YOOKASSA_KEY = "test_sandbox-yookassa-key"
SIMPLEPAY_ACCOUNTS = tuple(
    f"{each}:PUBLICTEST{each}:sandbox-simplepay-{each.lower()}" for each in ("HUF", "EUR", "USD")
)
SIMPLEPAY_PRO_KEY, SIMPLEPAY_PRO_RESULT_KEY = "sandbox-simplepay-pro", "sandbox-simplepay-pro-result"
PAYMASTER_ID = "3b6d8f7e-1c54-4a8e-9d0e-5f0b1c2d3e4f"
PAYMASTER_TOKEN = "sandbox-paymaster-token"  # noqa: S105  (throw-away)
WEBMONEY_INVOICE_PURSES = tuple(
    f"{each}123456789012:sandbox-webmoney-{each}:sandbox-webmoney-x20-{each}" for each in "ZE"
)
WEBMONEY_PURSES = tuple(each.rpartition(":")[0] for each in WEBMONEY_INVOICE_PURSES)
#: Those that production refuses.
SECRETS = frozenset(
    {
        SECRET_KEY,
        ENCRYPTION_KEY,
        STRIPE_KEY,
        WEBHOOK_SECRET,
        MAIL_SECRET,
        TWOCHECKOUT_KEY,
        TWOCHECKOUT_WORD,
        PAYPAL_SECRET,
        NVP_PASSWORD,
        NVP_SIGNATURE,
        SBERBANK_PASSWORD,
        SBERBANK_KEY,
        PAYMASTER_TOKEN,
        YOOKASSA_KEY,
        *SIMPLEPAY_ACCOUNTS,
        SIMPLEPAY_PRO_KEY,
        SIMPLEPAY_PRO_RESULT_KEY,
        *WEBMONEY_PURSES,
        *WEBMONEY_INVOICE_PURSES,
    }
)
