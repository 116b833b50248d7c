"""A confirmation counts once, however often it arrives: acts in a transaction and acts that ask a provider."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import OperationalError
from wagtail.models import ModelLogEntry

from storefront.backoffice import confirmations, history
from storefront.backoffice.models import ConfirmedAct
from storefront.billing.errors import NotRefundable
from storefront.billing.models import Refund
from storefront.billing.services import payments, refunds
from storefront.billing.services.refund_plans import RefundDecision
from storefront.core import clock
from storefront.licensing.models import License
from tests.backoffice.licenses.conftest import said
from tests.backoffice.test_refunds import invoice, path  # noqa: F401  (fixture)
from tests.billing.building import make_invoice
from tests.billing.test_refund_decisions import advance
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db

SUM = {"how": "sum", "amount": "30.00", "reason": "Goodwill"}
DAYS = {"number": "10", "unit": "days", "reason": "Asked by phone"}


def confirmation(client: Any, address: str, data: dict[str, str]) -> dict[str, str]:
    return data | {"confirmed": client.post(address, data).context["confirmed"]}


def test_a_sum_confirmed_three_times_goes_back_once(client_of: Any, invoice: Any, stripe: Any) -> None:  # noqa: F811
    client = client_of("Accounting")
    sent = confirmation(client, path(invoice), SUM)
    answers = [client.post(path(invoice), sent) for _ in range(3)]
    refund = Refund.objects.get()
    assert stripe.stats()["refunds"] == 1
    assert {answer.headers["Location"] for answer in answers} == {f"/admin/refunds/{refund.pk}/"}
    assert ModelLogEntry.objects.filter(action="refunds.begin").count() == 1
    assert "it is carried out once" in said(client.get(f"/admin/refunds/{refund.pk}/"))


def test_the_same_sum_is_refunded_again_after_a_preview_of_its_own(client_of: Any, invoice: Any) -> None:  # noqa: F811
    client = client_of("Accounting")
    for _ in range(2):
        client.post(path(invoice), confirmation(client, path(invoice), SUM))
    assert Refund.objects.count() == 2


@pytest.fixture
def license(invoice: Any) -> License:  # noqa: F811
    return License.objects.filter(periods__invoice_line__invoice=invoice).order_by("pk")[0]


def test_days_confirmed_twice_are_given_once(client_of: Any, license: License) -> None:
    client, address = client_of("Owner"), f"/admin/licenses/{license.number}/extend/"
    sent = confirmation(client, address, DAYS)
    answers = [client.post(address, sent) for _ in range(2)]
    assert [answer.headers.get("Location") for answer in answers] == [f"/admin/licenses/{license.number}/"] * 2
    assert ModelLogEntry.objects.filter(action="licenses.extend").count() == 1
    assert license.periods.count() == 2


def test_a_confirmation_that_was_refused_can_be_sent_again(
    client_of: Any, license: License, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, address = client_of("Owner"), f"/admin/licenses/{license.number}/extend/"
    sent = confirmation(client, address, DAYS)
    with monkeypatch.context() as broken:
        broken.setattr(history, "record", _busy)
        assert "Nothing was changed" in said(client.post(address, sent))
    assert license.periods.count() == 1
    assert client.post(address, sent).status_code == 302
    assert license.periods.count() == 2


def _busy(*args: Any, **kwargs: Any) -> None:
    raise OperationalError


def test_the_database_fails_after_the_money_went(
    client_of: Any,
    invoice: Any,  # noqa: F811
    stripe: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody reads that nothing was changed, and the act is in the history."""
    client = client_of("Accounting")
    sent = confirmation(client, path(invoice), SUM)
    monkeypatch.setattr(refunds, "settle", _busy)
    answer = client.post(path(invoice), sent)
    refund = Refund.objects.get()
    assert answer.headers["Location"] == f"/admin/refunds/{refund.pk}/"
    assert stripe.stats()["refunds"] == 1 and refund.status == "created"
    assert ModelLogEntry.objects.filter(action="refunds.begin").count() == 1


def test_what_may_be_done_is_not_said_to_be_undone(
    client_of: Any,
    invoice: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = client_of("Accounting")
    client.post(path(invoice), confirmation(client, path(invoice), SUM))
    address = f"/admin/refunds/{Refund.objects.get().pk}/ask/"
    Refund.objects.update(status="created", next_check_at=clock.now())
    sent = confirmation(client, address, {"reason": "Now"})
    monkeypatch.setattr(history, "record", _busy)
    text = said(client.post(address, sent))
    assert "Nothing was changed" not in text and "may be done already" in text
    assert client.post(address, sent).status_code == 302  # and the confirmation is used up


def test_confirmations_are_forgotten(staff: Callable[[str], Any]) -> None:
    now = clock.now()
    ConfirmedAct.objects.create(key="old", created_at=now - confirmations.KEEP - timedelta(days=1))
    ConfirmedAct.objects.create(key="new", created_at=now)
    assert confirmations.clear_old() == 1
    assert ConfirmedAct.objects.get().key == "new"


def test_of_money_that_paid_for_nothing_no_more_is_taken_than_is_there(stripe: Any, customer: Any) -> None:
    """Looked at again where it is taken, not in the form alone: another refund may have come between."""
    money = advance(stripe, customer, "100.00")
    bought = make_invoice(customer, "60.00")
    payments.pay(bought, [(money, Decimal("60.00"))])
    some = RefundDecision(payment=money, amount=Decimal("30.00"), is_unspent=True)
    refunds.begin(decision=some, reason="On account", by=None)
    with pytest.raises(NotRefundable):
        refunds.begin(decision=some, reason="On account", by=None)
    assert Refund.objects.count() == 1


def test_another_refund_between_the_last_look_and_the_locks_is_previewed(
    client_of: Any,
    invoice: Any,  # noqa: F811
    stripe: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Half was confirmed as a part; with the other half gone meanwhile it would end the license."""
    client, claim = client_of("Accounting"), refunds.begin
    half = {**SUM, "amount": str(invoice.amount / 2)}
    sent = confirmation(client, path(invoice), half)

    def after_another(**wanted: Any) -> Any:
        monkeypatch.setattr(refunds, "begin", claim)
        claim(decision=RefundDecision(invoice=invoice, amount=invoice.amount / 2), reason="Another", by=None)
        return claim(**wanted)

    monkeypatch.setattr(refunds, "begin", after_another)
    answer = client.post(path(invoice), sent)
    assert answer.status_code == 200 and answer.context["is_changed"]
    assert Refund.objects.count() == 1
    assert client.post(path(invoice), {**sent, "confirmed": answer.context["confirmed"]}).status_code == 302
    assert Refund.objects.count() == 2


def test_who_is_asked_for_the_password_under_the_locks_can_go_on(
    client: Any,
    staff: Callable[[str], Any],
    invoice: Any,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    settings: Any,
) -> None:
    """It became so large between the last look and the locks that the log-in must be fresh: nothing was done yet."""
    staff("Owner")
    client.force_login(staff("Accounting"))
    sent, claim = confirmation(client, path(invoice), SUM), refunds.begin

    def after_the_limit_sank(**wanted: Any) -> Any:
        settings.REFUND_APPROVAL_ABOVE = {"EUR": Decimal(10)}
        return claim(**wanted)

    monkeypatch.setattr(refunds, "begin", after_the_limit_sank)
    asked = client.post(path(invoice), sent)
    assert asked.headers["Location"].startswith("/account/reauthenticate/")
    shown = client.post(asked.headers["Location"], {"password": PASSWORD, "next": path(invoice)})
    assert shown.status_code == 200 and shown.context["is_changed"]
    assert client.post(path(invoice), sent | {"confirmed": shown.context["confirmed"]}).status_code == 302
    assert Refund.objects.get().status == "awaiting"
