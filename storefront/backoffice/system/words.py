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
    "refunds-follow": _("Follows refunds until they are done"),
    "documents-issue": _("Issues invoices, receipts, acts and other documents"),
    "invoices-remind": _("Reminds of unpaid orders"),
    "invoices-void": _("Voids orders that were not paid in time"),
    "licenses-ending": _("Tells customers that a license ends soon"),
    "checkout-remind": _("Mails buyers about carts they did not order"),
    "publish-scheduled": _("Publishes pages at their time"),
    "discounts": _("Publishes prices when a discount begins or ends"),
    "licenses-link": _("Links licenses that wait for their portal"),
    "licenses-restore": _("Ends suspensions at their time"),
    "portals-confirm": _("Asks portals again that did not answer"),
    "reconcile": _("Compares payments with the providers"),
    "reconcile-days": _("Compares days and payouts with the providers"),
    "payments-setup": _("Checks the set-up at the payment providers"),
    "search-refresh": _("Refreshes the search index of the site"),
    "numbers-sum-up": _("Sums up the visits of past days"),
    "clear-log-ins": _("Deletes old log-ins"),
    "clear-confirmations": _("Forgets which confirmations of staff are used up"),
    "clear-sessions": _("Deletes sessions that are over"),
    "clear-carts": _("Deletes old carts"),
    "clear-reminders": _("Deletes old requests for a reminder"),
    "clear-outbox": _("Deletes old messages"),
    "clear-exchanges": _("Deletes old requests to Bitrix24"),
    "clear-inbox": _("Deletes old webhooks"),
    "clear-ticket-files": _("Deletes files that belong to no ticket"),
    "ticket-alarms": _("Warns of tickets that are due"),
    "audit": _("Checks money and licenses for what must never be"),
}


def job(name: str) -> str:
    return str(JOBS.get(name, name))
