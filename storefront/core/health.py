"""``/healthz/``, and the answer to all other requests while the database is down."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from storefront.core import error_pages, outage


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 ``{"status": "ok"}``, or 503 when the database does not answer. Reveals nothing else."""
    if outage.database_answers():
        return JsonResponse({"status": "ok"})
    return JsonResponse({"status": "unavailable"}, status=503, headers={"Retry-After": str(error_pages.RETRY_AFTER)})


class HealthCheckMiddleware:
    """Answers ``/healthz/`` before any other middleware.

    Probes use the machine's address and plain http, which ALLOWED_HOSTS and the redirect to https would refuse.
    """

    PATH = "/healthz/"

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return healthz(request) if request.path_info == self.PATH else self.get_response(request)


class DatabaseOutageMiddleware:
    """While the database is known to be down, answers 503 without trying it; static files are served as always."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if outage.known.is_on and not outage.database_answers():
            return error_pages.unavailable(request)
        return self.get_response(request)
