"""Keys and addresses of the stand-ins, shared by the demo and the tests. None of them opens anything real."""

from typing import Any

from storefront.core import configuration, sandbox_keys

from .base import BASE_DIR, env

# Named there so that production can refuse them.
SECRET_KEY = sandbox_keys.SECRET_KEY
SALT_KEY = [sandbox_keys.ENCRYPTION_KEY]

#: Where `manage.py run` starts the stand-ins; the site itself listens on PORT.
PORT = env.integer("PORT", default=8000, at_least=1, at_most=65000)
SANDBOX_PORT = env.integer("SANDBOX_PORT", default=PORT + 100, at_least=1, at_most=65000)
#: How many ports the stand-ins take, SANDBOX_PORT the first.
SANDBOX_PORTS = 15
SANDBOX = True
#: Folder in which the stand-ins keep their state between runs.
SANDBOX_STATE = str(env.path("SANDBOX_STATE", default=BASE_DIR / "var" / "sandbox"))
SANDBOX_STRIPE = f"http://127.0.0.1:{SANDBOX_PORT}"
SANDBOX_MAIL = f"http://127.0.0.1:{SANDBOX_PORT + 1}"
SANDBOX_BITRIX24 = f"http://127.0.0.1:{SANDBOX_PORT + 2}"  # its portals listen on the ports after it

SANDBOX_VIES = f"http://127.0.0.1:{SANDBOX_PORT + 5}"
SANDBOX_PAYPAL_NVP = f"http://127.0.0.1:{SANDBOX_PORT + 7}"
SANDBOX_TWOCHECKOUT = f"http://127.0.0.1:{SANDBOX_PORT + 8}"
SANDBOX_SBERBANK = f"http://127.0.0.1:{SANDBOX_PORT + 9}"
SANDBOX_YOOKASSA = f"http://127.0.0.1:{SANDBOX_PORT + 10}"
SANDBOX_SIMPLEPAY = f"http://127.0.0.1:{SANDBOX_PORT + 11}"
SANDBOX_WEBMONEY = f"http://127.0.0.1:{SANDBOX_PORT + 13}"
SANDBOX_PAYMASTER = f"http://127.0.0.1:{SANDBOX_PORT + 12}"
SANDBOX_SIMPLEPAY_PRO = f"http://127.0.0.1:{SANDBOX_PORT + 14}"
SANDBOX_PAYPAL = f"http://127.0.0.1:{SANDBOX_PORT + 6}"

VIES_API_BASE = env.url("VIES_API_BASE", default=f"{SANDBOX_VIES}/rest-api")
STRIPE_API_KEY = env.text("STRIPE_API_KEY", default=sandbox_keys.STRIPE_KEY)
STRIPE_WEBHOOK_SECRETS = env.entries("STRIPE_WEBHOOK_SECRETS", default=[sandbox_keys.WEBHOOK_SECRET])
STRIPE_API_BASE = env.origin("STRIPE_API_BASE", default=SANDBOX_STRIPE)
PAYPAL_API_BASE = env.origin("PAYPAL_API_BASE", default=SANDBOX_PAYPAL)
WEBMONEY_API_BASE = env.origin("WEBMONEY_API_BASE", default=SANDBOX_WEBMONEY)
SIMPLEPAY_API_BASE = env.origin("SIMPLEPAY_API_BASE", default=SANDBOX_SIMPLEPAY)
SIMPLEPAY_PRO_API_BASE = env.url("SIMPLEPAY_PRO_API_BASE", default=f"{SANDBOX_SIMPLEPAY_PRO}/sp")
PAYPAL_NVP_API_BASE = env.origin("PAYPAL_NVP_API_BASE", default=SANDBOX_PAYPAL_NVP)

BITRIX24_APPS: list[dict[str, Any]] = env.json(
    "BITRIX24_APPS",
    check=configuration.bitrix24_apps,
    what=configuration.BITRIX24_APPS_FORM,
    default=[
        {"code": "yeastar-s", "client_id": "app.sandbox.yeastar", "client_secret": "sandbox-secret-yeastar"},
        {"code": "asterisk", "client_id": "app.sandbox.asterisk", "client_secret": "sandbox-secret-asterisk"},
        {"code": "telegram", "client_id": "app.sandbox.telegram", "client_secret": "sandbox-secret-telegram"},
        {"code": "whatsapp", "client_id": "app.sandbox.whatsapp", "client_secret": "sandbox-secret-whatsapp"},
    ],
)
BITRIX24_OAUTH_SERVERS = env.entries("BITRIX24_OAUTH_SERVERS", default=[SANDBOX_BITRIX24])
BITRIX24_ALLOW_LOOPBACK = True
BITRIX24_JS_URL = env.url("BITRIX24_JS_URL", default=f"{SANDBOX_BITRIX24}/api/v1/")

EMAIL_BACKEND = env.text("EMAIL_BACKEND", default="anymail.backends.postmark.EmailBackend")
ANYMAIL: dict[str, Any] = env.json(
    "ANYMAIL",
    default={"POSTMARK_SERVER_TOKEN": "sandbox-mail-token", "POSTMARK_API_URL": f"{SANDBOX_MAIL}/"},
    check=configuration.json_object,
    what='{"NAME": "value"}',
)

MAIL_WEBHOOK_SECRETS = env.entries("MAIL_WEBHOOK_SECRETS", default=[sandbox_keys.MAIL_SECRET])
ANYMAIL = ANYMAIL | {"WEBHOOK_SECRET": MAIL_WEBHOOK_SECRETS}

#: Passkeys at http://localhost, for the demo and the tests only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
