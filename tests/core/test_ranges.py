"""Whole files and parts of them, as RFC 9110 has it: https://www.rfc-editor.org/rfc/rfc9110#name-range-requests"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from django.http import FileResponse, HttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from storefront.core.serving import ranged

BODY = bytes(range(256)) * 10
SIZE = len(BODY)
CHANGED = "Sun, 01 Feb 2026 10:00:00 GMT"


def ask(body: bytes = BODY, method: str = "get", **headers: str) -> Any:
    @ranged
    def view(request: Any) -> Any:
        named = {"ETag": '"abc"', "Last-Modified": CHANGED}
        return FileResponse(BytesIO(body), content_type="video/webm", headers=named)

    return view(getattr(RequestFactory(), method)("/", headers=headers))


def sent(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_whole_file_says_that_parts_can_be_had() -> None:
    response = ask()
    assert (response.status_code, response["Accept-Ranges"]) == (200, "bytes")
    assert sent(response) == BODY


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-", 0, SIZE - 1),
        ("bytes=0-0", 0, 0),
        ("bytes=100-199", 100, 199),
        ("bytes=2559-", SIZE - 1, SIZE - 1),
        ("bytes=2000-99999", 2000, SIZE - 1),
        ("bytes=-1", SIZE - 1, SIZE - 1),
        ("bytes=-99999", 0, SIZE - 1),
        ("Bytes=5-6", 5, 6),
        ("bytes= 5-6 ", 5, 6),
    ],
)
def test_part_is_sent(asked: str, first: int, last: int) -> None:
    response = ask(range=asked)
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert response["Content-Length"] == str(last - first + 1)
    assert sent(response) == BODY[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=2560-", "bytes=99999-100000", "bytes=-0"])
def test_part_beyond_the_end_cannot_be_had(asked: str) -> None:
    response = ask(range=asked)
    assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{SIZE}")
    assert (sent(response), response["Content-Length"]) == (b"", "0")


@pytest.mark.parametrize("asked", ["bytes=0-", "bytes=-5", "bytes=0-0"])
def test_nothing_has_no_parts(asked: str) -> None:
    response = ask(body=b"", range=asked)
    assert (response.status_code, response["Content-Range"]) == (416, "bytes */0")


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=0-1,5-6",  # several: the whole file is allowed, and no flood of tiny parts is possible
        "bytes=0-,0-,0-",
        "bytes=6-5",
        "bytes=-",
        "bytes=",
        "bytes",
        "items=0-5",
        "bytes=a-b",
        "bytes=1.5-2",
        "bytes=+1-2",
        "bytes=--5",
        "bytes=\u0661-\u0662",
        "bytes=" + "9" * 5000 + "-",
        "bytes=0-5; x",
    ],
)
def test_what_is_no_single_range_gets_the_whole_file(asked: str) -> None:
    response = ask(range=asked)
    assert response.status_code == 200
    assert sent(response) == BODY


@pytest.mark.parametrize(
    ("named", "status"),
    [
        ('"abc"', 206),
        ('"other"', 200),
        ('W/"abc"', 200),
        (CHANGED, 206),
        ("Sun, 01 Feb 2026 10:00:01 GMT", 200),
        ("Sun, 01 Feb 2026 09:59:59 GMT", 200),
        ("nonsense", 200),
        ("abc", 200),
    ],
)
def test_part_of_another_file_is_not_sent(named: str, status: int) -> None:
    assert ask(**{"range": "bytes=0-9", "if-range": named}).status_code == status


def test_head_tells_about_the_whole_file() -> None:
    response = ask(method="head", range="bytes=0-9")
    assert (response.status_code, response["Content-Length"]) == (200, str(SIZE))


def test_other_answers_are_left_alone() -> None:
    @ranged
    def refuse(request: Any) -> HttpResponse:
        return HttpResponse("no", status=403)

    response = refuse(RequestFactory().get("/", headers={"range": "bytes=0-0"}))
    assert (response.status_code, response.content, response.get("Accept-Ranges")) == (403, b"no", None)


@given(body=st.binary(max_size=40), first=st.integers(0, 60), last=st.integers(0, 60) | st.none())
def test_any_range_is_a_slice(body: bytes, first: int, last: int | None) -> None:
    response = ask(body=body, range=f"bytes={first}-{'' if last is None else last}")
    if last is not None and last < first:
        assert (response.status_code, sent(response)) == (200, body)
    elif first >= len(body):
        assert response.status_code == 416
    else:
        assert (response.status_code, sent(response)) == (206, body[first:] if last is None else body[first : last + 1])


@given(body=st.binary(max_size=40), length=st.integers(0, 60))
def test_any_suffix_is_the_end(body: bytes, length: int) -> None:
    response = ask(body=body, range=f"bytes=-{length}")
    if length and body:
        assert (response.status_code, sent(response)) == (206, body[-length:])
    else:
        assert response.status_code == 416


@given(asked=st.text(alphabet="bytes=-, 0123456789x", max_size=20))
def test_whatever_is_asked_is_answered(asked: str) -> None:
    response = ask(range=asked)
    assert response.status_code in (200, 206, 416)
    assert len(sent(response)) == int(response["Content-Length"])
