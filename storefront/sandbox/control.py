"""What all stand-ins offer tests and demos: buttons below ``/_control/``, faults in a queue, a file for their state."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from storefront.sandbox.server import Handler, Request, Response, StandIn

#: Called with the fields of the JSON body (of the query for a GET) and the parameters of the path.
Act = Callable[..., Any]


class Refusal(Exception):
    """A stand-in's own refusal, in its provider's words."""

    def response(self) -> Response:
        raise NotImplementedError


def add_controls(stand_in: StandIn, *, reads: Mapping[str, Act], acts: Mapping[str, Act]) -> None:
    """Serve ``/_control/<pattern>``: ``reads`` by GET, ``acts`` by POST of a JSON object. Answers are JSON.

    An unknown thing (KeyError) is answered with 404, a wrong field (TypeError, ValueError) with 400.
    """
    for pattern, act in reads.items():
        stand_in.route("GET", f"/_control/{pattern}/?", _handler(act, lambda request: request.query))
    for pattern, act in acts.items():
        stand_in.route("POST", f"/_control/{pattern}/?", _handler(act, lambda request: request.json()))


def _handler(act: Act, fields: Callable[[Request], dict[str, Any]]) -> Handler:
    def handle(request: Request) -> Response:
        # A form of another site could post here, but not as JSON.
        is_json = request.headers.get("content-type", "").startswith("application/json")
        if request.method == "POST" and not is_json:
            return Response({"error": "send JSON"}, 415)
        try:
            result = act(**request.params, **fields(request))
        except Refusal as refusal:
            return refusal.response()
        except KeyError as missing:
            return Response({"error": f"there is no {missing}"}, 404)
        except (TypeError, ValueError) as wrong:
            return Response({"error": str(wrong)}, 400)
        return Response(json.dumps(result).encode(), headers={"Content-Type": "application/json"})

    return handle


class Ordered(Protocol):
    """A fault for the next ``count`` calls that fit; for all of them if ``count`` is negative."""

    count: int


AnyFault = TypeVar("AnyFault", bound=Ordered)


class Faults(Generic[AnyFault]):
    """The faults in force: each call takes at most one, the oldest that fits. ``stop`` wakes every call that hangs."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._faults: list[AnyFault] = []
        self._stopped = threading.Event()

    def add(self, fault: AnyFault) -> None:
        with self._lock:
            self._faults.append(fault)

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def listing(self) -> list[dict[str, Any]]:
        with self._lock:
            return [dict(vars(fault)) for fault in self._faults]

    def next(self, fits: Callable[[AnyFault], bool] = lambda fault: True) -> AnyFault | None:
        """The fault for this call, used up by it."""
        with self._lock:
            fault = next((each for each in self._faults if fits(each)), None)
            if fault is not None:
                fault.count -= 1
                if fault.count == 0:
                    self._faults.remove(fault)
            return fault

    def stop(self) -> None:
        self._stopped.set()

    def wait(self, seconds: float) -> None:
        self._stopped.wait(seconds)


class StateFile:
    """JSON that outlives the process; nothing without a path. A reader never sees half of it."""

    def __init__(self, path: Path | str | None) -> None:
        self._path = Path(path) if path else None

    def read(self) -> Any:
        """What was written last; None if nothing was."""
        return json.loads(self._path.read_text()) if self._path and self._path.exists() else None

    def write(self, state: Callable[[], Any]) -> None:
        """Write what ``state`` returns, which is asked only if there is a file."""
        if self._path:
            beside = self._path.with_name(f"{self._path.name}.new")
            beside.parent.mkdir(parents=True, exist_ok=True)
            beside.write_text(json.dumps(state()))
            beside.replace(self._path)
