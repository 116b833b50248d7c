"""What the companies say of a mail is read as they mean it, and only from themselves."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from storefront.core import mail_companies
from storefront.gateways.errors import ConfigurationError, InvalidSignature
from storefront.notifications import tracking
from storefront.notifications.models import DeliveryStatus
from tests.notifications.company_messages import COMPANIES, ID, SECRET, TO, Post

NOW = datetime(2026, 3, 6, tzinfo=UTC)
AT = datetime(2026, 3, 5, 12, tzinfo=UTC)
HARD, SOFT, COMPLAINT, DELIVERY = range(4)
#: A soft bounce is told, or is no more than a delay.
MEANT = {
    HARD: {DeliveryStatus.BOUNCED},
    SOFT: {DeliveryStatus.UNDELIVERED, None},
    COMPLAINT: {DeliveryStatus.COMPLAINED},
    DELIVERY: {DeliveryStatus.DELIVERED},
}
#: Mandrill tells of no delivery, Postal of no complaint.
SILENT = {("mandrill", DELIVERY), ("postal", COMPLAINT)}


@pytest.fixture
def company(request: Any, settings: Any) -> str:
    name: str = request.param
    settings.SITE_URL = "https://shop.example"
    settings.ALLOWED_HOSTS = ["shop.example"]
    settings.EMAIL_BACKEND = f"anymail.backends.{name}.EmailBackend"
    own, _post, _said = COMPANIES[name]
    settings.ANYMAIL = own or {"WEBHOOK_SECRET": [SECRET]}
    return name


def posted(name: str, what: int) -> Post:
    _own, post, said = COMPANIES[name]
    return post(said[what])


def read(post: Post) -> list[tracking.Report]:
    return list(tracking.read(post.body, post.headers, NOW))


every = pytest.mark.parametrize("company", COMPANIES, indirect=True)


def test_every_company_that_tells_is_here() -> None:
    offered = {name for name, each in mail_companies.COMPANIES.items() if each.webhook}
    assert offered - set(COMPANIES) == {"sendgrid", "sendinblue"}  # no longer tested by anymail; Brevo's former name


@every
@pytest.mark.parametrize("what", MEANT)
def test_it_is_read_as_it_is_meant(company: str, what: int) -> None:
    if (company, what) in SILENT:
        return
    reports = read(posted(company, what))
    assert {report.status for report in reports} | ({None} if not reports else set()) <= MEANT[what]
    for report in reports:
        assert (report.email, report.provider_reference.strip("<>"), report.at) == (TO, ID, AT)
    assert what == SOFT or len(reports) == 1


@every
def test_a_copy_has_the_same_id_and_another_message_has_not(company: str) -> None:
    (first,) = read(posted(company, HARD))
    assert read(posted(company, HARD)) == [first]
    others = [read(posted(company, what)) for what in (COMPLAINT, DELIVERY) if (company, what) not in SILENT]
    assert first.id not in {report.id for reports in others for report in reports}


@every
def test_nobody_else_is_believed(company: str) -> None:
    post = posted(company, HARD)
    # Mailgun signs a token of its own, in the body; Unisender Go has the proof of the whole body in it.
    altered = Post(
        post.body.replace(*((b"token", b"other") if company == "mailgun" else (b"buyer", b"other"))), post.headers
    )
    bare = Post(post.body, {"content-type": post.headers["content-type"]})
    is_inside = company in ("mailgun", "unisender_go")
    forged = [altered] if is_inside else [bare] if "authorization" in post.headers else [altered, bare]
    for each in forged:
        assert each != post
        with pytest.raises(InvalidSignature):
            read(each)


@every
@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"a": 1}', b"\xff", b"mandrill_events=x"])
def test_what_cannot_be_read_is_refused_and_stores_nothing(company: str, body: bytes) -> None:
    post = posted(company, HARD)
    with suppress(InvalidSignature):
        assert read(Post(body, post.headers)) == []


@every
def test_a_secret_of_ours_is_asked_for_beside_the_companys_own(company: str, settings: Any) -> None:
    if "WEBHOOK_SECRET" in settings.ANYMAIL:
        return
    settings.ANYMAIL = settings.ANYMAIL | {"WEBHOOK_SECRET": [SECRET]}
    with pytest.raises(InvalidSignature):
        read(posted(company, HARD))


@pytest.mark.parametrize("company", ["mailersend", "postal"], indirect=True)
def test_a_secret_of_the_companys_own_that_is_not_there_is_our_fault_and_no_crash(company: str, settings: Any) -> None:
    settings.ANYMAIL = {"WEBHOOK_SECRET": [SECRET]}
    with pytest.raises(ConfigurationError):
        read(posted(company, HARD))
