"""Log-in, second factor, sessions, and how often a visitor may try something."""

from .site import SHOP_NAME, env

AUTH_USER_MODEL = "users.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
# Names, not addresses: they lead to the page in the language of the visitor.
LOGIN_REDIRECT_URL = "account-home"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_SESSION_REMEMBER = None
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_ADAPTER = "storefront.users.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "storefront.users.forms.EmailLoginForm",
    "reset_password": "storefront.users.forms.ResetForm",
    "add_email": "storefront.users.forms.ChangeEmailForm",
}
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "storefront.users.tokens.PasswordTokens"  # noqa: S105  (a class, no secret)
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_EMAIL_NOTIFICATIONS = True  # changes of password, e-mail and second factor are told by mail
ACCOUNT_REAUTHENTICATION_REQUIRED = True
#: Passwords are counted by users.login_limits (THROTTLES); "login_failed" is left for the codes of a second factor.
#: How many mails an account gets is set by users.password_links.
ACCOUNT_RATE_LIMITS = {"reset_password": "20/h/ip", "login_failed": "10/m/ip,5/5m/key"}
MFA_TOTP_ISSUER = SHOP_NAME
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ADAPTER = "storefront.users.adapter.MFAAdapter"
#: Staff pages demand a log-in with a second factor.
STAFF_MFA_REQUIRED = env.boolean("STAFF_MFA_REQUIRED", default=True)
#: A session of staff ends after so many minutes without activity.
STAFF_IDLE_MINUTES = env.integer("STAFF_IDLE_MINUTES", default=60, at_least=1, at_most=24 * 60)
#: The link that sets the first password (and every reset link) is good once and for 72 hours.
PASSWORD_RESET_TIMEOUT = 72 * 3600
ACCOUNT_EMAIL_CONFIRMATION_EXPIRE_DAYS = 3
SESSION_ENGINE = "storefront.users.session_store"
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "checkout.page.recovery.csrf_failure"

# --- Limits ------------------------------------------------------------------------------------------------------
#: Storage of the throttles: memory:// counts per process, redis://... for all of them together.
THROTTLE_STORAGE_URL = env.text(
    "THROTTLE_STORAGE_URL", default="memory://", pattern=r"(memory|redis|rediss)://\S*", what="redis://host/number"
)
THROTTLES = {
    "login": "5/5minutes",  # passwords for one account from one address
    "login-address": "10/minute",  # passwords for any account from one address
    "login-account": "50/hour",  # passwords for one account from anywhere, but from devices that know it
    "login-device": "10/5minutes",  # passwords for one account on a device that has logged in to it before
    "checkout-address": "20/hour",  # e-mail addresses a visitor may try at the checkout
    "checkout-submit": "60/hour",
    "checkout-portal": "30/hour",  # Bitrix24 addresses a visitor may ask about whether they are licensed
    "checkout-draft": "1200/hour",  # keeping what is typed, some moments after each stop
    "checkout-customer": "30/hour",  # orders one account may try to place
    "cart-voucher": "30/hour",  # voucher codes a visitor may try
    "pay-start": "30/hour",
    "pay-payer": "10/hour",  # other payers that a visitor may put on unpaid invoices
    "pay-payer-order": "20/day",  # ... and that an order may get from everybody
    "pay-proof": "20/hour",  # payment proofs that a visitor may send
    "pay-link": "10/day",  # pay links that a customer may have mailed to others
    "refund-ask": "10/day",  # refunds that a customer may ask for
    "refund-withdraw": "10/hour",  # withdrawals from a contract that a visitor may send by the mailed link
    "withdraw-find": "10/hour",  # links to withdraw that a visitor may have mailed
    "withdraw-find-address": "5/day",  # ... and that one address may get, whoever asks
    "handover-offer": "20/day",  # offers of licenses that a customer may make
    "handover-answer": "30/hour",
    "renewal-change": "30/hour",  # times that a customer may agree to how licenses renew by themselves
    "subscription-stop": "30/hour",  # renewals that a visitor may stop by mailed links
    "auto-payment-link": "60/hour",  # charges of auto payment that a visitor may skip or stop by mailed links
    "bitrix24-verify": "60/minute",  # questions to Bitrix24 about who opens the app, per visitor
    "bitrix24-verify-portal": "300/minute",  # ... and per portal; more than one visitor alone can use up
    "bitrix24-events": "600/minute",  # events per sender; the vendor's queue has few addresses
    "hook-mail": "120/minute",  # messages of the mail company without its secret, per sender
    "mail-again": "5/day",  # a mail to one's own address that came back, asked for in the account
    "data-export": "3/day",  # copies of their data that a customer may ask for
    "data-erase": "10/hour",  # times that a customer may ask to be erased, or withdraw it
    "chat-begin": "10/hour",  # conversations a visitor may begin
    "chat-send": "60/hour",
    "contact-send": "10/hour",
    "ticket-begin": "20/hour",  # tickets a customer may open
    "ticket-send": "60/hour",  # messages a customer may add to tickets
    "method-setup": "20/hour",  # pages at providers where a customer may save a method
    "top-up": "30/hour",  # invoices for advance payments a customer may have issued
    "documents-archive": "20/hour",  # ZIPs of documents a customer may have made
    "documents-statement": "10/day",  # reconciliation statements a customer may ask for
    "documents-send": "20/day",  # mails with documents a customer may have sent to others
    "documents-send-address": "10/day",  # ... and that one address may get, whoever sends them
    "hook-mail-inbound": "120/minute",  # mails of the company without its secret, per sender
    # Messages of payment providers that were not proven, per sender; PayPal's own are asked about.
    **dict.fromkeys(
        [
            "hook-" + name
            for name in (
                "paypal paypal_nvp twocheckout sberbank yookassa simplepay simplepay_pro paymaster webmoney".split()
            )
        ],
        "120/minute",
    ),
    "visit": "120/minute",  # product pages that one address says it looks at
    "search": "60/minute",
    "search-suggest": "300/minute",  # while somebody types
    "help-vote": "30/hour",  # answers to "was this helpful?" per visitor
    "help-vote-page": "1/day",  # ... and per page; more are thanked for and not counted
}
