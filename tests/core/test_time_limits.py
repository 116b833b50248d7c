"""How long and how many wait for outside companies, whoever asks them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from storefront.core.request_time_limit import RequestTimeLimit
from storefront.core.time_limits import ConcurrencyLimit, time_limit
from storefront.gateways.errors import Busy, Unavailable
from storefront.gateways.http import HttpClient
from tests.hanging import Hanging


@pytest.fixture
def company() -> Iterator[Hanging]:
    with Hanging() as stand_in:
        yield stand_in


def ask(company: Hanging) -> Any:
    return HttpClient(allow_loopback=True, read_timeout=60, total_timeout=60).request("GET", company.base_url + "/")


def test_an_errand_ends_when_its_time_is_over_whatever_hangs(company: Hanging) -> None:
    with time_limit(0.2):
        with pytest.raises(Unavailable) as first:
            ask(company)
        with pytest.raises(Busy):  # no time is left: it is not even asked
            ask(company)
    assert first.value.code == "timeout"
    assert company.asked.acquire(timeout=60) and not company.asked.acquire(blocking=False)
    assert not company.let_go.is_set()


def test_an_errand_without_limit_has_the_clients_own() -> None:
    with Hanging() as company:
        company.let_go.set()
        assert ask(company).status == 200


def visitor(company: Hanging, threads: int, settings: Any) -> Callable[[], HttpResponse]:
    settings.WEB_THREADS, settings.WEB_PATIENCE_SECONDS = threads, 60.0

    def view(request: HttpRequest) -> HttpResponse:
        try:
            ask(company)
        except Busy:
            return HttpResponse("busy", status=503)
        return HttpResponse("answered")

    return lambda: RequestTimeLimit(view)(RequestFactory().get("/"))


def begin(visit: Callable[[], HttpResponse], answers: list[int]) -> threading.Thread:
    thread = threading.Thread(target=lambda: answers.append(visit().status_code))
    thread.start()
    return thread


def test_half_of_the_threads_may_wait_and_who_comes_then_is_told_at_once(company: Hanging, settings: Any) -> None:
    visit, answers = visitor(company, 6, settings), []
    waiting = [begin(visit, answers) for _ in range(3)]
    for _ in waiting:
        assert company.asked.acquire(timeout=60)
    assert visit().status_code == 503
    assert all(thread.is_alive() for thread in waiting) and not company.let_go.is_set()
    company.let_go.set()
    for thread in waiting:
        thread.join()
    assert answers == [200] * 3
    assert visit().status_code == 200  # the places are free again


def test_control_with_more_threads_the_fourth_waits_as_well(company: Hanging, settings: Any) -> None:
    visit, answers = visitor(company, 8, settings), []
    waiting = [begin(visit, answers) for _ in range(4)]
    for _ in waiting:
        assert company.asked.acquire(timeout=60)
    company.let_go.set()
    for thread in waiting:
        thread.join()
    assert answers == [200] * 4


def test_a_place_is_given_back_after_a_failure() -> None:
    crowd = ConcurrencyLimit(1)
    for _ in range(3):
        with time_limit(60, crowd), pytest.raises(Unavailable) as failed:
            HttpClient(allow_loopback=True).request("GET", "http://127.0.0.1:9/")
        assert not isinstance(failed.value, Busy)
