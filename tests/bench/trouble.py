"""Seconds while something else is broken: the shop as in production (two web processes of four threads, one worker)
with stand-ins that hang or are away. Printed at the end of ``make bench``."""

from __future__ import annotations

import http.client
import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.bench.driver import Visitor

PEOPLE = 12
#: Longer than anybody waits for a provider; what hangs answers then.
HANG = 30
#: A payment that is not seen by then is not seen at all.
PATIENCE = 120.0
#: How long Stripe is away.
AWAY = 20.0


@dataclass
class Ports:
    """Where the shop listens, and the stand-ins of Stripe, the mail company and Bitrix24."""

    shop: int
    stripe: int
    mail: int = field(init=False)
    bitrix24: int = field(init=False)

    def __post_init__(self) -> None:
        self.mail, self.bitrix24 = self.stripe + 1, self.stripe + 2


def tell(port: int, path: str, **fields: Any) -> Any:
    """Press a button of a stand-in."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", f"/_control/{path}", json.dumps(fields), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise RuntimeError(f"{path}: {answer.status} {body[:300]!r}")
    return json.loads(body)


def status_of(port: int, path: str) -> tuple[int, float]:
    """The status of a page and the seconds it took."""
    started = time.perf_counter()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    return answer.status, time.perf_counter() - started


def home_times(port: int, seconds: float) -> list[float]:
    """How long home takes, asked for four times a second."""
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end:
        times.append(status_of(port, "/")[1])
        time.sleep(0.25)
    return sorted(times)


class Buyer:
    """A stranger with an order of their own at its pay page."""

    def __init__(self, port: int, number: str, place: Any) -> None:
        self.visitor, self.port = Visitor(port), port
        self.pay_path: str = place(self.visitor, number)
        self.session = ""

    def press_pay(self) -> None:
        """Open the provider's page; what answers instead is no fault of the bench."""
        try:
            self.session = self.visitor.post(self.pay_path).rpartition("/c/pay/")[2].partition("?")[0].partition("#")[0]
        except RuntimeError:
            self.session = ""

    def seconds_to_paid(self, stripe: int) -> float:
        """Pay by card on the provider's page; seconds until the pay page is closed as paid."""
        tell(stripe, f"sessions/{self.session}/pay")
        return self.seconds_until_paid()

    def seconds_until_paid(self) -> float:
        started = time.perf_counter()
        while status_of(self.port, self.pay_path)[0] != 410:
            if time.perf_counter() - started > PATIENCE:
                raise RuntimeError("the payment was not seen")
            time.sleep(0.05)
        return time.perf_counter() - started


@contextmanager
def hanging_stripe(ports: Ports) -> Iterator[None]:
    tell(ports.stripe, "faults", kind="hang", count=10_000, seconds=HANG)
    try:
        yield
    finally:
        tell(ports.stripe, "faults/clear")


def report(ports: Ports, place: Any) -> None:
    """``place`` puts a stranger's order: called with a visitor and a number, it returns the path of the pay page."""
    number = iter(range(10_000))

    def buyer() -> Buyer:
        return Buyer(ports.shop, f"{os.getpid()}-t{next(number)}", place)

    def ready() -> Buyer:
        one = buyer()
        one.press_pay()
        return one

    print(f"card paid -> Paid: {ready().seconds_to_paid(ports.stripe):.1f} s", flush=True)
    _while_mail_hangs(ports, ready)
    _while_bitrix24_hangs(ports, ready())
    _while_stripe_was_away(ports, ready())
    _while_pay_is_pressed(ports, [buyer() for _ in range(PEOPLE)])


def _while_mail_hangs(ports: Ports, ready: Callable[[], Buyer]) -> None:
    tell(ports.mail, "faults", kind="hang", count=5, seconds=HANG)
    one = ready()
    time.sleep(2)  # the worker is at the mail with the order
    print(f"card paid -> Paid while mail hangs: {one.seconds_to_paid(ports.stripe):.1f} s (aim < 3)", flush=True)
    tell(ports.mail, "reset")


def _while_bitrix24_hangs(ports: Ports, one: Buyer) -> None:
    tell(ports.bitrix24, "fault", method="*", kind="slow", times=-1, seconds=HANG)
    tell(ports.bitrix24, "install", portal="acme", app="yeastar-s")
    time.sleep(1)  # the worker has begun to ask about it
    print(f"card paid -> Paid while Bitrix24 hangs: {one.seconds_to_paid(ports.stripe):.1f} s (aim < 3)", flush=True)
    tell(ports.bitrix24, "reset")


def _while_stripe_was_away(ports: Ports, one: Buyer) -> None:
    tell(ports.stripe, "faults", kind="reset", count=1_000_000)
    tell(ports.stripe, f"sessions/{one.session}/pay")
    time.sleep(AWAY)
    tell(ports.stripe, "faults/clear")
    print(
        f"paid while Stripe was away -> Paid after its return: {one.seconds_until_paid():.1f} s (aim < 15)", flush=True
    )


def _while_pay_is_pressed(ports: Ports, people: list[Buyer]) -> None:
    quiet = home_times(ports.shop, 5)
    with hanging_stripe(ports):
        pressing = [threading.Thread(target=one.press_pay) for one in people]
        for thread in pressing:
            thread.start()
        busy = home_times(ports.shop, 10)
        for thread in pressing:
            thread.join()
    middle = busy[len(busy) // 2] / quiet[len(quiet) // 2]
    print(
        f"home while {PEOPLE} people press Pay and Stripe hangs: {middle:.1f} times as long as without, "
        f"at most {busy[-1]:.2f} s (without: {quiet[-1]:.2f} s)",
        flush=True,
    )
