"""Data protection: what is held about customers, and how long each kind of data is kept."""

from typing import Any

from .site import env

#: What each room holds about customers (core.personal_data), those above before those below.
PERSONAL_DATA = [
    "cms.personal_data.ROOM",
    "storefront.support.personal_data.ROOM",
    "checkout.personal_data.ROOM",
    "storefront.licensing.personal_data.ROOM",
    "storefront.billing.personal_data.ROOM",
    "storefront.inbox.personal_data.ROOM",
    "storefront.notifications.personal_data.ROOM",
    # After what it logged is erased, before the account that it names.
    "storefront.backoffice.personal_data.ROOM",
    "storefront.users.personal_data.ROOM",
]
#: Days between a customer's wish to be erased and the erasure; until then they can withdraw it.
ERASURE_WAIT_DAYS = env.integer("ERASURE_WAIT_DAYS", default=14, at_least=0, at_most=28)

# --- How long ----------------------------------------------------------------------------------------------------
#: Days for which a copy of a customer's data can be fetched.
EXPORT_KEEP_DAYS = env.integer("EXPORT_KEEP_DAYS", default=7, at_least=1, at_most=30)
#: Days after which the outbox forgets what it sent, for kinds that differ from MAIL_KEEP_DAYS: e-mail addresses that
#: strangers typed into "forgotten password" are not kept for long, nor that of a customer who was erased.
MAIL_KEEP_DAYS = env.integer("MAIL_KEEP_DAYS", default=365, at_least=60)
OUTBOX_KEEP_DAYS = {
    "mail.farewell": 1, "mail.access": 30, "mail.invitation": 30, "bitrix24.push": 30, "pictures": 1,
}  # fmt: skip
#: Days after which the inbox forgets what it handled.
WEBHOOK_KEEP_DAYS = env.integer("WEBHOOK_KEEP_DAYS", default=90, at_least=30)
#: Requests to PayPal's classic interface and its answers; a refund may be asked for 180 days.
PAYPAL_REQUEST_KEEP_DAYS = env.integer("PAYPAL_REQUEST_KEEP_DAYS", default=365, at_least=180)
#: Log-ins and failed tries, which staff see at the customer, are kept for so many days.
LOGIN_KEEP_DAYS = env.integer("LOGIN_KEEP_DAYS", default=90, at_least=1, at_most=730)
#: Requests to Bitrix24 and their answers, masked. The market's rules want three days at least.
BITRIX24_LOG_DAYS = env.integer("BITRIX24_LOG_DAYS", default=3, at_least=3, at_most=90)
#: Tickets, with messages and files, after they were closed.
TICKET_KEEP_DAYS = env.integer("TICKET_KEEP_DAYS", default=1095, at_least=30)
#: Notes of staff about customers.
NOTE_KEEP_DAYS = env.integer("NOTE_KEEP_DAYS", default=1825, at_least=30)
#: The cart of a customer after its last change; it waits for them on any device.
CART_KEEP_DAYS = env.integer("CART_KEEP_DAYS", default=365, at_least=30, at_most=1095)
#: Files that buyers sent to show that they have paid, after they were decided about.
PROOF_KEEP_DAYS = env.integer("PROOF_KEEP_DAYS", default=365, at_least=30, at_most=3650)
#: Requests for refunds that were refused or taken back; by default for as long as a consumer may sue.
REFUND_REQUEST_KEEP_DAYS = env.integer("REFUND_REQUEST_KEEP_DAYS", default=1095, at_least=30, at_most=3650)
#: Years for which invoices and documents are kept; nothing of the shop deletes them.
RECORD_KEEP_YEARS = 10

_DAILY, _HOURLY = 24 * 3600, 3600
#: Every rule: who deletes, after how many days, how often that is looked at. Each is a job ``clear-<name>``; the page
#: 'How long data is kept' shows them all. ``setting``: what changes the days, "" where nothing does.
RETENTION: dict[str, dict[str, Any]] = {
    "sessions": {"call": "storefront.core.retention.clear_sessions", "days": 30},
    "log-ins": {
        "call": "storefront.backoffice.customers.log_ins.clear_old", "days": LOGIN_KEEP_DAYS,
        "setting": "LOGIN_KEEP_DAYS",
    },
    "outbox": {
        "call": "storefront.notifications.retention.clear_done", "days": MAIL_KEEP_DAYS, "setting": "MAIL_KEEP_DAYS",
    },
    "inbox": {
        "call": "storefront.inbox.retention.clear_done", "days": WEBHOOK_KEEP_DAYS, "setting": "WEBHOOK_KEEP_DAYS",
    },
    "tickets": {
        "call": "storefront.support.retention.clear_closed", "days": TICKET_KEEP_DAYS, "setting": "TICKET_KEEP_DAYS",
    },
    "ticket-files": {"call": "storefront.support.retention.clear_lost_files", "days": 1},
    "prints": {"call": "storefront.billing.documents.retention.clear_prints", "days": 7},
    "document-files": {"call": "storefront.billing.documents.retention.clear_lost_files", "days": 1},
    "payment-proofs": {
        "call": "storefront.billing.transfers.retention.clear_proofs", "days": PROOF_KEEP_DAYS,
        "setting": "PROOF_KEEP_DAYS",
    },
    "refund-requests": {
        "call": "storefront.billing.refund_retention.clear_refused", "days": REFUND_REQUEST_KEEP_DAYS,
        "setting": "REFUND_REQUEST_KEEP_DAYS",
    },
    "statement-files": {"call": "storefront.billing.bank_statements.retention.clear_files", "days": 400},
    "notes": {
        "call": "storefront.backoffice.customers.log_ins.clear_old_notes", "days": NOTE_KEEP_DAYS,
        "setting": "NOTE_KEEP_DAYS",
    },
    "carts": {
        "call": "checkout.cart.retention.clear_old_carts", "days": CART_KEEP_DAYS, "setting": "CART_KEEP_DAYS",
    },
    "reminders": {"call": "checkout.reminders.services.clear_old", "days": 7, "every": _HOURLY},
    "exports": {
        "call": "storefront.users.data_protection.exports.clear_old", "days": EXPORT_KEEP_DAYS,
        "setting": "EXPORT_KEEP_DAYS", "every": _HOURLY,
    },
    "exchanges": {
        "call": "storefront.licensing.retention.clear_exchanges", "days": BITRIX24_LOG_DAYS,
        "setting": "BITRIX24_LOG_DAYS", "every": 6 * _HOURLY,
    },
    "paypal-requests": {
        "call": "storefront.gateways.payments.paypal_nvp.retention.clear_requests", "days": PAYPAL_REQUEST_KEEP_DAYS,
        "setting": "PAYPAL_REQUEST_KEEP_DAYS",
    },
    "portal-addresses": {"call": "storefront.licensing.retention.clear_addresses", "days": 0},
    "confirmations": {"call": "storefront.backoffice.confirmations.clear_old", "days": 90},
}  # fmt: skip
CLEARING = {
    f"clear-{name}": {"call": rule["call"], "every": rule.get("every", _DAILY), "thread": "slow"}
    for name, rule in RETENTION.items()
}
