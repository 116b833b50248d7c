"""A customer who left something in every room, and where it is found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client

from storefront.backoffice import history
from storefront.backoffice.models import StaffNote
from storefront.billing.models import Invoice
from storefront.billing.services import reviews
from storefront.core import clock
from storefront.inbox.models import InboundEvent, InboundStatus
from storefront.notifications import addresses, mails
from storefront.support.models import HeldMail, InternalNote
from storefront.support.services import conversations
from storefront.support.services.files import CheckedFile, attach
from storefront.users.data_protection import erasures
from storefront.users.models import User
from tests import purchases
from tests.billing.documents.building import make_document
from tests.checkout.building import order_by, put_in_cart
from tests.factories import PASSWORD

NAME, EMAIL, PHONE = "Zebulon Quillfeather", "zebulon@quillfeather.example", "+44 20 7946 0991"
COMPANY, PORTAL = "Quillfeather Ltd", "quillfeather.bitrix24.com"
#: What must not be found afterwards.
WORDS = ("quillfeather", "zebulon", "7946 0991", "442079460991")
TYPED = {"name": NAME, "company": COMPANY, "phone": PHONE, "email": EMAIL, "bitrix24_address": PORTAL}


def customer_with_everything(shop: Any, stripe: Any, staff: Any) -> User:
    """Ordered, paid and did not pay; wrote, was written to, and was written about."""
    browser = Client(headers={"User-Agent": "Mozilla/5.0 Firefox/140.0 (Windows)"})
    put_in_cart(browser, shop.term())
    assert order_by(browser, shop, **TYPED).status_code == 302
    customer: User = User.objects.get(email=EMAIL)
    paid = Invoice.objects.get(customer=customer)
    purchases.pay(paid, stripe)
    make_document(paid, with_xml=True)
    customer.set_password(PASSWORD)
    customer.save()
    EmailAddress.objects.filter(user=customer).update(verified=True)
    Authenticator.objects.create(user=customer, type=Authenticator.Type.TOTP, data={"secret": "x"})
    purchases.order(customer, shop)  # stays unpaid
    put_in_cart(browser, shop.term(months=3))
    _write(customer, staff)
    _write_about(customer, staff)
    return customer


def _write(customer: User, staff: User) -> None:
    ticket = conversations.begin(
        key="mine", text=f"I am {NAME}, call {PHONE}.", language="en", page_url=f"/?email={EMAIL}", customer=customer,
        name=NAME, email=EMAIL, subject=f"Portal {PORTAL}",
    )  # fmt: skip
    letter = CheckedFile("Quillfeather.txt", "text/plain", b"From Zebulon.")
    attach([letter], conversation=ticket, message=ticket.messages.get())
    InternalNote.objects.create(conversation=ticket, staff=staff, text=f"{NAME} is kind.", key="n")
    HeldMail.objects.create(conversation=ticket, reason="sender", sender=EMAIL, text="Zebulon here", key="h")
    conversations.answer(conversation=ticket, by=staff, text=f"Dear {NAME}", key="a")


def _write_about(customer: User, staff: User) -> None:
    other = conversations.begin(
        key="other", text=f"My colleague {EMAIL} ({PHONE}) bought it.", language="en", page_url="", customer=staff
    )
    StaffNote.objects.create(customer=customer, author=staff, text=f"{NAME} wants a discount.")
    StaffNote.objects.create(customer=staff, author=staff, text=f"Ask {EMAIL}.")
    InternalNote.objects.create(conversation=other, staff=staff, text=f"See {EMAIL}", key="o")
    history.record(
        customer, "customers.correct_email", by=staff, reason=f"{NAME} called", before={"E-mail": EMAIL},
        after={"E-mail": "new@quillfeather.example"}, customer=customer,
    )  # fmt: skip
    invoice = Invoice.objects.filter(customer=customer).latest("pk")
    reviews.file(key="r", kind=reviews.SETUP, detail=f"{NAME} <{EMAIL}> paid twice.", invoice=invoice)
    mails.staff_notice(key="s", subject="Look", text=f"{EMAIL} is odd.")
    addresses.bounced(EMAIL, at=clock.now(), detail="5.1.1")
    InboundEvent.objects.create(
        source="mail", event_id="1", status=InboundStatus.FAILED, summary=EMAIL, payload=json.dumps({"to": EMAIL})
    )
    license = customer.licenses.first()
    assert license is not None
    license.record("address_changed", old=PORTAL, new="other.bitrix24.com")


def found() -> set[str]:
    """``table.column`` wherever one of WORDS stands, in any table of the database."""
    return {place for place, text in _texts() if any(word in text for word in WORDS)}


def _texts() -> Iterator[tuple[str, str]]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            names = [column[0] for column in cursor.description]
            for row in cursor.fetchall():
                for name, value in zip(names, row, strict=True):
                    yield f"{table}.{name}", _plain(value)


def _plain(value: Any) -> str:
    text = value if isinstance(value, str) else repr(value)
    return (text.encode().decode("unicode_escape", "ignore") if "\\u" in text else text).lower()


def erase_now(*, hours: float = 24 * 30) -> None:
    """The worker's steps, after the waiting time."""
    with time_machine.travel(clock.now() + timedelta(hours=hours)):
        erasures.erase_due()
    with time_machine.travel(clock.now() + timedelta(hours=hours + 1)):
        erasures.erase_due()
