"""A shop that kills itself: ``python -m tests.races.crashing`` reads jobs as JSON lines and does each in a fork.

The fork counts every point at which a crash could hurt: before each commit, each write outside a transaction and each
call to an outside company. (After one is before the next: nothing that lasts happens between them.) At the point
it was told it sends itself SIGKILL; no handler, no ``finally`` and no rollback of Python's runs. Forking from one
loaded process makes a crash cost milliseconds.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django
from django.conf import settings


class Points:
    """Counts the points passed; dies at number ``die_at`` (0: never), after ``last_words``."""

    def __init__(self, die_at: int, last_words: Callable[[], None]) -> None:
        self.passed: list[str] = []
        self._die_at = die_at
        self._last_words = last_words

    def before(self, what: str) -> None:
        self.passed.append(what)
        if len(self.passed) == self._die_at:
            self._last_words()
            os.kill(os.getpid(), signal.SIGKILL)


def watch(points: Points, *, with_own_client: bool) -> None:
    """Put the points into Django's commits and writes, and under the HTTP clients: ours only ``with_own_client``."""
    import requests.adapters
    from django.db import connection
    from django.db.backends.base.base import BaseDatabaseWrapper

    from storefront.gateways.connection import PinnedConnection

    commit, send = BaseDatabaseWrapper._commit, requests.adapters.HTTPAdapter.send
    connect = PinnedConnection.connect

    def watched_commit(self: Any) -> Any:
        points.before("commit")
        return commit(self)

    def watched_send(self: Any, request: Any, *args: Any, **kwargs: Any) -> Any:
        points.before(f"call of {request.path_url}")
        return send(self, request, *args, **kwargs)

    def watched_connect(self: Any) -> Any:
        points.before(f"call of {self.host}")
        return connect(self)

    def watched_write(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if not (connection.in_atomic_block or sql.startswith(("SELECT", "SAVEPOINT", "RELEASE"))):
            points.before(f"write {sql[:40]}")
        return execute(sql, params, many, context)

    BaseDatabaseWrapper._commit = watched_commit
    requests.adapters.HTTPAdapter.send = watched_send
    if with_own_client:
        PinnedConnection.connect = watched_connect
    connection.execute_wrappers.append(watched_write)


def take_message(*, body: str, headers: dict[str, str]) -> None:
    """The provider says that money was taken; the shop settles, grants, writes its mails and sends them."""
    from django.test import Client

    from storefront.inbox.processing import process_due
    from storefront.notifications.outbox import deliver_due

    response = Client().post("/hooks/stripe/", body, content_type="application/json", headers=headers)
    if response.status_code != 200:
        raise RuntimeError(f"the message was answered {response.status_code}")
    while process_due() + deliver_due():
        pass


def told_by(*, source: str, message: dict[str, Any]) -> None:
    """A provider's message comes and is handled, and the worker sends the mails."""
    from django.test import Client

    from storefront.inbox.processing import process_due
    from storefront.notifications.outbox import deliver_due

    response = Client().post(f"/hooks/{source}/", **message)
    if response.status_code != 200:
        raise RuntimeError(f"the message was answered {response.status_code}")
    while process_due() + deliver_due():
        pass


def open_charge(*, invoice: int) -> None:
    """The buyer presses 'Pay order'."""
    from storefront.billing.models import Invoice
    from storefront.billing.services.starting import start

    start(invoice=Invoice.objects.get(pk=invoice), gateway_name="stripe")


def open_paypal(*, invoice: int) -> None:
    """The buyer chooses PayPal."""
    from storefront.billing.models import Invoice
    from storefront.billing.services.starting import start

    start(invoice=Invoice.objects.get(pk=invoice), gateway_name="paypal")


def open_twocheckout(*, invoice: int) -> None:
    """The buyer chooses 2Checkout."""
    from storefront.billing.models import Invoice
    from storefront.billing.services.starting import start

    start(invoice=Invoice.objects.get(pk=invoice), gateway_name="twocheckout")


def use_account_and_card(*, invoice: int, rest: str) -> None:
    """The customer pays a part from their personal account and opens a charge for the rest."""
    from decimal import Decimal

    from storefront.billing.models import Invoice
    from storefront.billing.personal_account import paying
    from storefront.billing.services.starting import start

    row = Invoice.objects.get(pk=invoice)
    paying.use_part(invoice=row, method="stripe", rest=Decimal(rest))
    start(invoice=row, gateway_name="stripe")


def use_card_alone(*, invoice: int) -> None:
    """The customer pays the whole by card after all."""
    from storefront.billing.models import Invoice
    from storefront.billing.personal_account import paying
    from storefront.billing.services.starting import start

    row = Invoice.objects.get(pk=invoice)
    paying.give_back(invoice=row, method="stripe")
    start(invoice=row, gateway_name="stripe")


def pay_from_account(*, invoice: int) -> None:
    """The customer pays from their personal account, and the worker sends the mails."""
    from storefront.billing.models import Invoice
    from storefront.billing.personal_account import paying

    paying.pay(invoice=Invoice.objects.get(pk=invoice))
    send_mails()


def free_reserved() -> None:
    """The worker frees what is reserved beside charges that are over."""
    from storefront.billing.personal_account import paying

    paying.release_unused()


def look(*, attempt: int) -> None:
    """The buyer comes back: the provider is asked, and the money taken that they have agreed to."""
    from storefront.billing.services.settlement import settle
    from storefront.notifications.outbox import deliver_due

    settle(attempt_id=attempt)
    while deliver_due():
        pass


def renew(*, renewal: int) -> None:
    """The worker takes a renewal whose morning has come, and sends the mails."""
    from datetime import timedelta

    from checkout.renewals import worker
    from storefront.licensing.models import Renewal
    from storefront.licensing.subscriptions import timing

    timing.WINDOW = timedelta(days=1)
    row = Renewal.objects.get(pk=renewal)
    for _step in range(4):
        worker.step(row)
        row.refresh_from_db()
    send_mails()


def give_back(*, payment: int) -> None:
    """Staff give the whole of a payment back."""
    from storefront.billing.models import Payment
    from storefront.billing.services import refunds

    row = Payment.objects.get(pk=payment)
    refunds.start(payment=row, amount=row.amount, reason="As agreed")


def cancel_unpaid(*, invoice: int) -> None:
    """Staff cancel an unpaid order."""
    from storefront.billing.models import Invoice
    from storefront.billing.services import unpaid

    row = Invoice.objects.get(pk=invoice)
    unpaid.close_charges(invoice=row)
    unpaid.cancel(invoice=row, is_told=True)


def change_payer(*, invoice: int) -> None:
    """Staff change the payer of an unpaid invoice."""
    from storefront.billing.models import Invoice
    from storefront.billing.services import replacing, unpaid

    row = Invoice.objects.get(pk=invoice)
    unpaid.close_charges(invoice=row)
    replacing.change_payer(invoice=row, payer={"company": "Acme GmbH"}, is_told=True)


def give_back_a_line(*, invoice: int) -> None:
    """Staff give back the first line of an invoice and have the customer told."""
    from storefront.billing.models import Invoice
    from storefront.billing.services import refund_units, refunds
    from storefront.billing.services.refund_plans import RefundDecision

    row = Invoice.objects.get(pk=invoice)
    decision = RefundDecision(invoice=row, units=list(refund_units.units_left(row))[:1])
    refunds.begin(decision=decision, reason="As agreed", by=None, is_told=True)


def give_back_and_tell(*, invoice: int) -> None:
    """Staff give back the first line of an invoice, and the worker sends the mails."""
    give_back_a_line(invoice=invoice)
    send_mails()


def approve_refund(*, refund: int, by: int) -> None:
    """A second person lets a refund go."""
    from storefront.billing.models import Refund
    from storefront.billing.services import refund_approval
    from storefront.users.models import User

    refund_approval.approve(refund=Refund.objects.get(pk=refund), by=User.objects.get(pk=by), reason="Agreed")


def approve_and_tell(*, refund: int, by: int) -> None:
    """A second person lets a refund go, and the worker sends the mails."""
    approve_refund(refund=refund, by=by)
    send_mails()


def send_mails() -> None:
    """The worker sends what waits in the outbox."""
    from storefront.notifications.outbox import deliver_due

    while deliver_due():
        pass


def ask_portals() -> None:
    """The worker asks the portals again that have not confirmed themselves, and links who waits for them."""
    from storefront.licensing.bitrix24.confirmation import ask_again

    ask_again()


def issue_documents() -> None:
    """The worker issues the documents that were asked for."""
    from storefront.billing.documents.issuing import issue_due

    issue_due()


def import_statements(files: str) -> None:
    """The worker reads bank statements below the folder ``files`` and books what is certain."""
    from django.conf import settings
    from django.test import override_settings

    from storefront.billing.bank_statements.services.importing import import_due

    storages = {**settings.STORAGES, "default": {"BACKEND": "storefront.core.files.PublicAndPrivateFiles"}}
    with override_settings(PRIVATE_MEDIA_ROOT=files, STORAGES=storages):
        import_due()


def book_transfer(*, invoice: int, account: int, reference: str) -> None:
    """A rule books what came for an invoice, and the worker writes of it."""
    from storefront.billing.models import Invoice
    from storefront.billing.transfers.models import SellerAccount
    from storefront.billing.transfers.services import booking
    from tests.billing.transfers import came

    row = Invoice.objects.get(pk=invoice)
    money_in = came(SellerAccount.objects.get(pk=account), str(row.amount), reference=reference)
    booking.book(incoming=money_in, shares=[booking.Share(row)], by=None)
    send_mails()


def confirm_transfer(*, invoice: int, account: int, reference: str) -> None:
    """Staff confirm an awaited transfer."""
    from storefront.billing.models import Invoice
    from storefront.billing.transfers.models import SellerAccount
    from storefront.billing.transfers.services import confirming
    from tests.billing.transfers import came

    row = Invoice.objects.get(pk=invoice)
    facts = came(SellerAccount.objects.get(pk=account), str(row.amount), reference=reference)
    confirming.confirm(
        invoice=row, account=facts.account, amount=facts.amount, value_on=facts.value_on, bank_reference=reference,
        by=row.customer,
    )  # fmt: skip
    send_mails()


def undo_transfer(*, transfer: int) -> None:
    """Staff undo the booking of a transfer."""
    from storefront.billing.transfers.models import BankTransfer
    from storefront.billing.transfers.services import undoing

    row = BankTransfer.objects.select_related("customer").get(pk=transfer)
    undoing.undo(transfer=row, by=row.customer, reason="Mistyped")
    send_mails()


FLOWS: dict[str, Callable[..., None]] = {
    "take_message": take_message,
    "told_by": told_by,
    "open_charge": open_charge,
    "open_paypal": open_paypal,
    "open_twocheckout": open_twocheckout,
    "use_account_and_card": use_account_and_card,
    "use_card_alone": use_card_alone,
    "pay_from_account": pay_from_account,
    "free_reserved": free_reserved,
    "look": look,
    "renew": renew,
    "give_back": give_back,
    "cancel_unpaid": cancel_unpaid,
    "change_payer": change_payer,
    "give_back_a_line": give_back_a_line,
    "give_back_and_tell": give_back_and_tell,
    "approve_refund": approve_refund,
    "approve_and_tell": approve_and_tell,
    "send_mails": send_mails,
    "ask_portals": ask_portals,
    "issue_documents": issue_documents,
    "import_statements": import_statements,
    "book_transfer": book_transfer,
    "confirm_transfer": confirm_transfer,
    "undo_transfer": undo_transfer,
}


#: Flows in which each call to a provider is a point of its own.
ASKING = (
    "look", "open_paypal", "open_twocheckout", "told_by", "give_back_and_tell", "approve_and_tell",
    "use_account_and_card", "use_card_alone", "pay_from_account",
)  # fmt: skip


def crash(job: dict[str, Any]) -> dict[str, Any]:
    """Do one job in a fork; ``{"died": bool, "points": [...]}``."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        loaded = set(sys.modules)

        def tell() -> None:
            told = {"points": points.passed, "modules": [name for name in sys.modules if name not in loaded]}
            os.write(write, json.dumps(told).encode())

        points = Points(job["die_at"], tell)
        try:
            for name, value in job["settings"].items():
                setattr(settings, name, value)
            watch(points, with_own_client=job["flow"] in ASKING)
            FLOWS[job["flow"]](**job["arguments"])
            points.before("the end")
            tell()
            os._exit(0)
        except BaseException as exc:
            points.passed.append(f"failed: {exc!r}")
            tell()
            os._exit(1)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        told = json.loads(pipe.read())
    _, status = os.waitpid(child, 0)
    died = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    load(told["modules"])
    return {"died": died, "failed": not died and status != 0, "points": told["points"]}


def load(modules: list[str]) -> None:
    """Load what a fork had to load, so that the next one need not."""
    for name in modules:
        with contextlib.suppress(ImportError):  # some names are made by their parents
            importlib.import_module(name)
    gc.freeze()  # the collector of a fork would write to, and so copy, every page it shares with this process


def main() -> None:
    django.setup()
    from django.apps import apps
    from django.urls import get_resolver
    from encrypted_fields.fields import EncryptedFieldMixin

    get_resolver().reverse_dict  # noqa: B018  (loads every view and every address once, before the forks)
    for model in apps.get_models():
        for field in model._meta.fields:
            if isinstance(field, EncryptedFieldMixin):
                field.keys  # noqa: B018  (each is derived anew, in a hundred thousand rounds)
    for line in sys.stdin:
        print(json.dumps(crash(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
