"""Money is booked whatever hangs beside it: mail, a portal, or hundreds of messages that strangers made up.

The worker's threads run on the schedule of the settings. Each control puts the same jobs into one thread, where the
money waits.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from storefront.billing.models import Invoice
from storefront.billing.services.starting import start as start_payment
from storefront.billing.states import InvoiceStatus
from storefront.core import worker_threads
from storefront.inbox.models import InboundEvent, InboundStatus
from storefront.inbox.receiving import MOST_OF_SENDER
from storefront.notifications import mails as letters
from tests.billing.building import make_invoice
from tests.billing.deliveries import deliver, events
from tests.hanging import Hanging

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

JOBS = ("inbox-unproven", "outbox", "outbox-portals", "inbox", "inbox-money", "payments-poll")
STRANGERS = 400


@pytest.fixture
def begin(settings: Any) -> Iterator[Callable[..., None]]:
    """Begin the threads of the settings, or (``in_one``) all their jobs in one thread."""
    stop, running = threading.Event(), []

    def begin_threads(*, in_one: bool = False) -> None:
        specs = {name: settings.JOBS[name] | ({"thread": "one"} if in_one else {}) for name in JOBS}
        running.extend(worker_threads.start(specs, stop=stop, idle=0.05))

    yield begin_threads
    stop.set()
    for thread in running:
        thread.join(60)


@pytest.fixture
def hanging() -> Iterator[Hanging]:
    with Hanging() as company:
        yield company


@pytest.fixture
def hanging_mail(hanging: Hanging, settings: Any) -> None:
    settings.EMAIL_BACKEND = "anymail.backends.postmark.EmailBackend"
    settings.ANYMAIL = {"POSTMARK_SERVER_TOKEN": "token", "POSTMARK_API_URL": f"{hanging.base_url}/"}
    settings.ANYMAIL_REQUESTS_TIMEOUT = 600
    notice = letters.AccountNotice(title="News", paragraphs=["Some."])
    letters.enqueue(notice, to="reader@example.com", language="en", key="hangs")


@pytest.fixture
def strangers(hanging: Hanging, client: Any, settings: Any) -> int:
    """Installations that nobody made, all from one address; the server that would say so hangs. How many were taken."""
    settings.BITRIX24_OAUTH_SERVERS = [hanging.base_url]
    return [knock(client, hanging, number) for number in range(STRANGERS)].count(200)


def knock(client: Any, server: Hanging, number: int, address: str = "203.0.113.7") -> int:
    member = f"{number:032x}"
    form = {
        "event": "ONAPPINSTALL",
        "ts": "1696527000",
        "auth[access_token]": f"{number:032x}",
        "auth[member_id]": member,
        "auth[domain]": "acme.bitrix24.com",
        "auth[server_endpoint]": f"{server.base_url}/rest/",
        "auth[application_token]": f"{number:032d}",
    }
    kind = "application/x-www-form-urlencoded"
    return int(client.post("/bitrix24/events/", urlencode(form), content_type=kind, REMOTE_ADDR=address).status_code)


def pay(client: Any, stripe: Any, customer: Any) -> Invoice:
    """The card is charged, and the provider says so."""
    payment = start_payment(invoice=make_invoice(customer), gateway_name="stripe")
    stripe.pay(payment.provider_reference)
    deliver(client, events(stripe, payment.provider_reference))
    return payment.invoice


def becomes_paid(invoice: Invoice, seconds: float = 120) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        invoice.refresh_from_db()
        if invoice.status == InvoiceStatus.PAID:
            return True
        time.sleep(0.02)
    return False


def test_money_is_booked_while_mail_hangs(
    begin: Any, hanging: Hanging, hanging_mail: None, client: Any, stripe: Any, customer: Any
) -> None:
    begin()
    assert hanging.asked.acquire(timeout=120)
    assert becomes_paid(pay(client, stripe, customer))
    assert not hanging.let_go.is_set()


def test_control_in_one_thread_money_waits_for_the_mail(
    begin: Any, hanging: Hanging, hanging_mail: None, client: Any, stripe: Any, customer: Any
) -> None:
    begin(in_one=True)
    assert hanging.asked.acquire(timeout=120)
    assert not becomes_paid(pay(client, stripe, customer), 0.5)


def test_money_is_booked_while_strangers_messages_wait_for_a_server_that_hangs(
    begin: Any, hanging: Hanging, strangers: int, client: Any, stripe: Any, customer: Any
) -> None:
    assert strangers == MOST_OF_SENDER
    begin()
    assert hanging.asked.acquire(timeout=120)
    assert becomes_paid(pay(client, stripe, customer))
    waiting = InboundEvent.objects.filter(is_proven=False, status=InboundStatus.RECEIVED)
    assert waiting.count() == strangers


def test_control_in_one_thread_money_waits_for_strangers(
    begin: Any, hanging: Hanging, strangers: int, client: Any, stripe: Any, customer: Any
) -> None:
    begin(in_one=True)
    assert hanging.asked.acquire(timeout=120)
    assert not becomes_paid(pay(client, stripe, customer), 0.5)
