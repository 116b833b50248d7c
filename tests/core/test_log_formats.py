"""Log lines tell what they are about, as text and as JSON, and hold no secret."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest
from django.test import Client, RequestFactory
from structlog.contextvars import bound_contextvars

from storefront.core import error_pages, error_tracking
from storefront.core.log_formats import LineFormatter, json_formatter
from storefront.core.log_masking import MaskLinks

TOKEN = "gtPtxXjiGie6qRmxe1GFFQ"


def record(message: str, *args: Any, **options: Any) -> logging.LogRecord:
    made = logging.LogRecord("shop", logging.ERROR, "", 1, message, args, options.get("exc_info"))
    assert MaskLinks().filter(made)
    return made


def failure() -> Any:
    try:
        raise ValueError(f"/pay/{TOKEN}/")
    except ValueError:
        return sys.exc_info()


def test_a_line_of_json_tells_what_it_is_about() -> None:
    with bound_contextvars(request_id="1f0c", order="SO-1"):
        line = json_formatter().format(record("paid %s", "INV-1"))
    told = json.loads(line)
    assert (told["event"], told["request_id"], told["order"]) == ("paid INV-1", "1f0c", "SO-1")
    assert (told["level"], told["logger"]) == ("error", "shop")
    assert told["timestamp"].endswith("Z")


def test_json_holds_no_secret_neither_in_text_nor_traceback_nor_context() -> None:
    with bound_contextvars(path=f"/pay/{TOKEN}/"):
        line = json_formatter().format(record("lost %s", f"/pay/{TOKEN}/", exc_info=failure()))
    assert TOKEN not in line
    assert "ValueError" in json.loads(line)["exception"]


def test_a_line_of_text_tells_it_too() -> None:
    formatter = LineFormatter("%(message)s")
    with bound_contextvars(request_id="1f0c", path=f"/pay/{TOKEN}/"):
        line = formatter.format(record("paid"))
    assert "request_id=1f0c" in line and TOKEN not in line
    assert formatter.format(record("paid")) == "paid"


def test_every_answer_names_its_request_and_no_two_are_alike() -> None:
    first, second = (Client().get("/healthz/")["X-Request-ID"] for _ in range(2))
    assert first and first != second


def test_a_visitor_cannot_choose_the_number() -> None:
    assert Client().get("/healthz/", headers={"x-request-id": "chosen"})["X-Request-ID"] != "chosen"


@pytest.mark.django_db
def test_the_page_for_an_error_names_its_request() -> None:
    request = RequestFactory().get("/")
    request.request_id = "1f0c2a"
    assert "1f0c2a" in error_pages.server_error(request).content.decode()


def test_what_is_told_to_sentry_holds_neither_secrets_nor_persons() -> None:
    event = {
        "user": {"email": "ada@example.com"},
        "request": {"url": f"https://shop.example/pay/{TOKEN}/", "method": "GET", "cookies": {"sessionid": "s"},
                    "data": {"email": "ada@example.com"}, "headers": {"Cookie": "s"}},
        "logentry": {"message": f"lost /pay/{TOKEN}/"},
    }  # fmt: skip
    told = json.dumps(error_tracking.before_send(event, {}))
    assert "shop.example" in told
    for secret in (TOKEN, "ada@example.com", "sessionid"):
        assert secret not in told
