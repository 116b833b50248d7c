"""Messages in words: which mail it is, what else the outbox sends, who sends webhooks."""

from __future__ import annotations

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from storefront.inbox.labels import source
from storefront.inbox.models import InboundEvent
from storefront.notifications.models import OutboxMessage, OutboxStatus

Words = dict[str, str | Promise]

#: By the name of the folder in templates/email.
MAILS: Words = {
    "access": _("How to log in"),
    "account_notice": _("Notice about the account"),
    "account_topped_up": _("Personal account topped up"),
    "auto_payment_cap_reached": _("Auto payment: the cap is reached"),
    "auto_payment_charged": _("Auto payment: receipt of a charge"),
    "auto_payment_failed": _("Auto payment: charge refused"),
    "auto_payment_invoice": _("Auto payment: invoice to be paid"),
    "auto_payment_notice": _("Auto payment: notice before a charge"),
    "auto_payment_off": _("Auto payment turned off"),
    "booking_undone": _("Booking of a transfer undone"),
    "card_expiring": _("Card expires before a renewal"),
    "checkout_reminder": _("Cart that was not ordered"),
    "confirm_email": _("Confirm an e-mail address"),
    "conversation_answer": _("Answer in a conversation"),
    "data_ready": _("Copy of the data is ready"),
    "document_forwarded": _("Document sent to somebody by its customer"),
    "document_issued": _("Document issued"),
    "due_day_extended": _("More time to pay"),
    "erased": _("Account erased"),
    "erasure_asked": _("Erasure asked for"),
    "erasure_put_off": _("Erasure put off"),
    "erasure_withdrawn": _("Erasure withdrawn"),
    "handover_failed": _("Offer of a license came to nothing"),
    "handover_offered": _("Offer of a license to its new holder"),
    "handover_refused": _("Offered license refused"),
    "invitation": _("Invitation to become staff"),
    "invoice_replaced": _("Invoice replaced"),
    "late_payment": _("Late payment arrived"),
    "license_changed": _("License changed by staff"),
    "license_ending": _("License ends soon"),
    "license_extended": _("License extended by somebody else"),
    "license_handed_over": _("License handed over"),
    "license_linked": _("License works in its portal"),
    "license_not_linked": _("License could not be linked"),
    "order_placed": _("Order placed"),
    "order_prepared": _("Order prepared by staff"),
    "order_voided": _("Order void"),
    "overpaid": _("More paid than was due"),
    "paper_posted": _("Paper copy posted"),
    "part_paid": _("Part of the price arrived"),
    "password_reset": _("New password"),
    "pay_link_sent": _("Pay link sent to whoever pays"),
    "payment_awaited": _("Payment awaited"),
    "payment_failed": _("Payment failed"),
    "payment_received": _("Payment received"),
    "proof_refused": _("Payment proof refused"),
    "provisional_ended": _("Provisional license ended"),
    "provisional_ending": _("Provisional license ends soon"),
    "provisional_given": _("Provisional license given"),
    "refund_decided": _("Refund decided"),
    "refund_asked": _("Refund asked for"),
    "withdrawal_link": _("Link to withdraw from a contract"),
    "refund_answered": _("Answer to a refund that was asked for"),
    "refund_made": _("Refund made"),
    "renewal_coming": _("Notice of a renewal"),
    "renewal_failed": _("Renewal refused"),
    "renewal_given_up": _("Last try of a renewal refused"),
    "renewal_made": _("Renewed"),
    "renewal_needs_consent": _("Renewal above the agreed price"),
    "renewal_skipped": _("Renewal skipped"),
    "staff_notice": _("Notice to staff"),
    "subscription_off": _("Renewal by itself turned off"),
    "subscription_on": _("Renewal by itself turned on"),
    "ticket_closed": _("Ticket closed"),
    "ticket_received": _("Ticket received"),
    "transfer_returned": _("Transfer taken back by the bank"),
    "unpaid_reminder": _("Order is still unpaid"),
}
#: Kinds of the outbox that are no mails.
OTHERS: Words = {
    "bitrix24.push": _("News for a portal"),
    "pictures": _("Pictures of a page to make"),
    "support.answer": _("Answer to look after"),
}


def what(message: OutboxMessage) -> str:
    """Which message it is: "Order placed"; its technical name where there are no words for it."""
    name = message.template or message.kind
    return str(MAILS.get(message.template) or OTHERS.get(message.kind) or name.replace("_", " "))


def state(message: OutboxMessage | InboundEvent) -> str:
    """Where it stands, in a word or two."""
    return str(_("Withheld")) if message.status == OutboxStatus.WITHHELD else message.get_status_display()


def mail_choices() -> list[tuple[str, str]]:
    return sorted(((name, str(label)) for name, label in MAILS.items()), key=lambda choice: choice[1])


def kind_choices() -> list[tuple[str, str]]:
    return [(name, str(label)) for name, label in OTHERS.items()]


def source_choices() -> list[tuple[str, str]]:
    return [(name, source(name)) for name in settings.INBOX_SOURCES]
