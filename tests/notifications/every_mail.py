"""One example of every mail of the shop."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings

from checkout.orders.mails import OrderPrepared
from checkout.reminders.sending import CheckoutReminderMail
from storefront.billing.auto_top_ups.mails import (
    AutoPaymentCapReached,
    AutoPaymentCharged,
    AutoPaymentFailed,
    AutoPaymentInvoice,
    AutoPaymentNotice,
    AutoPaymentOff,
)
from storefront.billing.documents.mails import DocumentIssued, PaperPosted
from storefront.billing.documents.sending import DocumentForwarded
from storefront.billing.mails import DueDayExtended, InvoiceReplaced, PayLinkSent
from storefront.billing.part_mails import Overpaid, PartPaid
from storefront.billing.refund_mails import RefundDecided, RefundMade
from storefront.billing.refund_request_mails import RefundAnswered, RefundAsked, WithdrawalLink
from storefront.billing.transfers.mails import (
    AnotherInvoice,
    BookingUndone,
    ProofRefused,
    ProvisionalEnded,
    ProvisionalEnding,
    ProvisionalGiven,
    TransferReturned,
)
from storefront.licensing.handover_mails import HandoverFailed, HandoverOffered, HandoverRefused, LicenseHandedOver
from storefront.licensing.mails import LicenseChanged
from storefront.licensing.subscription_mails import (
    CardExpiring,
    RenewalComing,
    RenewalFailed,
    RenewalGivenUp,
    RenewalMade,
    RenewalNeedsConsent,
    RenewalSkipped,
    SubscriptionOff,
    SubscriptionOn,
)
from storefront.notifications import mails
from storefront.support.mails import ConversationAnswer, TicketReceived
from storefront.support.rating_requests import TicketClosed
from storefront.users import invitations, password_links
from storefront.users.data_protection import mails as data_mails

DAY = datetime(2026, 3, 5, 12, tzinfo=UTC)
NAME = {"name": "Ada Buyer"}
LINES = [
    mails.MailLine(description="Yeastar S-series module, Standard, 12 months", quantity=2, amount=Decimal("192.00"))
]
ORDER: dict[str, Any] = {**NAME, "order_number": "SO-7K3M-9QXD", "currency": "EUR"}
BOUGHT: dict[str, Any] = {**ORDER, "lines": LINES, "total": Decimal("192.00")}
PAY: dict[str, Any] = {"pay_url": "http://testserver/pay/token.sig/", "void_on": DAY}
TAXES: dict[str, Any] = {
    "tax_rows": [mails.MailTax(name="VAT 20%", amount=Decimal("32.00"))], "tax_note": "Exempt from VAT",
}  # fmt: skip
LICENSE: dict[str, Any] = {
    **NAME, "license_number": "L-7K3M", "product": "Yeastar S-series module", "plan": "Standard",
    "account_url": "http://testserver/account/licenses/x/",
}  # fmt: skip
PORTAL: dict[str, Any] = {"portal_address": "acme.bitrix24.com"}
RENEWS: dict[str, Any] = {
    **LICENSE, **PORTAL, "methods_url": "http://testserver/account/methods/", "stop_url": "http://testserver/stop/t/",
}  # fmt: skip
CHARGE: dict[str, Any] = {
    **RENEWS, "currency": "EUR", "amount": Decimal("192.00"), "months": 12, "method": "Visa •••• 4242",
    "fallback": "",
}  # fmt: skip
REFUSED: dict[str, Any] = {
    **CHARGE, "reason": "There is not enough money on the card.", "valid_until": DAY, "works_until": DAY,
    "pay_url": "http://testserver/pay/t/",
}  # fmt: skip
INFO = mails.MailLicense(
    number="L-7K3M", product="Yeastar S-series module", plan="Standard", valid_until=DAY,
    state_text="Linked to acme.bitrix24.com",
)  # fmt: skip
_UNPAID: dict[str, Any] = {
    **NAME, "order_number": "SO-7K3M-9QXD", "invoice_number": "INV-2026-00001", "pay_url": "http://testserver/pay/t/",
}  # fmt: skip
_OTHERS = [
    AnotherInvoice(
        order_number="SO-7K3M-9QXE", invoice_number="INV-2026-00002", pay_url="http://testserver/pay/u/", due_at=DAY,
        until=DAY,
    ),
    AnotherInvoice(
        order_number="INV-2026-00003", invoice_number="INV-2026-00003", pay_url="http://testserver/pay/v/", due_at=DAY
    ),
]  # fmt: skip
_LINK = "http://testserver/account/password/reset/key/uid-key/"
_AUTO_PAGE = "http://testserver/account/auto-payment/"
AUTO: dict[str, Any] = {
    **NAME, "currency": "EUR", "amount": Decimal("34.20"), "method": "Visa •••• 4242",
    "lines": [mails.MailLine(description="Renewal of Yeastar", quantity=1, amount=Decimal("35.20"))],
}  # fmt: skip
_EXAMPLES: list[mails.Mail] = [
    DocumentIssued(
        **NAME, title="Act of transfer of rights", number="ACT-2026-000042", order_number="SO-7K3M-9QXD",
        account_url="http://testserver/account/",
    ),
    PaperPosted(
        **NAME, title="Act of transfer of rights", number="ACT-2026-000042", address="1 Harbour Street, London",
        track_number="RB123456785GB",
    ),
    mails.OrderPlaced(**BOUGHT, **PAY, **PORTAL, **TAXES, early_start="Begin at once."),
    mails.UnpaidReminder(**BOUGHT, **PAY, **PORTAL),
    mails.UnpaidReminder(**BOUGHT, **PAY, received=Decimal("100.00"), due=Decimal("92.00")),
    OrderPrepared(**BOUGHT, **PAY, **PORTAL),
    DueDayExtended(**BOUGHT, **PAY),
    InvoiceReplaced(**BOUGHT, **PAY, payer="Acme GmbH", invoice_number="INV-2026-00002", old_number="INV-2026-00001"),
    PayLinkSent(**BOUGHT | {"name": ""}, **PAY, sender="Ada Buyer", invoice_number="INV-2026-00001"),
    HandoverOffered(**LICENSE | {"name": ""}, holder="Ada Buyer", answer_url="http://testserver/h/", expires_at=DAY),
    HandoverRefused(**LICENSE, email="new@example.com"),
    HandoverFailed(**LICENSE, email="new@example.com", cause="expired"),
    HandoverFailed(**LICENSE, email="new@example.com", cause="returned"),
    HandoverFailed(**LICENSE, email="new@example.com", cause="impossible", reason="Enter another address."),
    LicenseHandedOver(**LICENSE, is_receiver=True, email="new@example.com"),
    mails.OrderVoided(**BOUGHT),
    mails.PaymentReceived(
        **BOUGHT, invoice_number="INV-2026-00001", is_free=False, licenses=[INFO], account_url="http://testserver/a/",
        early_start="Begin at once.",
    ),
    mails.PaymentAwaited(
        **ORDER, invoice_number="INV-2026-00001", total=Decimal("192.00"), method="Multibanco",
        details=[{"label": "Reference", "value": "123 456 789"}], pay_until=DAY,
        voucher_url="https://payments.stripe.test/voucher/1", pay_url="http://testserver/pay/t/",
    ),
    mails.PaymentFailed(**BOUGHT, reason="It was not paid in time.", pay_url="http://testserver/pay/t/", void_on=DAY),
    mails.AccountToppedUp(
        **ORDER, payment_number="PAY-000042", invoice_number="INV-2026-00001", amount=Decimal("192.00"), account_url="http://testserver/a/"
    ),
    ProofRefused(**_UNPAID, file_name="order.pdf", reason="It is another company's payment order."),
    ProvisionalGiven(**_UNPAID, until=DAY),
    ProvisionalEnding(**_UNPAID, until=DAY),
    ProvisionalEnded(**_UNPAID),
    TransferReturned(**_UNPAID),
    TransferReturned(**_UNPAID, others=_OTHERS),
    BookingUndone(**_UNPAID, due_at=DAY, until=None),
    BookingUndone(**_UNPAID, due_at=DAY, until=DAY),
    BookingUndone(**_UNPAID, due_at=DAY, until=None, others=_OTHERS),
    PartPaid(
        **ORDER, **PAY, payment_number="PAY-000042", invoice_number="INV-2026-00001", amount=Decimal("100.00"),
        due=Decimal("92.00"), total=Decimal("192.00"), account_url="http://testserver/a/",
    ),
    Overpaid(
        **ORDER, payment_number="PAY-000042", invoice_number="INV-2026-00001", amount=Decimal("200.00"),
        rest=Decimal("8.00"), account_url="http://testserver/a/",
    ),
    mails.LatePayment(
        **ORDER, payment_number="PAY-000042", invoice_number="INV-2026-00001", amount=Decimal("192.00"), account_url="http://testserver/a/"
    ),
    RefundMade(
        **ORDER, invoice_number="INV-2026-00001", amount=Decimal("96.00"), method="visa •••• 4242",
        effects=["License L-7K3M ends."], account_url="http://testserver/a/",
    ),
    RefundAsked(
        **NAME, order_number="SO-7K3M-9QXD", invoice_number="INV-2026-00001", lines=["Yeastar, Standard"],
        is_withdrawal=True, asked_at=DAY, reason="I have paid twice", text="Please.",
        page_url="http://testserver/account/refunds/x/",
    ),
    WithdrawalLink(
        **NAME, order_number="SO-7K3M-9QXD", invoice_number="INV-2026-00001", withdraw_url="http://testserver/w/t/"
    ),
    RefundAnswered(
        **ORDER, invoice_number="INV-2026-00001", outcome="changed", amount=Decimal("96.00"), answer="As agreed.",
        page_url="http://testserver/account/refunds/x/",
    ),
    RefundDecided(
        **NAME, currency="EUR", amount=Decimal("96.00"), invoice_number="INV-2026-00001", is_approved=False,
        decided_by="Olga Owner", reason="Agreed otherwise", page_url="http://testserver/admin/refunds/1/",
    ),
    mails.LicenseLinked(**LICENSE, **PORTAL, valid_until=DAY),
    mails.LicenseNotLinked(**LICENSE, **PORTAL, problem="portal_taken"),
    mails.LicenseExtended(**LICENSE, valid_until=DAY),
    LicenseChanged(**LICENSE, **PORTAL, change="extended", is_active=True, valid_until=DAY),
    mails.LicenseEnding(
        **LICENSE, **PORTAL, valid_until=DAY, days=7, extend_url="http://testserver/basket/extend/t/"
    ),
    SubscriptionOn(**CHARGE, text="Renew my license every 12 months.", renews_at=DAY),
    RenewalComing(
        **CHARGE, days=7, renews_at=DAY, old_amount=Decimal("180.00"), change="The discount has ended."
    ),
    RenewalMade(
        **BOUGHT, invoice_number="INV-2026-00001", is_free=False, licenses=[INFO], account_url="http://testserver/a/",
        product="Yeastar S-series module", license_number="L-7K3M", method="Visa •••• 4242", valid_until=DAY,
        next_at=DAY, manage_url="http://testserver/l/", stop_url="http://testserver/stop/t/",
    ),
    RenewalFailed(**REFUSED, next_try_at=DAY),
    RenewalGivenUp(**REFUSED),
    RenewalNeedsConsent(**CHARGE, agreed=Decimal("180.00"), renews_at=DAY),
    RenewalSkipped(**RENEWS, skipped_at=DAY, works_until=DAY, next_at=None),
    CardExpiring(**CHARGE, expires_on=DAY.date(), renews_at=DAY),
    SubscriptionOff(**RENEWS, stopped_by="customer", valid_until=DAY),
    CheckoutReminderMail(
        **NAME, lines=["2 × Yeastar"], resume_url="http://testserver/r/", unsubscribe_url="http://testserver/u/",
        expires_at=DAY,
    ),
    password_links.Access(
        **NAME, login="buyer@example.com", login_url="http://testserver/login/", password_url=_LINK, expires_at=DAY,
        is_staff=False,
    ),
    password_links.PasswordReset(**NAME, login="buyer@example.com", password_url=_LINK, expires_at=DAY),
    invitations.Invitation(**NAME, inviter="Olga Owner", accept_url=_LINK, expires_at=DAY),
    password_links.ConfirmEmail(**NAME, login="buyer@example.com", confirm_url="http://testserver/c/", expires_at=DAY),
    ConversationAnswer(
        **NAME, title="", question=mails.text_lines("Does it work\nwith S50?"),
        answers=[mails.text_lines("Yes.\n\nSee " + "x" * 3000)], conversation_url="http://testserver/support/open/t/",
    ),
    TicketReceived(
        **NAME, ticket_number="T-7K3M-9QXD", title="Receipt", question=mails.text_lines("I have paid.\nSee the file."),
        files=["receipt.pdf"], conversation_url="http://testserver/support/open/t/", may_reply=True,
    ),
    TicketClosed(
        **NAME, ticket_number="T-7K3M-9QXD", title="Receipt", rating_url="http://testserver/support/rate/t/",
        conversation_url="http://testserver/support/open/t/",
    ),
    DocumentForwarded(
        kind="Invoice", number="INV-2026-00001", day=DAY.date(), total=Decimal("192.00"), currency="EUR",
        seller="Northbridge Software Ltd", sender="ada@example.com",
    ),
    data_mails.DataReady(**NAME, data_url="http://testserver/account/data/", expires_at=DAY),
    data_mails.ErasureAsked(
        **NAME, login="buyer@example.com", due_at=DAY, withdraw_url="http://testserver/w/t/", is_by_staff=False
    ),
    data_mails.ErasureWithdrawn(**NAME, login="buyer@example.com"),
    data_mails.ErasurePutOff(**NAME, problem="Invoice INV-2026-00001 is being paid."),
    data_mails.Erased(**NAME, number=1042),
    AutoPaymentNotice(
        **AUTO, day="8 March 2026", cap=Decimal("100.00"), spendable=Decimal("1.00"), is_capped=True,
        charge_url="http://testserver/auto-payment/t/",
    ),
    AutoPaymentInvoice(**AUTO, **PAY, invoice_number="INV-2026-00001", page_url=_AUTO_PAGE),
    AutoPaymentCharged(
        **AUTO, invoice_number="INV-2026-00001", page_url=_AUTO_PAGE, charge_url="http://testserver/auto-payment/t/"
    ),
    AutoPaymentFailed(
        **AUTO, invoice_number="INV-2026-00001", reason="There is not enough money on the card.",
        again_on="8 March 2026", pay_url="http://testserver/pay/t/", page_url=_AUTO_PAGE,
    ),
    AutoPaymentCapReached(
        **AUTO, cap=Decimal("100.00"), day="1 April 2026", page_url=_AUTO_PAGE,
        funds_url="http://testserver/account/funds/",
    ),
    AutoPaymentOff(**NAME, currency="EUR", by="method", page_url=_AUTO_PAGE),
    mails.StaffNotice(title="A payment waits for review", paragraphs=["Payment 7.", "Please look."]),
    mails.AccountNotice(title="Password changed", paragraphs=["One.", "Two."]),
]  # fmt: skip
#: By template.
EVERY = {mail.template: mail for mail in _EXAMPLES}


def enqueue(
    mail_name: str = "order_placed", /, *, key: str = "order:1", to: str = "", language: str = "", **changes: Any
) -> None:
    """Put the example of this template into the outbox, with fields changed."""
    to = to or (settings.STAFF_EMAIL if mail_name == "staff_notice" else "buyer@example.com")
    mails.enqueue(replace(EVERY[mail_name], **changes), to=to, language=language or "en", key=key)
