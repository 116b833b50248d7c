"""Documents issued by many workers at once: each once, numbers without a gap; killed anywhere, none is lost."""

from __future__ import annotations

from typing import Any

import pytest

from storefront.billing.documents import asking, issuing, numbering
from storefront.billing.documents.content import DocumentKind
from storefront.billing.documents.models import Document, DocumentRequest, RequestStatus
from storefront.core import clock, states
from storefront.notifications.models import OutboxMessage
from tests.billing.building import make_invoice
from tests.races.conftest import dawdle, errors
from tests.races.test_crashes import MOST_POINTS, backend, doomed, mails  # noqa: F401  (fixtures)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


def acts_to_issue(customer: Any, count: int) -> list[DocumentRequest]:
    for _each in range(count):
        invoice = make_invoice(customer, with_order=False)
        invoice.status, invoice.paid_at = "paid", clock.now()
        invoice.save(update_fields=["status", "paid_at"])
        asking.invoice_paid(invoice, None)
    DocumentRequest.objects.exclude(kind=DocumentKind.ACT).update(status=RequestStatus.NOT_NEEDED)
    return list(DocumentRequest.objects.filter(kind=DocumentKind.ACT))


@pytest.mark.parametrize("crowd", [2, 8])
def test_workers_at_once_issue_each_act_once_and_leave_no_gap(customer: Any, race: Any, crowd: int) -> None:
    requests = acts_to_issue(customer, 5)
    race(issuing.issue_due, copies=crowd)
    while issuing.issue_due():
        pass
    numbers = Document.objects.filter(kind=DocumentKind.ACT).order_by("number").values_list("number", flat=True)
    assert [int(number[-6:]) for number in numbers] == list(range(1, len(requests) + 1))
    assert OutboxMessage.objects.filter(template="document_issued").count() == len(requests)


def test_two_who_hold_the_same_request_issue_one_act(customer: Any, race: Any) -> None:
    (request,) = acts_to_issue(customer, 1)
    results = race(lambda: issuing.issue(request.pk), copies=4)
    assert errors(results) == []
    assert Document.objects.count() == 1


def test_control_run_without_the_lock_they_take_the_same_number(customer: Any, race: Any, monkeypatch: Any) -> None:
    requests = acts_to_issue(customer, 2)
    take = numbering.next_number

    def slowly(*args: Any, **kwargs: Any) -> str:
        number = take(*args, **kwargs)
        dawdle()
        return number

    monkeypatch.setattr(states, "lock", lambda row: (row.refresh_from_db(), row)[1])
    numbering.DocumentSequence.objects.create(series=f"ACT/0/{clock.today().year}")
    monkeypatch.setattr(issuing.numbering, "next_number", slowly)
    results = race(*[lambda request=request: issuing.issue(request.pk) for request in requests])
    assert errors(results)


def test_killed_at_any_point_an_act_is_issued_and_mailed_once(
    doomed: Any,  # noqa: F811
    make_customer: Any,
) -> None:
    for die_at in range(1, MOST_POINTS):
        (request,) = acts_to_issue(make_customer(f"buyer{die_at}@example.com"), 1)[-1:]
        died = doomed.run("issue_documents", die_at)
        DocumentRequest.objects.update(leased_until=None)
        issuing.issue_due()
        request.refresh_from_db()
        assert request.status == RequestStatus.ISSUED and request.document is not None
        key = f"document:{request.document.public_id}"
        assert OutboxMessage.objects.filter(key=key).count() == 1
        if not died:
            break
    else:
        pytest.fail("the flow never came to its end")
    numbers = Document.objects.order_by("number").values_list("number", flat=True)
    assert [int(number[-6:]) for number in numbers] == list(range(1, die_at + 1)) and die_at > 2
