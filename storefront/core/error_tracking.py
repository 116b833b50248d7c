"""Errors are told to Sentry where settings.SENTRY_DSN is set: without personal data, without values of variables, and
masked as the logs are. https://docs.sentry.io/platforms/python/data-management/sensitive-data/"""

from __future__ import annotations

from typing import Any

from storefront.core.log_masking import mask_data


def start(*, dsn: str, release: str) -> None:
    """Raises ImportError if sentry-sdk (extra ``prod``) is not installed."""
    import sentry_sdk

    sentry_sdk.init(
        dsn=dsn,
        release=release or None,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        traces_sample_rate=0.0,
        before_send=before_send,  # type: ignore[arg-type]  # an event is a dictionary
        before_breadcrumb=before_breadcrumb,
    )


def before_send(event: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
    """Mask secrets, and drop what could name a person: user, cookies, body and query of the request."""
    event.pop("user", None)
    request = event.get("request")
    if isinstance(request, dict):
        event["request"] = {name: request[name] for name in ("url", "method") if name in request}
    safe: dict[str, Any] = mask_data(event)
    return safe


def before_breadcrumb(crumb: dict[str, Any], hint: dict[str, Any]) -> dict[str, Any]:
    safe: dict[str, Any] = mask_data(crumb)
    return safe
