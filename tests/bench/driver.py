"""A small load driver: keep-alive connections in threads, and a browser without a window."""

from __future__ import annotations

import http.client
import re
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.bench.servers import cpu_seconds


@dataclass
class Sample:
    """What one round measured. ``cpu`` is seconds of server CPU, ``times`` one latency in seconds per request."""

    seconds: float = 0.0
    cpu: float = 0.0
    times: list[float] = field(default_factory=list)

    def add(self, other: Sample) -> None:
        self.seconds += other.seconds
        self.cpu += other.cpu
        self.times += other.times

    @property
    def rate(self) -> float:
        return len(self.times) / self.seconds

    @property
    def p95(self) -> float:
        return sorted(self.times)[int(len(self.times) * 0.95)]

    @property
    def cpu_each(self) -> float:
        return self.cpu / len(self.times)


def load(*, port: int, path: str, headers: dict[str, str], count: int, pid: int, clients: int = 4) -> Sample:
    """``count`` GETs by ``clients`` connections; every answer must be 200."""
    sample = Sample()
    lock = threading.Lock()
    before, started = cpu_seconds(pid), time.perf_counter()

    def run() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        times = []
        for _ in range(count // clients):
            begin = time.perf_counter()
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{path} answered {answer.status}")
            times.append(time.perf_counter() - begin)
        connection.close()
        with lock:
            sample.times += times

    threads = [threading.Thread(target=run) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sample.seconds = time.perf_counter() - started
    sample.cpu = cpu_seconds(pid) - before
    if len(sample.times) != count // clients * clients:
        raise RuntimeError(f"{path}: not every request was answered with 200")
    return sample


class Visitor:
    """Cookies, forms and redirects inside the shop; counts its requests."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.cookies: dict[str, str] = {}
        self.requests = 0
        self.page = ""
        self.location = ""

    @property
    def headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}

    def _send(self, method: str, path: str, body: str | None = None) -> int:
        headers = self.headers
        if body is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
        self.connection.request(method, path, body=body, headers=headers)
        answer = self.connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        self.location = answer.headers.get("Location", "")
        self.page = answer.read().decode("utf-8", "replace")
        self.requests += 1
        return answer.status

    def get(self, path: str) -> str:
        status = self._send("GET", path)
        if status != 200:
            raise RuntimeError(f"GET {path}: {status}")
        return self.page

    def post(self, path: str, **data: str) -> str:
        """Post a form from the current page, with its token if it has one; returns where it leads."""
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page)
        if token:
            data["csrfmiddlewaretoken"] = token[1]
        status = self._send("POST", path, urlencode(data))
        if status not in (302, 303):
            raise RuntimeError(f"POST {path}: {status}\n{self.page[:2000]}")
        return self.location
