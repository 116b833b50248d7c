"""The mail stand-in takes what django-anymail's Postmark backend sends, refuses what Postmark refuses, shows it all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from anymail.exceptions import AnymailRequestsAPIError
from anymail.message import AnymailMessage
from django.core.mail import get_connection

from storefront.sandbox.mail import MailStandIn
from storefront.sandbox.server import Request, Response, StandIn

TOKEN = "sandbox-mail-token"
GOOD = {"From": "Shop <shop@example.com>", "To": "Buyer <buyer@example.com>", "Subject": "Hi", "TextBody": "Hello"}


@pytest.fixture
def mails() -> Iterator[MailStandIn]:
    with MailStandIn(server_token=TOKEN) as running:
        yield running


def post(mails: MailStandIn, data: Any, *, path: str = "/email", token: str = TOKEN) -> requests.Response:
    return requests.post(f"{mails.base_url}{path}", json=data, headers={"X-Postmark-Server-Token": token}, timeout=10)


def message(mails: MailStandIn, **fields: Any) -> AnymailMessage:
    connection = get_connection(
        "anymail.backends.postmark.EmailBackend", server_token=TOKEN, api_url=f"{mails.base_url}/"
    )
    defaults = {
        "subject": "Your license",
        "body": "Key: 123",
        "from_email": "shop@example.com",
        "to": ["b@example.com"],
    }
    return AnymailMessage(connection=connection, **(defaults | fields))


def test_mail_sent_through_anymail_arrives_whole(mails: MailStandIn) -> None:
    mail = message(mails, to=["Ada Büyer <Ada@Example.com>"], cc=["c@example.com"], reply_to=["help@example.com"])
    mail.attach_alternative("<p>Key: <b>123</b></p>", "text/html")
    mail.attach("invoice.pdf", b"%PDF-", "application/pdf")
    mail.extra_headers["X-Order"] = "1001"
    mail.metadata = {"outbox": "7"}
    mail.tags = ["license"]
    assert mail.send() == 1
    (got,) = mails.messages(to="ADA@example.com")
    assert (got["subject"], got["text"], got["html"]) == ("Your license", "Key: 123", "<p>Key: <b>123</b></p>")
    assert (got["headers"], got["metadata"], got["tag"]) == ({"X-Order": "1001"}, {"outbox": "7"}, "license")
    assert got["recipients"] == ["ada@example.com", "c@example.com"]
    assert got["attachments"][0]["name"] == "invoice.pdf"
    assert mail.anymail_status.recipients["Ada@Example.com"].status == "sent"
    assert mail.anymail_status.recipients["Ada@Example.com"].message_id == got["message_id"]


def test_wrong_token_is_refused(mails: MailStandIn) -> None:
    response = post(mails, GOOD, token="other")
    assert (response.status_code, response.json()["ErrorCode"]) == (401, 10)
    assert mails.messages() == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"Colour": "red"}, 403),
        ({"TrackOpens": "yes"}, 403),
        ({"To": ""}, 300),
        ({"To": "nobody"}, 300),
        ({"To": ", ".join(f"b{n}@example.com" for n in range(51))}, 300),
        ({"From": ""}, 300),
        ({"From": "a@example.com, b@example.com"}, 300),
        ({"TextBody": ""}, 300),
        ({"Subject": "Hi\r\nBcc: x@example.com"}, 300),
        ({"Headers": [{"Name": "X", "Value": "a\r\nb"}]}, 300),
        ({"Headers": [{"Name": "X"}]}, 403),
        ({"Metadata": {"k": "x" * 81}}, 300),
        ({"Attachments": [{"Name": "a", "Content": "***", "ContentType": "text/plain"}]}, 300),
    ],
)
def test_what_postmark_refuses_is_refused(mails: MailStandIn, changes: dict[str, Any], code: int) -> None:
    response = post(mails, GOOD | changes)
    assert (response.status_code, response.json()["ErrorCode"]) == (422, code)
    assert mails.messages() == []


def test_body_that_is_no_json_is_refused(mails: MailStandIn) -> None:
    headers = {"X-Postmark-Server-Token": TOKEN, "Content-Type": "application/json"}
    response = requests.post(f"{mails.base_url}/email", data="{", headers=headers, timeout=10)
    assert (response.status_code, response.json()["ErrorCode"]) == (422, 402)


def test_every_mail_of_a_batch_has_its_own_answer(mails: MailStandIn) -> None:
    answers = post(mails, [GOOD, GOOD | {"To": "nobody"}], path="/email/batch").json()
    assert [answer["ErrorCode"] for answer in answers] == [0, 300]
    assert len(mails.messages()) == 1


@pytest.mark.parametrize("status", [500, 422])
def test_ordered_failure_reaches_the_sender_once(mails: MailStandIn, status: int) -> None:
    mails.fail_next(status=status)
    with pytest.raises(AnymailRequestsAPIError):
        message(mails).send()
    assert mails.messages() == []
    assert message(mails).send() == 1


@pytest.mark.parametrize(("kind", "kept"), [("lost", 1), ("reset", 0)])
def test_broken_connection_reaches_the_sender(mails: MailStandIn, kind: str, kept: int) -> None:
    mails.fail_next(kind=kind)
    with pytest.raises(AnymailRequestsAPIError):
        message(mails).send()
    assert len(mails.messages()) == kept


def test_late_answer_is_a_timeout_though_the_mail_arrived(mails: MailStandIn) -> None:
    mails.fail_next(kind="hang", seconds=30)
    with pytest.raises(requests.Timeout):
        requests.post(
            f"{mails.base_url}/email", json=GOOD, headers={"X-Postmark-Server-Token": TOKEN}, timeout=(3, 0.2)
        )
    assert len(mails.messages()) == 1


def test_mailbox_lists_newest_first_and_escapes(mails: MailStandIn) -> None:
    for subject in ("First", "<b>Second</b>"):
        post(mails, GOOD | {"Subject": subject})
    page = requests.get(f"{mails.base_url}/", timeout=10).text
    assert page.index("&lt;b&gt;Second") < page.index("First")
    assert "Buyer &lt;buyer@example.com&gt;" in page and "<script" not in page


def test_message_page_shows_both_parts_and_runs_nothing(mails: MailStandIn) -> None:
    html = '<a href="https://shop.example/x">Go</a><script>alert(1)</script>'
    post(mails, GOOD | {"HtmlBody": html, "TextBody": "See https://shop.example/k?a=1&b=2."})
    mail = mails.messages()[0]["id"]
    page = requests.get(f"{mails.base_url}/m/{mail}", timeout=10)
    assert 'sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="&lt;base target=' in page.text
    assert '<a href="https://shop.example/k?a=1&amp;b=2" target="_blank"' in page.text
    assert "<script" not in page.text and "default-src 'none'" in page.headers["Content-Security-Policy"]
    alone = requests.get(f"{mails.base_url}/m/{mail}/html", timeout=10)
    assert alone.text == html and alone.headers["Content-Security-Policy"].startswith("sandbox ")
    assert requests.get(f"{mails.base_url}/m/unknown", timeout=10).status_code == 404


def test_attachments_are_downloads(mails: MailStandIn) -> None:
    file = {"Name": 'in"voice\r\n.html', "Content": "PGI+", "ContentType": "text/html"}
    post(mails, GOOD | {"Attachments": [file]})
    mail = mails.messages()[0]["id"]
    got = requests.get(f"{mails.base_url}/m/{mail}/attachments/0", timeout=10)
    assert (got.content, got.headers["Content-Type"]) == (b"<b>", "application/octet-stream")
    assert got.headers["Content-Disposition"] == 'attachment; filename="in_voice__.html"'
    assert requests.get(f"{mails.base_url}/m/{mail}/attachments/1", timeout=10).status_code == 404


def test_controls_work_over_http(mails: MailStandIn) -> None:
    post(mails, GOOD)
    post(mails, GOOD | {"To": "other@example.com"})
    address = f"{mails.base_url}/_control"
    assert len(requests.get(f"{address}/messages", timeout=10).json()) == 2
    (found,) = requests.get(f"{address}/messages", params={"to": "other@example.com"}, timeout=10).json()
    assert found["to"] == "other@example.com"
    assert requests.post(f"{address}/faults", json={"status": 500, "count": 2}, timeout=10).status_code == 200
    assert [post(mails, GOOD).status_code for _ in range(3)] == [500, 500, 200]
    assert requests.post(f"{address}/faults", json={"kind": "nonsense"}, timeout=10).status_code == 400
    assert requests.post(f"{address}/reset", data={}, timeout=10).status_code == 415
    assert requests.post(f"{address}/reset", json={}, timeout=10).status_code == 200
    assert mails.messages() == []


def test_mails_survive_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "mail.json"
    with MailStandIn(server_token=TOKEN, state_path=path) as mails:
        post(mails, GOOD)
        before = mails.messages()
    with MailStandIn(server_token=TOKEN, state_path=path) as mails:
        assert mails.messages() == before


def find(mails: MailStandIn, token: str = TOKEN, **query: str) -> requests.Response:
    headers = {"X-Postmark-Server-Token": token}
    return requests.get(f"{mails.base_url}/messages/outbound", params=query, headers=headers, timeout=10)


def test_what_was_sent_is_found_by_recipient_and_metadata(mails: MailStandIn) -> None:
    for number in "12":
        post(mails, GOOD | {"Metadata": {"mail_id": number}})
    answer = find(mails, count="10", offset="0", recipient="Buyer@example.com", metadata_mail_id="2").json()
    assert (answer["TotalCount"], [row["Metadata"] for row in answer["Messages"]]) == (1, [{"mail_id": "2"}])
    assert find(mails, count="10", offset="0", recipient="other@example.com").json()["TotalCount"] == 0
    assert [row["Metadata"]["mail_id"] for row in find(mails, count="1", offset="1").json()["Messages"]] == ["1"]


def test_a_search_postmark_would_not_answer_is_refused(mails: MailStandIn) -> None:
    assert find(mails, token="other", count="1", offset="0").status_code == 401
    for query in ({"count": "1"}, {"offset": "0"}, {"count": "501", "offset": "0"}, {"count": "0", "offset": "0"}):
        assert find(mails, **query).status_code == 422, query
    assert find(mails, count="1", offset="0", key="2").status_code == 422


def test_a_bounce_is_told_with_the_password_and_the_address_gets_nothing_more(mails: MailStandIn) -> None:
    told: list[tuple[str, dict[str, Any]]] = []

    class Shop(StandIn):
        def __init__(self) -> None:
            super().__init__()
            self.route("POST", "/hooks/mail/", self.hear)

        def hear(self, request: Request) -> Response:
            told.append((request.headers["authorization"], request.json()))
            return Response({})

    with Shop() as shop, MailStandIn(webhook_url=f"{shop.base_url}/hooks/mail/", webhook_auth="name:word") as company:
        post(company, GOOD)
        address = f"{company.base_url}/_control"
        assert requests.post(f"{address}/deliver", json={"to": "buyer@example.com"}, timeout=10).status_code == 200
        order = {"to": "buyer@example.com", "type": "HardBounce", "copies": 2}
        assert requests.post(f"{address}/bounce", json=order, timeout=10).status_code == 200
        assert requests.post(f"{address}/bounce", json={"to": "nobody@example.com"}, timeout=10).status_code == 400
        assert requests.post(f"{address}/bounce", json=order | {"type": "Bang"}, timeout=10).status_code == 400
        assert [body["RecordType"] for _, body in told] == ["Delivery", "Bounce", "Bounce"]
        assert told[1] == told[2] and told[0][0] == "Basic bmFtZTp3b3Jk"
        assert told[1][1]["MessageID"] == company.messages()[0]["message_id"]
        refused = post(company, GOOD)
        assert (refused.status_code, refused.json()["ErrorCode"]) == (422, 406)
        assert post(company, GOOD | {"Cc": "other@example.com"}).status_code == 200  # somebody gets it


def let_in(mails: MailStandIn, data: Any, token: str = TOKEN) -> requests.Response:
    return post(mails, data, path="/message-streams/outbound/suppressions/delete", token=token)


def test_an_address_is_let_in_again_but_not_after_a_complaint(mails: MailStandIn) -> None:
    wanted = {"Suppressions": [{"EmailAddress": "Buyer@example.com"}]}
    post(mails, GOOD)
    mails.bounce(to="buyer@example.com")
    assert let_in(mails, wanted, token="other").status_code == 401
    assert let_in(mails, {"Suppressions": ["buyer@example.com"]}).status_code == 422
    assert let_in(mails, wanted).json()["Suppressions"][0]["Status"] == "Deleted"
    assert post(mails, GOOD).status_code == 200
    mails.bounce(to="buyer@example.com", type="SpamComplaint")
    assert let_in(mails, wanted).json()["Suppressions"][0]["Status"] == "Failed"
    assert post(mails, GOOD).status_code == 422


@pytest.mark.parametrize("kind", ["SoftBounce", "Transient", "Blocked"])
def test_a_bounce_that_may_pass_holds_nothing_back(mails: MailStandIn, kind: str) -> None:
    post(mails, GOOD)
    assert mails.bounce(to="buyer@example.com", type=kind)["Inactive"] is False
    assert post(mails, GOOD).status_code == 200
