"""Customers ask for refunds, and staff decide: states, mails, one request per line, what the money follows."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from storefront.billing import refund_retention
from storefront.billing.errors import AlreadyRequested, NotRequestable, RequestDecided
from storefront.billing.models import Refund, RefundReason, RefundRequest
from storefront.billing.services import refund_approval, refund_requests, refunds
from storefront.billing.services.refund_payees import Payee
from storefront.billing.services.refund_plans import RefundDecision
from storefront.billing.services.settlement import settle
from storefront.billing.states import RefundRequestStatus, RefundStatus, RefundWay
from storefront.core import clock
from storefront.notifications.models import OutboxMessage
from storefront.users import roles
from tests.billing.building import make_invoice
from tests.billing.test_refund_decisions import fresh, pay, statuses, terms
from tests.licensing.conftest import make_product

pytestmark = pytest.mark.django_db

PAYEE = Payee("Ada Buyer", "DE89370400440532013000")


@pytest.fixture
def invoice(stripe: Any, customer: Any) -> Any:
    """A paid invoice of two licenses, 60.00 and 40.00."""
    made = make_invoice(customer, "60.00", "40.00", terms=[terms(make_product("a")), terms(make_product("b"))])
    pay(stripe, made)
    return made


@pytest.fixture
def clerk(make_customer: Any) -> Any:
    return make_customer("clerk@example.com")


def ask(invoice: Any, *positions: int, **wanted: Any) -> RefundRequest:
    lines = [invoice.lines.all()[position].pk for position in positions or (0,)]
    return refund_requests.ask(invoice=invoice, lines=lines, language="en", **wanted)


def grant(request: RefundRequest, clerk: Any, **changes: Any) -> list[Refund]:
    decision = refund_requests.asked_decision(request)
    if changes:
        decision = RefundDecision(invoice=request.invoice, **changes)
    return refund_requests.grant(request=request, decision=decision, by=clerk, reason="As asked", answer="We are sorry")


def mails(template: str) -> list[Any]:
    return [each.payload["context"] for each in OutboxMessage.objects.filter(template=template).order_by("pk")]


def test_a_request_moves_nothing_and_is_confirmed_by_mail(invoice: Any) -> None:
    reason = RefundReason.objects.create(title="Wrong one", translations={"ru": {"title": "Не то"}})
    asked = ask(invoice, reason=reason, text="Sorry")
    assert (asked.status, asked.reason_text, asked.text) == ("asked", "Wrong one", "Sorry")
    assert not Refund.objects.exists() and statuses(invoice) == ["pending", "pending"]
    [mail] = mails("refund_asked")
    assert mail["invoice_number"] == invoice.number and "License 0" in mail["lines"] and mail["is_withdrawal"] is False
    assert OutboxMessage.objects.filter(key=f"refund-asked-staff:{asked.pk}").exists()


def test_a_line_is_asked_for_once_while_the_request_is_open(invoice: Any, clerk: Any) -> None:
    asked = ask(invoice)
    with pytest.raises(AlreadyRequested):
        ask(invoice, 0, 1)
    other = ask(invoice, 1)
    refund_requests.withdraw(request=asked)
    assert ask(invoice).pk != asked.pk
    refund_requests.refuse(request=other, by=clerk, answer="No")
    assert ask(invoice, 1).status == "asked"


def test_approved_as_asked_is_done_when_the_money_is_on_its_way(invoice: Any, clerk: Any, audited: Any) -> None:
    asked = ask(invoice)
    [refund] = grant(asked, clerk)
    assert (refund.amount, refund.status, refund.way) == (Decimal("60.00"), RefundStatus.SUCCEEDED, RefundWay.METHOD)
    asked = fresh(asked)
    assert (asked.status, asked.decided_by) == (RefundRequestStatus.DONE, clerk)
    assert statuses(invoice) == ["revoked", "pending"]
    [mail] = mails("refund_made")
    assert mail["answer"] == "We are sorry"
    assert mails("refund_answered") == []  # one mail tells all
    assert audited() == []


def test_changed_is_remembered_until_the_money_goes(stripe: Any, invoice: Any, clerk: Any) -> None:
    asked = ask(invoice)
    stripe.fail_next(kind="reset", method="POST")
    [refund] = grant(asked, clerk, amount=Decimal("10.00"))
    assert (refund.status, fresh(asked).status) == (RefundStatus.CREATED, RefundRequestStatus.CHANGED)
    refunds.ask(Refund.objects.select_related("payment__attempt").get())
    assert fresh(asked).status == RefundRequestStatus.DONE
    assert statuses(invoice) == ["pending", "pending"]


def test_a_refusal_is_mailed_with_its_answer(invoice: Any, clerk: Any) -> None:
    refused = refund_requests.refuse(request=ask(invoice, payee=PAYEE), by=clerk, answer="It was used for a year.")
    assert (refused.status, refused.answer) == ("refused", "It was used for a year.")
    assert refused.payee_account == "…3000"  # nobody needs it any more
    [mail] = mails("refund_answered")
    assert (mail["outcome"], mail["answer"]) == ("refused", "It was used for a year.")


def test_what_is_decided_cannot_be_decided_or_taken_back_again(invoice: Any, clerk: Any) -> None:
    asked = ask(invoice)
    grant(asked, clerk)
    for act in (
        lambda: refund_requests.withdraw(request=asked),
        lambda: refund_requests.refuse(request=asked, by=clerk, answer="No"),
        lambda: grant(asked, clerk, amount=Decimal("1.00")),
    ):
        with pytest.raises(RequestDecided):
            act()
    assert Refund.objects.count() == 1


def test_a_refund_that_fails_leaves_the_request_to_be_decided_anew(stripe: Any, invoice: Any, clerk: Any) -> None:
    asked = ask(invoice)
    stripe.dispute(invoice.attempts.get().provider_reference)  # it refuses to refund it
    [refund] = grant(asked, clerk)
    assert refund.status == RefundStatus.FAILED
    assert (fresh(asked).status, fresh(asked).decision) == (RefundRequestStatus.ASKED, "")


def test_a_second_person_who_declines_gives_the_request_back(
    invoice: Any, clerk: Any, make_customer: Any, settings: Any
) -> None:

    settings.REFUND_APPROVAL_ABOVE = {"EUR": Decimal(10)}
    people = [clerk, make_customer("second@example.com")]
    for person in people:
        person.groups.add(roles.ensure_role(roles.ACCOUNTING))
    asked = ask(invoice)
    [refund] = grant(asked, clerk)
    assert (refund.status, fresh(asked).status) == (RefundStatus.AWAITING, RefundRequestStatus.APPROVED)
    refund_approval.decline(refund=refund, by=people[1], reason="Too much")
    assert fresh(asked).status == RefundRequestStatus.ASKED


def test_money_that_goes_back_at_the_provider_closes_the_request(stripe: Any, invoice: Any, audited: Any) -> None:
    asked = ask(invoice, 0, 1)
    attempt = invoice.attempts.get()
    stripe.refund(attempt.provider_reference, amount=10000)
    settle(attempt_id=attempt.pk)
    assert fresh(asked).status == RefundRequestStatus.DONE
    assert not refund_requests.askable(fresh(invoice))
    assert audited() == []


def test_a_refund_that_staff_begin_beside_it_closes_the_request(invoice: Any) -> None:
    asked = ask(invoice, 1)
    decision = refund_requests.asked_decision(asked)
    refunds.begin(decision=decision, reason="By phone", by=None)
    assert fresh(asked).status == RefundRequestStatus.DONE


def test_nothing_is_asked_for_of_what_was_not_paid_or_has_gone_back(customer: Any, invoice: Any, clerk: Any) -> None:
    with pytest.raises(NotRequestable):
        ask(make_invoice(customer, "5.00"))
    grant(ask(invoice), clerk)
    with pytest.raises(NotRequestable):
        ask(invoice)
    with pytest.raises(NotRequestable):
        refund_requests.ask(invoice=invoice, lines=[10**9], language="en")


def test_requests_that_no_money_came_of_are_deleted_after_their_time(invoice: Any, settings: Any) -> None:
    settings.REFUND_REQUEST_KEEP_DAYS = 100
    _refused, _taken_back, done, waiting = (
        RefundRequest.objects.create(customer=invoice.customer, invoice=invoice, status=status, text="Sorry")
        for status in ("refused", "withdrawn", "done", "asked")
    )
    RefundRequest.objects.exclude(pk=waiting.pk).update(closed_at=clock.now() - timedelta(days=99))
    assert refund_retention.clear_refused() == 0
    RefundRequest.objects.exclude(pk=waiting.pk).update(closed_at=clock.now() - timedelta(days=101))
    assert refund_retention.clear_refused() == 2
    assert set(RefundRequest.objects.values_list("pk", flat=True)) == {done.pk, waiting.pk}
