"""The one mail to a buyer who requested it and has not ordered: when it is due, and what it says.

The job enqueues what is due; the outbox may deliver it much later, when the mail company is back. Delivery therefore
looks the request up again: an order placed meanwhile has deleted it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import translation
from oscar.apps.basket.models import Basket, Line

from checkout.cart.cart import CartLine, read_cart
from checkout.models import CheckoutReminder
from checkout.reminders import services as reminders
from storefront.core import clock
from storefront.core.language import nearest_language
from storefront.notifications import delivery
from storefront.notifications.mails import Mail
from storefront.notifications.models import OutboxMessage
from storefront.notifications.outbox import enqueue
from storefront.notifications.previews import Draft

KIND = "mail.checkout-reminder"
BATCH = 100
#: Anybody can type anybody's address: it gets one such mail in this time, however many carts name it.
ONE_PER_ADDRESS = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutReminderMail(Mail):
    """The link back to a cart that was not ordered; ``lines`` say what is in it."""

    lines: Sequence[str]
    resume_url: str
    unsubscribe_url: str
    expires_at: datetime


def send_due() -> int:
    """Enqueue what is due: settings.CHECKOUT_REMINDER_HOURS after form and cart were last changed. Returns how many.

    One mail per cart, ever. Safe to run in many workers at once.
    """
    now = clock.now()
    return sum(_enqueue(pk, now) for pk in _due(now).order_by("changed_at").values_list("pk", flat=True)[:BATCH])


def deliver(message: OutboxMessage) -> None:
    """Send one row of kind ``mail.checkout-reminder``, unless the request is gone. Raises as ``delivery.send``."""
    for draft in drafts(message):
        delivery.send(draft.mail, to=draft.to, language=draft.language, row=message, key=draft.key)


def drafts(message: OutboxMessage) -> list[Draft]:
    """The mail that ``deliver`` would send now; none if the request is gone."""
    reminder = reminders.find(message.payload["wish"])
    lines = _lines(reminder) if reminder else []
    if reminder is None or not lines:
        return []
    mail = CheckoutReminderMail(
        name=str(reminder.draft.get("fields", {}).get("name", "")),
        lines=lines,
        resume_url=reminders.resume_url(reminder),
        unsubscribe_url=reminders.stop_url(reminder),
        expires_at=reminder.changed_at + reminders.KEPT_FOR,
    )
    return [Draft(mail=mail, to=reminder.email, language=reminder.language, key=message.key)]


def line_text(line: CartLine) -> str:
    """Product, license type, period and quantity of a line, in the active language."""
    price = line.plan_price
    text = f"{line.title}, {price.plan_name}, {price.period_name}" if price else line.title
    return f"{line.quantity} × {text}" if line.quantity > 1 else text


def _due(now: datetime) -> QuerySet[CheckoutReminder]:
    quiet_since = now - timedelta(hours=settings.CHECKOUT_REMINDER_HOURS)
    lines = Line.objects.filter(basket=OuterRef("basket"))
    mailed = CheckoutReminder.objects.filter(email=OuterRef("email"), sent_at__gt=now - ONE_PER_ADDRESS)
    return CheckoutReminder.objects.filter(
        Exists(lines),
        ~Exists(lines.filter(date_updated__gt=quiet_since)),
        ~Exists(mailed),
        sent_at=None,
        changed_at__lte=quiet_since,
        changed_at__gt=now - reminders.KEPT_FOR,
        basket__status=Basket.OPEN,
    )


@transaction.atomic
def _enqueue(pk: int, now: datetime) -> bool:
    """Only the worker whose UPDATE matches enqueues; a request that an order has just deleted matches none."""
    reminder = _due(now).filter(pk=pk).first()
    if reminder is None or not CheckoutReminder.objects.filter(pk=pk, sent_at=None).update(sent_at=now):
        return False
    key, payload = f"checkout-reminder:{reminder.basket_id}", {"wish": reminder.public_id}
    enqueue(kind=KIND, key=key, payload=payload, template="checkout_reminder", recipient=reminder.email)
    return True


def _lines(reminder: CheckoutReminder) -> list[str]:
    with translation.override(nearest_language(reminder.language)):
        return [line_text(line) for line in read_cart(reminder.basket).on_sale]
