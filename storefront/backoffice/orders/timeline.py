"""What happened to an order, invoice or payment, in words, the latest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from storefront.backoffice import history
from storefront.backoffice.money_desk.kinds import describe
from storefront.backoffice.orders.story import Story
from storefront.billing import gateway_registry, status
from storefront.billing.models import Invoice, ProviderAnswer
from storefront.billing.services.answers import REFUSED
from storefront.core import money
from storefront.gateways.payments.base import RemoteState
from storefront.notifications.models import OutboxMessage


@dataclass(frozen=True)
class Happening:
    """``what`` in words, ``detail`` a second line; ``instance``: the thing with a page of its own."""

    at: datetime
    what: str
    detail: str = ""
    code: str = ""
    instance: Any = None
    who: str = ""


def of(story: Story, invoices: Iterable[Invoice]) -> list[Happening]:
    """Everything that has a time, sorted."""
    found = [*_of_invoices(invoices), *_of_attempts(story), *_of_money(story), *_of_messages(story), *_of_acts(story)]
    return sorted(found, key=lambda each: each.at, reverse=True)


def _of_invoices(invoices: Iterable[Invoice]) -> Iterator[Happening]:
    for invoice in invoices:
        amount = money.display(invoice.amount, invoice.currency)
        yield Happening(invoice.issued_at, _("Invoice issued"), amount, invoice.number, invoice)
        if invoice.reminded_at:
            yield Happening(invoice.reminded_at, _("Reminded of the invoice"), "", invoice.number)
        if invoice.paid_at:
            yield Happening(invoice.paid_at, _("Invoice paid"), amount, invoice.number)
        if invoice.voided_at:
            yield Happening(invoice.voided_at, _("Invoice void"), invoice.void_reason, invoice.number)


def _of_attempts(story: Story) -> Iterator[Happening]:
    for attempt in story.attempts:
        name = gateway_registry.verbose_name(attempt.gateway)
        yield Happening(attempt.created_at, _("Attempt to pay begun"), name, str(attempt), attempt)
    for answer in story.answers:
        what, reason = answer_in_words(answer)
        yield Happening(answer.created_at, what, reason, answer.failure_code, answer.attempt)


def answer_in_words(answer: ProviderAnswer) -> tuple[str, str]:
    """What the provider said, and the reason of a refusal."""
    attempt = answer.attempt
    name = gateway_registry.verbose_name(attempt.gateway)
    reason = status.decline_in_words(attempt.gateway, answer.failure_code) if answer.failure_code else ""
    match answer.state:
        case RemoteState.OPEN:
            said = _("the payment page is open")
        case RemoteState.WAITING:
            said = _("the buyer was told how to pay elsewhere")
        case RemoteState.PROCESSING:
            said = _("the bank has not confirmed the payment yet")
        case RemoteState.SUCCEEDED:
            said, reason = _("paid"), answer.method_label
        case RemoteState.FAILED:
            said = _("not paid, and will not be")
        case RemoteState.EXPIRED:
            said = _("the payment page has closed")
        case state:
            said = _("refused to open the payment") if state == REFUSED else str(state)
    if answer.failure_code and answer.state == RemoteState.OPEN:
        said = _("the payment was declined; the page is open for another try")
    return _("%(provider)s: %(said)s") % {"provider": name, "said": said}, reason


def _of_money(story: Story) -> Iterator[Happening]:
    for payment in story.payments:
        amount = money.display(payment.amount, payment.currency)
        names = f"{payment.number}, {payment.reference}"
        yield Happening(payment.received_at, _("Money received"), amount, names, payment)
    for refund in story.refunds:
        amount = money.display(refund.amount, refund.payment.currency)
        who = refund.begun_by.get_full_name() or refund.begun_by.email if refund.begun_by else ""
        detail = f"{amount}, {refund.get_status_display()}"
        yield Happening(refund.created_at, _("Refund"), detail, refund.failure_code, refund, who)
    for dispute in story.disputes:
        amount = money.display(dispute.amount, dispute.currency)
        yield Happening(dispute.opened_at, _("Dispute opened by the buyer's bank"), amount, dispute.reason, dispute)


def _of_messages(story: Story) -> Iterator[Happening]:
    for event in story.events:
        state = str(event.get_status_display())
        yield Happening(event.received_at, _("Message of the provider"), state, event.summary, event)
    for mail in story.mails:
        yield _of_mail(mail)
    for consent in story.consents:
        name = f"{consent.name}, {consent.number}"
        yield Happening(consent.accepted_at, _("Agreement accepted"), name, consent.ip_address or "")
    for item in story.reviews:
        yield Happening(
            item.created_at, _("For review: %(matter)s") % {"matter": describe(item.kind).title}, item.told, "", item
        )


def _of_mail(mail: OutboxMessage) -> Happening:
    state = mail.get_delivery_status_display() if mail.delivery_status else mail.get_status_display()
    return Happening(mail.sent_at or mail.created_at, _("Mail"), str(state), mail.key.partition(":")[0], mail)


def _of_acts(story: Story) -> Iterator[Happening]:
    for entry in story.acts:
        who = entry.user.get_full_name() or entry.user.email if entry.user else ""
        lines = [*history.changes(entry.data), str(entry.data.get("reason", ""))]
        label = str(entry.formatter.label) if entry.formatter else str(entry.action)
        yield Happening(entry.timestamp, label, " · ".join(filter(None, lines)), who=who)
