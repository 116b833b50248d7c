"""The one mail to a buyer who has asked for it and has not ordered: when it is due, and what it says.

Two steps. The job hands what is due to the outbox; the outbox sends it, maybe much later, when the mail company is
back. So delivery looks at the wish once more: an order placed meanwhile has deleted it.
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
from checkout.reminders import links
from checkout.reminders import services as reminders
from storefront.core import clock
from storefront.core.language import nearest_language
from storefront.notifications import delivery
from storefront.notifications.mails import Mail
from storefront.notifications.models import OutboxMessage
from storefront.notifications.outbox import enqueue

KIND = "mail.checkout-reminder"
BATCH = 100
#: Anybody can type anybody's address: it gets one such mail in this time, whatever number of carts names it.
ONE_PER_ADDRESS = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutReminderMail(Mail):
    """The link back to a cart that was not ordered; ``lines`` say what is in it."""

    lines: Sequence[str]
    resume_url: str
    unsubscribe_url: str
    expires_at: datetime


def send_due() -> int:
    """Hand to the outbox what is due: settings.CHECKOUT_REMINDER_HOURS after form and cart were changed last.

    One mail per cart, ever. Safe to run in many workers at once. Returns how many.
    """
    now = clock.now()
    return sum(_hand_over(pk, now) for pk in _due(now).order_by("changed_at").values_list("pk", flat=True)[:BATCH])


def deliver(message: OutboxMessage) -> None:
    """Send one row of kind ``mail.checkout-reminder``, unless the wish is over by now. Raises as ``delivery.send``."""
    reminder = reminders.kept(message.payload["wish"])
    lines = _lines(reminder) if reminder else []
    if reminder is None or not lines:
        return
    mail = CheckoutReminderMail(
        name=str(reminder.draft.get("fields", {}).get("name", "")),
        lines=lines,
        resume_url=links.resume_url(reminder),
        unsubscribe_url=links.stop_url(reminder),
        expires_at=reminder.changed_at + reminders.KEPT_FOR,
    )
    delivery.send(mail, to=reminder.email, language=reminder.language, row=message, key=message.key)


def what_is_in(line: CartLine) -> str:
    """A line of the cart in one text, in the active language."""
    parts = [line.title, line.plan_price.plan_name, line.plan_price.period_name] if line.plan_price else [line.title]
    text = ", ".join(parts)
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
def _hand_over(pk: int, now: datetime) -> bool:
    """Of several workers the one whose UPDATE still matches; a wish that an order has just deleted matches none's."""
    reminder = _due(now).filter(pk=pk).first()
    if reminder is None or not CheckoutReminder.objects.filter(pk=pk, sent_at=None).update(sent_at=now):
        return False
    enqueue(kind=KIND, key=f"checkout-reminder:{reminder.basket_id}", payload={"wish": reminder.public_id})
    return True


def _lines(reminder: CheckoutReminder) -> list[str]:
    with translation.override(nearest_language(reminder.language)):
        return [what_is_in(line) for line in read_cart(reminder.basket).on_sale]
