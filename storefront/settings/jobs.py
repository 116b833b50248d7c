"""Messages in and out, and the worker's jobs."""

from typing import Any

from .data_protection import CLEARING
from .site import env

#: Who verifies and handles what arrives at /hooks/<source>/.
INBOX_SOURCES = {
    "stripe": "storefront.billing.webhooks.stripe_source",
    "twocheckout": "storefront.billing.webhooks.twocheckout_source",
    "sberbank": "storefront.billing.webhooks.sberbank_source",
    "simplepay": "storefront.billing.webhooks.simplepay_source",
    "simplepay_pro": "storefront.billing.webhooks.simplepay_pro_source",
    "webmoney": "storefront.billing.webhooks.webmoney_source",
    "paymaster": "storefront.billing.webhooks.paymaster_source",
    "paypal_nvp": "storefront.billing.unproven_webhooks.paypal_nvp_source",
    "paypal": "storefront.billing.webhooks.paypal_source",
    "yookassa": "storefront.billing.unproven_webhooks.yookassa_source",
    "bitrix24": "storefront.licensing.bitrix24.events.bitrix24_source",
    "mail": "storefront.inbox.mail.mail_source",
    "mail-inbound": "storefront.support.incoming.source.inbound_source",
}
#: Who delivers an outbox message, by its kind.
OUTBOX_HANDLERS = {
    "mail": "storefront.notifications.delivery.deliver",
    "mail.farewell": "storefront.notifications.delivery.deliver",
    "mail.access": "storefront.users.password_links.deliver",
    "mail.invitation": "storefront.users.invitations.deliver",
    "mail.checkout-reminder": "checkout.reminders.sending.deliver",
    "bitrix24.push": "storefront.licensing.bitrix24.push.deliver",
    "support.answer": "storefront.support.mails.deliver",
    "support.rating": "storefront.support.rating_requests.deliver",
    "pictures": "cms.renditions.deliver",
}
#: Who says what a mail whose text is made at the last moment would say now, by kind.
OUTBOX_DRAFTS = {
    "mail.access": "storefront.users.password_links.drafts",
    "mail.invitation": "storefront.users.invitations.drafts",
    "mail.checkout-reminder": "checkout.reminders.sending.drafts",
}
#: Sources whose messages are about money: they wait for nobody else's.
MONEY_SOURCES = ["stripe", "paypal", "twocheckout", "sberbank", "simplepay", "simplepay_pro", "webmoney"]
#: Jobs of one thread run one after the other, which works beside the others.
JOBS: dict[str, Any] = {
    "inbox-money": {
        "call": "storefront.inbox.processing.process_due",
        "options": {"only": MONEY_SOURCES, "is_proven": True},
        "every": 0.5,
        "thread": "money",
    },
    "inbox": {
        "call": "storefront.inbox.processing.process_due",
        "options": {"apart_from": MONEY_SOURCES, "is_proven": True},
        "every": 0.5,
        "thread": "portals",
    },
    "inbox-unproven": {
        "call": "storefront.inbox.processing.process_due",
        "options": {"is_proven": False},
        "every": 0.5,
        "thread": "strangers",
    },
    "outbox": {
        "call": "storefront.notifications.outbox.deliver_due",
        "options": {"apart_from": ["bitrix24.push", "pictures"]},
        "every": 0.5,
        "thread": "mail",
    },
    "outbox-portals": {
        "call": "storefront.notifications.outbox.deliver_due",
        "options": {"only": ["bitrix24.push"]},
        "every": 0.5,
        "thread": "portals",
    },
    "outbox-pictures": {
        "call": "storefront.notifications.outbox.deliver_due",
        "options": {"only": ["pictures"]},
        "every": 1,
        "thread": "pictures",
    },
    "documents-issue": {
        "call": "storefront.billing.documents.issuing.issue_due",
        "every": 1,
        "thread": "documents",
    },
    "papers-print": {
        "call": "storefront.billing.documents.print_runs.make_due",
        "every": 1,
        "thread": "documents",
    },
    "statements-fetch": {
        "call": "storefront.billing.bank_statements.services.folder.take_in_new",
        "every": 30,
        "thread": "statements",
    },
    "statements-import": {
        "call": "storefront.billing.bank_statements.services.importing.import_due",
        "every": 1,
        "thread": "statements",
    },
    "statements-match": {
        "call": "storefront.billing.bank_statements.services.automatic.match_open",
        "every": 600,
        "thread": "statements",
    },
    "acts-alarm": {"call": "storefront.billing.documents.alarms.sound", "every": 3600, "thread": "slow"},
    "payments-away": {"call": "storefront.billing.services.polling.probe_away", "every": 2, "thread": "probes"},
    "payments-poll": {"call": "storefront.billing.services.polling.poll_open_attempts", "every": 1, "thread": "polls"},
    "account-release": {
        "call": "storefront.billing.personal_account.paying.release_unused",
        "every": 30,
        "thread": "polls",
    },
    "methods-watch": {"call": "storefront.billing.saved_methods.setups.look_at_due", "every": 10, "thread": "polls"},
    "methods-forget": {
        "call": "storefront.billing.saved_methods.removing.forget_removed",
        "every": 20,
        "thread": "polls",
    },
    "auto-payments-plan": {
        "call": "checkout.auto_payments.planning.look_at_due",
        "every": 30,
        "thread": "renewals",
    },
    "auto-payments-charge": {
        "call": "checkout.auto_payments.running.run_due",
        "every": 10,
        "thread": "renewals",
    },
    "refunds-follow": {"call": "storefront.billing.services.refunds.follow_open", "every": 10, "thread": "polls"},
    "vat-ids-check": {"call": "storefront.billing.services.provisional_sales.follow", "every": 60, "thread": "slow"},
    "invoices-remind": {"call": "storefront.billing.services.dunning.remind_unpaid", "every": 900},
    "invoices-void": {"call": "storefront.billing.services.dunning.void_overdue", "every": 900, "thread": "slow"},
    "provisional-licenses": {
        "call": "storefront.billing.transfers.services.provisional.follow",
        "every": 300,
    },
    "renewals-plan": {"call": "storefront.licensing.subscriptions.planning.plan_all", "every": 60},
    "renewals": {"call": "checkout.renewals.worker.renew_due", "every": 2, "thread": "renewals"},
    "renewals-topped-up": {"call": "checkout.renewals.topped_up.try_again", "every": 60, "thread": "renewals"},
    "renewals-close": {"call": "checkout.renewals.closing.close_unwanted", "every": 30, "thread": "renewals"},
    "renewals-lapse": {"call": "storefront.licensing.subscriptions.lapsing.stop_lapsed", "every": 900},
    "cards-expiring": {"call": "checkout.renewals.expiring.tell", "every": 900},
    "licenses-ending": {"call": "storefront.licensing.services.renewals.send_ending_notices", "every": 900},
    "licenses-restore": {"call": "storefront.licensing.services.suspensions.end_due", "every": 60},
    "handovers-end": {"call": "storefront.licensing.services.handover_endings.end_due", "every": 300},
    "checkout-remind": {"call": "checkout.reminders.sending.send_due", "every": 60},
    "publish-scheduled": {"call": "cms.schedule.publish_due", "every": 20},
    "discounts": {"call": "catalogue.plans.schedule.publish_due", "every": 2},
    "licenses-link": {"call": "storefront.licensing.bitrix24.linking.link_waiting", "every": 60},
    "portals-confirm": {
        "call": "storefront.licensing.bitrix24.confirmation.ask_again",
        "every": 10,
        "thread": "strangers",
    },
    "reconcile": {"call": "storefront.billing.services.reconcile.reconcile", "every": 24 * 3600, "thread": "slow"},
    "reconcile-days": {
        "call": "storefront.billing.services.reconcile_days.reconcile_days",
        "every": 24 * 3600,
        "thread": "slow",
    },
    "payments-setup": {"call": "storefront.billing.services.setup.check_all", "every": 24 * 3600, "thread": "slow"},
    "search-refresh": {"call": "cms.search.documents.refresh_all", "every": 24 * 3600, "thread": "slow"},
    "ticket-alarms": {"call": "storefront.support.services.alarms.sound", "every": 60},
    "numbers-sum-up": {"call": "cms.statistics.rollup.roll_up", "every": 900},
    "data-export": {"call": "storefront.users.data_protection.exports.make_due", "every": 10, "thread": "slow"},
    "data-erase": {"call": "storefront.users.data_protection.erasures.erase_due", "every": 20, "thread": "slow"},
    **CLEARING,
    "audit": {"call": "storefront.core.audit.run_nightly", "every": 24 * 3600, "thread": "slow"},
}
#: Functions that yield findings; each must find nothing.
AUDIT_CHECKS = [
    "storefront.billing.audit.checks",
    "storefront.billing.personal_account.audit.checks",
    "storefront.billing.auto_top_ups.audit.checks",
    "storefront.licensing.audit.checks",
    "storefront.licensing.subscriptions.audit.checks",
    "storefront.inbox.audit.checks",
    "storefront.notifications.audit.checks",
    "catalogue.plans.audit.checks",
    "checkout.audit.checks",
    "storefront.backoffice.search.audit.checks",
]
#: Who says what a document of a kind says, for kinds that billing does not know the sources of.
DOCUMENT_BUILDERS = {"contract": "checkout.orders.contracts.contract"}
#: Functions that say what keeps an open invoice from being paid, whoever pays it and with what.
PAYMENT_BARRIERS = ["checkout.orders.consents.problem"]
#: What the page Health, ``manage.py doctor`` and ``/readyz/`` look at (``core.doctor``).
HEALTH_CHECKS: dict[str, Any] = {
    "database": {
        "call": "storefront.core.health_checks.stores.database", "decides_readiness": True, "needs_database": False,
    },
    "migrations": {"call": "storefront.core.health_checks.stores.migrations", "decides_readiness": True},
    "cache": {
        "call": "storefront.core.health_checks.stores.shared_cache", "decides_readiness": True,
        "needs_database": False,
    },
    "disk": {"call": "storefront.core.health_checks.stores.disk", "needs_database": False},
    "clock": {"call": "storefront.core.health_checks.running.clocks"},
    "worker": {"call": "storefront.core.health_checks.running.worker"},
    "mail": {"call": "storefront.notifications.health.mails"},
    "webhooks": {"call": "storefront.inbox.health.webhooks"},
    "payments": {"call": "storefront.billing.health.attempts"},
    "methods": {"call": "storefront.billing.health.methods"},
    "second_persons": {"call": "storefront.users.health.second_persons"},
    "bitrix24": {"call": "storefront.licensing.health.applications"},
    "versions": {"call": "storefront.core.health_checks.running.versions", "needs_database": False},
    "providers": {"call": "storefront.billing.health.providers", "asks_others": True},
}  # fmt: skip
#: Who is told when it finds something.
AUDIT_NOTICE = "storefront.notifications.mails.staff_notice"

# --- Waiting -----------------------------------------------------------------------------------------------------
#: Seconds that all calls to outside companies take together while a visitor waits; at most half of a process's threads
#: do so at a time.
WEB_PATIENCE_SECONDS = 8.0
WEB_THREADS = env.integer("WEB_THREADS", default=4, at_least=1, at_most=64)
