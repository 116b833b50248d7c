"""Limits per visitor."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from storefront.core import throttle
from storefront.core.throttle import Throttled, throttled


@pytest.fixture(autouse=True)
def _limits(settings: Any) -> None:
    settings.THROTTLES = {"try": "2/hour", "other": "2/hour"}


def visit(peer: str = "203.0.113.9") -> HttpRequest:
    return RequestFactory().post("/", REMOTE_ADDR=peer)


def test_over_the_limit_is_refused_with_the_time_to_wait() -> None:
    throttle.hit("try", visit())
    throttle.hit("try", visit())
    with pytest.raises(Throttled) as refused:
        throttle.hit("try", visit())
    assert 0 < refused.value.retry_after <= 3601


def test_visitors_and_names_are_counted_apart() -> None:
    for _ in range(2):
        throttle.hit("try", visit())
    throttle.hit("try", visit("203.0.113.10"))
    throttle.hit("other", visit())


@pytest.mark.django_db
def test_view_answers_429_to_changes_and_still_shows_pages() -> None:
    @throttled("try")
    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse("ok")

    assert [view(visit()).status_code for _ in range(3)] == [200, 200, 429]
    assert view(RequestFactory().get("/", REMOTE_ADDR="203.0.113.9")).status_code == 200
