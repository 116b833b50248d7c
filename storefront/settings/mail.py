"""Mail: the sender, the company that sends, and how it proves what it tells."""

from typing import Any

from storefront.core import configuration

from .site import env

DEFAULT_FROM_EMAIL = OSCAR_FROM_EMAIL = env.mailbox("DEFAULT_FROM_EMAIL", default="shop@northbridge.example")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
EMAIL_BACKEND = env.text(
    "EMAIL_BACKEND",
    default="anymail.backends.postmark.EmailBackend",
    pattern=r"[\w.]+\.EmailBackend",
    what="the dotted path of an EmailBackend",
)
EMAIL_TIMEOUT = 10
# For Django's SMTP back end only. A user name and its password never travel in the clear unless it is asked for.
EMAIL_HOST = env.host("EMAIL_HOST", default="localhost")
EMAIL_PORT = env.integer("EMAIL_PORT", default=587, at_least=1, at_most=65535)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.boolean("EMAIL_USE_TLS", default=True)
ANYMAIL: dict[str, Any] = env.json("ANYMAIL", default={}, check=configuration.json_object, what='{"NAME": "value"}')
#: What the mail company proves itself with at /hooks/mail/: "name:password", several while one is changed.
MAIL_WEBHOOK_SECRETS = env.entries(
    "MAIL_WEBHOOK_SECRETS", each=configuration.mail_webhook_secret, what=configuration.MAIL_WEBHOOK_SECRET_FORM
)
if MAIL_WEBHOOK_SECRETS:
    ANYMAIL = ANYMAIL | {"WEBHOOK_SECRET": MAIL_WEBHOOK_SECRETS}
ANYMAIL_REQUESTS_TIMEOUT = (3, 10)  # seconds to connect and to wait; a company that hangs holds up the mail thread only
#: The domain whose mail the company hands over at /hooks/mail-inbound/: answers to tickets come to
#: support+<token>@<domain>. Empty: answers by mail go to SUPPORT_EMAIL.
SUPPORT_INBOUND_DOMAIN = env.host("SUPPORT_INBOUND_DOMAIN", default="")
#: The server of the shop's own that receives this mail first and forwards it: its Authentication-Results are believed.
#: Empty: what the mail company itself finds out (notifications.sender_proof).
SUPPORT_INBOUND_AUTHSERV = env.host("SUPPORT_INBOUND_AUTHSERV", default="")
