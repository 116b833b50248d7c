"""``/healthz/`` (alive), ``/readyz/`` (ready), and the answer to all other requests while the database is down."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from storefront.core import doctor, error_pages, metrics, outage
from storefront.core.doctor import Level

#: Seconds for which an answer of /readyz/ is repeated, however many probes ask.
KEPT = 1.0


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """Always 200 ``{"status": "alive"}``: the process answers. Asks nothing, so that a probe does not restart it
    because of something that a restart cannot mend."""
    return JsonResponse({"status": "alive"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 ``{"status": "ready"}``; 503 with the names of the checks that failed while pages cannot be served.

    ``impaired`` names what the shop goes on without (the cache). Reveals nothing else.
    """
    failing, impaired = _readiness.look()
    answer: dict[str, object] = {"status": "unavailable" if failing else "ready"}
    if failing:
        answer["failing"] = failing
    if impaired:
        answer["impaired"] = impaired
    if failing:
        return JsonResponse(answer, status=503, headers={"Retry-After": str(error_pages.RETRY_AFTER)})
    return JsonResponse(answer)


class Readiness:
    """The latest look at the checks that decide readiness, repeated for KEPT seconds."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._until = 0.0
        self._found: tuple[list[str], list[str]] = ([], [])

    def look(self) -> tuple[list[str], list[str]]:
        """Names of the checks that found trouble, and of those with a warning."""
        with self._lock:
            if time.monotonic() >= self._until:
                results = doctor.run(ask_others=False, only_readiness=True)
                failing = {result.check: None for result in results if result.level is Level.TROUBLE}
                impaired = {result.check: None for result in results if result.level is Level.WARNING}
                self._found = list(failing), list(impaired)
                self._until = time.monotonic() + KEPT
            return self._found

    def forget(self) -> None:
        """Look anew at the next request."""
        self._until = 0.0


_readiness = Readiness()
forget_readiness = _readiness.forget


class HealthCheckMiddleware:
    """Answers probes, and Prometheus, before any other middleware.

    They use the machine's address and plain http, which ALLOWED_HOSTS and the redirect to https would refuse.
    """

    VIEWS = {"/healthz/": healthz, "/readyz/": readyz, "/metrics": metrics.metrics}

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        view = self.VIEWS.get(request.path_info)
        return view(request) if view else self.get_response(request)


class DatabaseOutageMiddleware:
    """While the database is known to be down, answers 503 without trying it; static files are served as always."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if outage.known.is_on and not outage.database_answers():
            return error_pages.unavailable(request)
        return self.get_response(request)
