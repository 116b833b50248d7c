"""The jobs in words: what each does. A job without words is shown by its name."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

JOBS: dict[str, str | Promise] = {
    "inbox-money": _("Handles webhooks about payments"),
    "inbox": _("Handles webhooks of portals and of the mail company"),
    "inbox-unproven": _("Handles webhooks whose origin must be asked first"),
    "outbox": _("Sends mails"),
    "outbox-portals": _("Sends news to portals"),
    "outbox-pictures": _("Makes pictures of pages"),
    "payments-away": _("Asks payment providers that did not answer"),
    "payments-poll": _("Asks the providers about open payments"),
    "methods-watch": _("Asks what became of pages where customers save a payment method"),
    "methods-forget": _("Has providers forget payment methods that were removed"),
    "refunds-follow": _("Follows refunds until they are done"),
    "documents-issue": _("Issues invoices, receipts, acts and other documents"),
    "papers-print": _("Makes paper copies into one file for printing"),
    "statements-fetch": _("Takes bank statements from the watched folder"),
    "statements-import": _("Reads bank statements and books what is certain"),
    "statements-match": _("Looks again which invoices statement lines may pay"),
    "acts-alarm": _("Warns of acts that are due"),
    "account-release": _("Frees money of personal accounts that no charge needs any more"),
    "auto-payments-plan": _("Works out which personal accounts auto payment must fill, and plans the charges"),
    "auto-payments-charge": _("Announces and makes the charges of auto payment"),
    "invoices-remind": _("Reminds of unpaid orders"),
    "invoices-void": _("Voids orders that were not paid in time"),
    "renewals-plan": _("Plans which licenses renew by themselves, and when"),
    "renewals": _("Announces renewals, orders and charges them"),
    "renewals-topped-up": _("Tries renewals again that the personal account can pay now"),
    "renewals-close": _("Voids invoices of renewals that are wanted no more"),
    "renewals-lapse": _("Ends renewing where the license has ended meanwhile"),
    "cards-expiring": _("Tells customers of cards that expire before a renewal"),
    "licenses-ending": _("Tells customers that a license ends soon"),
    "checkout-remind": _("Mails buyers about carts they did not order"),
    "publish-scheduled": _("Publishes pages at their time"),
    "discounts": _("Publishes prices when a discount begins or ends"),
    "licenses-link": _("Links licenses that wait for their portal"),
    "provisional-licenses": _("Ends provisional licenses whose money never came, and warns before"),
    "licenses-restore": _("Ends suspensions at their time"),
    "handovers-end": _("Ends offers of licenses that nobody answered"),
    "portals-confirm": _("Asks portals again that did not answer"),
    "reconcile": _("Compares payments with the providers"),
    "vat-ids-check": _("Asks VIES again about VAT IDs that it could not confirm"),
    "reconcile-days": _("Compares days and payouts with the providers"),
    "payments-setup": _("Checks the set-up at the payment providers"),
    "search-refresh": _("Refreshes the search index of the site"),
    "numbers-sum-up": _("Sums up the visits of past days"),
    "data-export": _("Makes copies of customers' data"),
    "data-erase": _("Erases customers who asked for it"),
    "clear-exports": _("Deletes old copies of customers' data"),
    "clear-tickets": _("Deletes tickets closed long ago"),
    "clear-refund-requests": _("Deletes old requests for refunds that were refused or taken back"),
    "clear-payment-proofs": _("Deletes old files that buyers sent to show a payment"),
    "clear-notes": _("Deletes old notes of staff"),
    "clear-portal-addresses": _("Forgets portals of erased customers"),
    "clear-log-ins": _("Deletes old log-ins"),
    "clear-confirmations": _("Forgets which confirmations of staff are used up"),
    "clear-sessions": _("Deletes sessions that are over"),
    "clear-carts": _("Deletes old carts"),
    "clear-reminders": _("Deletes old requests for a reminder"),
    "clear-outbox": _("Deletes old messages"),
    "clear-exchanges": _("Deletes old requests to Bitrix24"),
    "clear-inbox": _("Deletes old webhooks"),
    "clear-ticket-files": _("Deletes files that belong to no ticket"),
    "clear-prints": _("Deletes old files for printing"),
    "clear-document-files": _("Deletes files that belong to no document"),
    "clear-statement-files": _("Deletes old files of bank statements"),
    "ticket-alarms": _("Warns of tickets that are due"),
    "audit": _("Checks money and licenses for what must never be"),
}


#: What a rule of settings.RETENTION is about, and from when its days count.
RETENTION: dict[str, str | Promise] = {
    "sessions": _("Sessions, after they were last used"),
    "log-ins": _("Log-ins and failed tries, with addresses and devices"),
    "outbox": _("Mails with their texts, after they were sent; those with log-in links 30 days"),
    "inbox": _("Webhooks, after they arrived; what they say goes when they are handled"),
    "tickets": _("Tickets with messages and files, after they were closed"),
    "ticket-files": _("Files that belong to no ticket"),
    "prints": _("Paper copies made into one file for printing"),
    "statement-files": _("Files of bank statements, after they were imported"),
    "document-files": _("Files that belong to no document"),
    "refund-requests": _("Requests for refunds, after they were refused or taken back"),
    "payment-proofs": _("Files that buyers sent to show a payment, after they were decided about"),
    "notes": _("Notes of staff about customers"),
    "carts": _("Carts of customers, after they were last changed; those of visitors 60 days"),
    "reminders": _("What was typed at the checkout, for the link to a cart"),
    "exports": _("Copies of customers' data, after they were made"),
    "exchanges": _("Requests to Bitrix24 and their answers, masked"),
    "paypal-requests": _("Requests to PayPal (classic) and its answers, without credentials and buyers"),
    "portal-addresses": _("Portal addresses of erased customers, after their licenses ended"),
    "confirmations": _("Confirmations of staff, so that each counts once"),
}


def rule(name: str) -> str:
    return str(RETENTION.get(name, name))


def job(name: str) -> str:
    return str(JOBS.get(name, name))
