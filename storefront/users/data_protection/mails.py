"""What customers are told about their data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from storefront.core.language import absolute_url
from storefront.notifications import mails, outbox
from storefront.notifications.mails import Mail
from storefront.users.models import DataRequest, User


@dataclass(frozen=True, slots=True, kw_only=True)
class DataReady(Mail):
    """The copy can be fetched on ``data_url``, which needs the log-in, until ``expires_at``."""

    data_url: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureAsked(Mail):
    """The account will be erased at ``due_at``; ``withdraw_url`` says no. ``is_by_staff``: staff asked for it."""

    login: str
    due_at: datetime
    withdraw_url: str
    is_by_staff: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureWithdrawn(Mail):
    """Nothing is erased."""

    login: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasurePutOff(Mail):
    """Something must be settled first; ``problem`` says what. It is tried again every day."""

    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased(Mail):
    """The last mail to this address. ``number`` is what invoices are kept under."""

    number: int


def ready(request: DataRequest, expires_at: datetime) -> None:
    customer = request.customer
    mail = DataReady(
        name=customer.name,
        data_url=absolute_url("account-data", language=customer.language),
        expires_at=expires_at,
    )
    _enqueue(mail, customer, f"data-ready:{request.public_id}")


def asked(request: DataRequest, *, due_at: datetime, withdraw_url: str) -> None:
    customer = request.customer
    mail = ErasureAsked(
        name=customer.name,
        login=customer.email,
        due_at=due_at,
        withdraw_url=withdraw_url,
        is_by_staff=request.asked_by_id != request.customer_id,
    )
    _enqueue(mail, customer, f"erasure-asked:{request.public_id}")


def withdrawn(request: DataRequest) -> None:
    customer = request.customer
    mail = ErasureWithdrawn(name=customer.name, login=customer.email)
    _enqueue(mail, customer, f"erasure-withdrawn:{request.public_id}")


def put_off(request: DataRequest, problem: str) -> None:
    customer = request.customer
    _enqueue(ErasurePutOff(name=customer.name, problem=problem), customer, f"erasure-put-off:{request.public_id}")


def erased(request: DataRequest, *, to: str, name: str, language: str) -> None:
    """The outbox forgets it a day after it was sent (settings.OUTBOX_KEEP_DAYS)."""
    mail = Erased(name=name, number=request.customer_id)
    payload: dict[str, Any] = {
        "template": mail.template, "to": to, "language": language, "context": mail.context(),
    }  # fmt: skip
    outbox.enqueue(
        kind="mail.farewell", key=f"erased:{request.public_id}", payload=payload, template=mail.template, recipient=to
    )


def staff_put_off(request: DataRequest, problem: str) -> None:
    """``problem`` in English."""
    mails.staff_notice(
        key=f"erasure-put-off:{request.public_id}",
        subject="A customer cannot be erased yet",
        text=f"Customer {request.customer_id} is to be erased. {problem}\n\n"
        f"It is tried again every day: {settings.SITE_URL}{settings.WAGTAIL_PATH}customers/{request.customer_id}/",
    )


def _enqueue(mail: Mail, customer: User, key: str) -> None:
    mails.enqueue(mail, to=customer.email, language=customer.language, key=key)
