"""A shop with 100,000 customers and all they left: rows written past the models, as fast as the database takes them."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.utils import timezone
from oscar.apps.basket.models import Basket, Line
from oscar.apps.offer.models import Benefit, Condition, ConditionalOffer
from oscar.apps.order.models import Order
from oscar.apps.voucher.models import Voucher
from wagtail.models import ModelLogEntry

from checkout.models import CheckoutReminder, PurchaseDetails, VoucherRule
from storefront.backoffice.models import CustomerAct, LogIn, StaffNote
from storefront.backoffice.models.search import Kind, SearchDocument, SearchTerm
from storefront.backoffice.search import sources
from storefront.backoffice.search.words import terms
from storefront.billing.models import (
    Allocation,
    Invoice,
    InvoiceLine,
    LedgerAccount,
    LedgerEntry,
    LedgerTransaction,
    Payment,
    PaymentAttempt,
    Refund,
    ReviewItem,
)
from storefront.inbox.models import InboundEvent
from storefront.licensing.models import License, LicenseEvent, LicensePeriod
from storefront.notifications.models import OutboxMessage
from storefront.support.models import Conversation, Department, Message
from storefront.users.models import User
from tests.bench.names import email, name, word
from tests.bench.rows import BASE, Column, fill, insert, key
from tests.factories import make_shop, make_site

#: Entries of the busiest customer's time line.
BUSY = 10_000


def load(customers: int) -> None:
    """Fill an empty, migrated database."""
    make_site()
    shop = make_shop()
    now = timezone.now()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for pragma in ("synchronous = OFF", "cache_size = -1000000"):
                cursor.execute(f"PRAGMA {pragma}")
    _people(range(1, customers + 1), now)
    _orders(range(1, customers + 1), now)
    _licenses(range(1, customers + 1), now, shop)
    _messages(range(1, customers + 1), now)
    _marketing(range(1, customers + 1), now, shop)
    _staff(range(1, customers + 1), now)
    _busy_customer(now)
    for kind in Kind:
        _index(kind)
    if connection.vendor == "postgresql":  # as its autovacuum does; nobody does so for SQLite
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


def _ago(now: Any, minutes: int = 3) -> Column:
    return lambda number: now - timedelta(minutes=minutes * number)


def _one_of(*values: Any) -> Column:
    return lambda number: values[number % len(values)]


def _third(copy: int, number: int) -> int:
    return BASE + 3 * number + copy


def _rarely(rare: Any, usual: Any) -> Column:
    """One in a thousand."""
    return lambda number: usual if number % 1000 else rare


def _people(numbers: range, now: Any) -> None:
    fill(
        User, numbers, email=email, name=name, company=lambda n: f"{word(n, 2).title()} GmbH",
        phone=lambda n: f"+4930{n:07}", date_joined=_ago(now), password="", is_active=True,
    )  # fmt: skip
    fill(LogIn, numbers, user_id=key, is_success=True, created_at=_ago(now))
    fill(StaffNote, numbers, customer_id=key, text="Called back.", created_at=_ago(now))


def _orders(numbers: range, now: Any) -> None:
    money: dict[str, Any] = {"currency": "EUR", "amount": lambda n: Decimal(10 + n % 500)}
    states = _one_of("New", "Paid", "Paid", "Paid", "Cancelled", "Refunded")
    fill(
        Order, numbers, number=lambda n: f"SO-{n:08}", user_id=key, currency="EUR", status=states,
        total_incl_tax=money["amount"], total_excl_tax=money["amount"], date_placed=_ago(now),
    )  # fmt: skip
    fill(
        PurchaseDetails, numbers, order_id=key, name=name, email=email, phone="+4930", language="en",
        portal_address=lambda n: f"{word(n, 3)}{n}.bitrix24.com", fingerprint=str,
    )  # fmt: skip
    fill(
        Invoice, numbers, number=lambda n: f"INV-2026-{n:07}", public_id=str, customer_id=key, order_id=key,
        net=money["amount"], tax=0, content_hash="0" * 64, hash_version=1, issued_at=_ago(now),
        status=_one_of("open", "paid", "paid", "paid", "void", "paid"), due_at=_ago(now),
        payer=lambda n: {"name": name(n), "company": f"{word(n, 2).title()} GmbH"}, **money,
    )  # fmt: skip
    fill(
        InvoiceLine, numbers, invoice_id=key, position=1, description="License", list_amount=money["amount"],
        net=money["amount"], tax=0, tax_rate=0, amount=money["amount"],
    )  # fmt: skip
    fill(
        PaymentAttempt, numbers, public_id=lambda n: f"{word(n)}{n:012}", invoice_id=key, gateway="stripe",
        is_live=False, status=_one_of("failed", "succeeded", "succeeded", "expired"), created_at=_ago(now),
        provider_reference=lambda n: f"cs_test_{word(n, 4)}{n:020}",
        charge_reference=lambda n: f"pi_{word(n, 5)}{n:018}",
        failure_code=_one_of("card_declined", "", "", ""), **money,
    )  # fmt: skip
    fill(
        Payment, numbers, customer_id=key, attempt_id=key, gateway="stripe", is_live=False,
        reference=lambda n: f"cs_test_{word(n, 4)}{n:020}", received_at=_ago(now), **money,
    )  # fmt: skip
    _booked(numbers, money["amount"])
    fill(
        Refund, numbers, payment_id=key, invoice_id=key, status=_one_of("succeeded", "failed"), amount=Decimal(5),
        reference=lambda n: f"re_{word(n, 6)}{n:018}", reason="Asked for", is_ours=True, created_at=_ago(now),
        decision=str,
    )  # fmt: skip
    fill(
        ReviewItem, numbers, key=lambda n: f"late:{n}", kind=_one_of("late", "mismatch"), invoice_id=key,
        customer_id=key, detail="Came late", created_at=_ago(now), resolution="Kept",
        resolved_at=lambda n: now - timedelta(minutes=n) if n % 100 else None,
    )  # fmt: skip


def _booked(numbers: range, amount: Column) -> None:
    account = LedgerAccount.objects.create(kind="sales", name="bench", currency="EUR")
    fill(LedgerTransaction, numbers, key=lambda n: f"bench-{n}", kind="payment", payment_id=key, invoice_id=key)
    fill(LedgerEntry, numbers, transaction_id=key, account_id=account.pk, amount=amount)
    fill(Allocation, numbers, entry_id=key, payment_id=key, amount=amount)


def _licenses(numbers: range, now: Any, shop: Any) -> None:
    plan, year = shop.plans[0], timedelta(days=365)
    began = {"starts_at": _ago(now), "anchor_at": _ago(now)}
    fill(
        License, numbers, number=lambda n: f"LIC-{n:08}", public_id=str, customer_id=key, software_id=shop.software.pk,
        plan_id=plan.pk, product_title="Yeastar", plan_name="Standard", binding_kind="portal", created_at=_ago(now),
        status=_one_of("active", "active", "pending"), portal_address=lambda n: f"{word(n, 3)}{n}.bitrix24.com",
        valid_until=lambda n: now + year - timedelta(minutes=3 * n), **began,
    )  # fmt: skip
    fill(
        LicensePeriod, numbers, license_id=key, invoice_line_id=key, plan_id=plan.pk, plan_name="Standard", months=12,
        amount=Decimal(100), currency="EUR", ends_at=lambda n: now + year - timedelta(minutes=3 * n),
        anchor_months=12, created_at=_ago(now), **began,
    )  # fmt: skip
    fill(LicenseEvent, numbers, license_id=key, code="granted", created_at=_ago(now))


def _messages(numbers: range, now: Any) -> None:
    for copy, subject in enumerate(("Your order", "Payment received", "Your license works")):
        fill(
            OutboxMessage, numbers, pk_of=partial(_third, copy), kind="mail",
            key=lambda n, copy=copy: f"bench:{copy}:{n}", template=_one_of("order_placed", "payment_received"),
            recipient=email, subject=lambda n, subject=subject: f"{subject} {n}", created_at=_ago(now),
            status=_rarely("dead", "sent"), next_attempt_at=_ago(now), attempts=1,
        )  # fmt: skip
    fill(
        InboundEvent, numbers, source="stripe", event_id=lambda n: f"evt_{word(n, 7)}{n:018}", payload=None,
        summary="checkout.session.completed", reference=lambda n: f"cs_test_{word(n, 4)}{n:020}",
        status=_rarely("failed", "processed"), received_at=_ago(now), next_attempt_at=_ago(now),
    )  # fmt: skip
    department = Department.objects.first()
    fill(
        Conversation, numbers, public_id=str, number=lambda n: f"T-{n:08}", kind="ticket", customer_id=key,
        status=_rarely("open", "closed"), subject=lambda n: f"Question {word(n, 8)}",
        language="en", department_id=department.pk if department else None, created_at=_ago(now),
        last_message_at=_ago(now),
    )  # fmt: skip
    fill(
        Message, numbers, conversation_id=key, number=1, author="visitor", key=str, created_at=_ago(now),
        text=lambda n: f"How do I connect {word(n, 9)} to my portal? " + "It does not answer. " * 10,
    )  # fmt: skip


def _marketing(numbers: range, now: Any, shop: Any) -> None:
    price = shop.term()
    record = price.product.stockrecords.get()
    fill(Basket, numbers, owner_id=key, status="Open")
    fill(
        Line, numbers, basket_id=key, line_reference=str, product_id=price.product_id, stockrecord_id=record.pk,
        quantity=1, price_currency="EUR",
    )  # fmt: skip
    fill(
        CheckoutReminder, numbers, public_id=str, basket_id=key, email=email, language="en",
        changed_at=lambda n: now - timedelta(seconds=5 * n),
    )  # fmt: skip
    fill(Benefit, numbers, type="Percentage", value=Decimal(10))
    fill(Condition, numbers, type="Count", value=Decimal(1))
    fill(
        ConditionalOffer, numbers, name=lambda n: f"Voucher {n}", slug=str, offer_type="Voucher", benefit_id=key,
        condition_id=key,
    )  # fmt: skip
    days = timedelta(days=30)
    fill(
        Voucher, numbers, name=lambda n: f"Action {word(n, 10)} {n}", code=lambda n: f"CODE{n:07}",
        start_datetime=_ago(now), end_datetime=lambda n: now + days - timedelta(minutes=3 * n),
    )  # fmt: skip
    fill(Voucher.offers.through, numbers, voucher_id=key, conditionaloffer_id=key)
    fill(VoucherRule, numbers, voucher_id=key, created_at=_ago(now))


def _staff(numbers: range, now: Any) -> None:
    kind = ContentType.objects.get_for_model(Invoice)
    fill(
        ModelLogEntry, numbers, label=lambda n: f"INV-2026-{n:07}", content_type_id=kind.pk, timestamp=_ago(now),
        action=_one_of("refunds.begin", "licenses.extend"), object_id=lambda n: str(key(n)), uuid=None,
        data={"reason": "Asked for", "after": {"due": "tomorrow"}},
    )  # fmt: skip
    fill(CustomerAct, numbers, customer_id=key, entry_id=key, created_at=_ago(now))


def _busy_customer(now: Any) -> None:
    """Customer 1 has ``BUSY`` entries: mails, log-ins and notes."""
    numbers, first = range(1, BUSY // 4 + 1), key(1)
    far = {"pk_of": lambda n: 3 * BASE + n}
    fill(
        OutboxMessage, numbers, kind="mail", key=lambda n: f"busy:{n}", template="order_placed", recipient=email(1),
        subject="Your order", created_at=_ago(now, 7), status="sent", **far,
    )  # fmt: skip
    fill(LogIn, numbers, user_id=first, is_success=True, created_at=_ago(now, 11), **far)
    fill(StaffNote, numbers, customer_id=first, text="Called back.", created_at=_ago(now, 13), **far)
    fill(
        Invoice, numbers, number=lambda n: f"BUSY-{n}", public_id=lambda n: f"busy-{n}", customer_id=first, net=1,
        tax=0, amount=1, currency="EUR", content_hash="0" * 64, hash_version=1, issued_at=_ago(now, 17),
        due_at=_ago(now, 17), status="void", **far,
    )  # fmt: skip


def _index(kind: Kind) -> None:
    """Documents and terms as ``rebuild_search_index`` makes them; sorted, which a database takes faster."""
    keys = list(sources.objects(kind).filter(pk__gt=BASE).order_by("pk").values_list("pk", flat=True))
    found: list[Any] = []
    for at in range(0, len(keys), 500):
        texts = sources.texts(kind, keys[at : at + 500])
        insert(SearchDocument, "kind, object_id, text", ((int(kind), pk, text) for pk, text in texts.items()), 3)
        found += [(int(kind), int(rank), term, pk) for pk, text in texts.items() for term, rank in terms(text).items()]
    found.sort()
    insert(SearchTerm, "kind, rank, term, object_id", iter(found), 4)
