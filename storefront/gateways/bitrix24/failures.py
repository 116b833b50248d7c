"""How Bitrix24 says no, in classes a caller can decide by.

The table follows the vendor's list of system errors, widened where its SDKs know other statuses: the code decides,
the status only where the code is unknown. A portal's own description is never repeated, it may echo a token.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from storefront.gateways.errors import ConfigurationError, Declined, GatewayError, NotFound, Unavailable

_SAFE_CODE = re.compile(r"[A-Za-z0-9_.-]{0,64}")


class MalformedMessage(GatewayError):
    """A message does not have the documented shape. ``code`` names the field; the content is never repeated."""


class ExpiredToken(Declined):
    """The access token is too old: refresh once, repeat once."""


class InvalidToken(Declined):
    """The token is dead or foreign, or its user was dismissed: somebody has to open the app again."""


class AccessDenied(Declined):
    """The portal's plan, the user's rights or the app's scope do not allow it."""


class ClientRejected(Declined):
    """The authorization server refuses our application here: secret wrong, or not installed."""


class AppRemoved(Declined):
    """The application is not installed on this portal any more."""


class MethodMissing(NotFound):
    """The portal does not know the method, or the app lacks its scope."""


class PortalGone(Declined):
    """The portal was deleted or its public part closed. It may come back: ask again another day."""


class PortalMoved(Declined):
    """The portal answers at another address now; nothing was done at the old one. ``new_host`` is not verified."""

    def __init__(self, message: str, *, new_host: str) -> None:
        super().__init__(message, code="moved")
        self.new_host = new_host


class LimitExceeded(Unavailable):
    """Too many calls. ``retry_at`` (UTC) is set where the portal says when; ``is_blocked``: a person has to act."""

    def __init__(
        self, message: str, *, code: str = "", retry_at: datetime | None = None, is_blocked: bool = False
    ) -> None:
        super().__init__(message, code=code)
        self.retry_at = retry_at
        self.is_blocked = is_blocked


_BY_CODE: Mapping[str, type[GatewayError]] = {
    "EXPIRED_TOKEN": ExpiredToken,
    "NO_AUTH_FOUND": InvalidToken,
    "INVALID_TOKEN": InvalidToken,
    "AUTHORIZATION_ERROR": InvalidToken,
    "INVALID_GRANT": InvalidToken,
    "ERROR_OAUTH": AppRemoved,
    "APPLICATION_NOT_FOUND": AppRemoved,
    "NOT_INSTALLED": AppRemoved,
    "INVALID_CLIENT": ClientRejected,
    "ACCESS_DENIED": AccessDenied,
    "INSUFFICIENT_SCOPE": AccessDenied,
    "INVALID_SCOPE": AccessDenied,
    "INVALID_CREDENTIALS": AccessDenied,
    "USER_ACCESS_ERROR": AccessDenied,
    "PAYMENT_REQUIRED": AccessDenied,
    "WRONG_AUTH_TYPE": AccessDenied,
    "ERROR_METHOD_NOT_FOUND": MethodMissing,
    "PORTAL_DELETED": PortalGone,
    "QUERY_LIMIT_EXCEEDED": LimitExceeded,
    "OPERATION_TIME_LIMIT": LimitExceeded,
    "OVERLOAD_LIMIT": LimitExceeded,
}
_BY_STATUS: Mapping[int, type[GatewayError]] = {
    401: InvalidToken,
    403: AccessDenied,
    404: MethodMissing,
    410: PortalGone,
    429: LimitExceeded,
    503: LimitExceeded,
}


def raise_for_error(label: str, status: int, payload: Any) -> None:
    """Raise what an answer means, or return if it is a good one.

    :param label: what was called, without secrets
    :param payload: the decoded JSON, whatever it is
    :raises ConfigurationError: our client_id does not exist at all
    """
    error = payload.get("error") if isinstance(payload, dict) else None
    if error is None and 200 <= status < 300:
        if isinstance(payload, dict):
            return
        raise Unavailable(f"{label}: answer has no known shape", code="malformed")
    code = error if isinstance(error, str) and _SAFE_CODE.fullmatch(error) else ""
    message = f"{label}: {code or 'error'} (HTTP {status})"
    if code.lower() == "wrong_client":
        raise ConfigurationError(message)
    kind = _BY_CODE.get(code.upper()) or _BY_STATUS.get(status) or (Declined if status < 500 else Unavailable)
    if kind is LimitExceeded:
        raise LimitExceeded(message, code=code, retry_at=_retry_at(payload), is_blocked=code == "OVERLOAD_LIMIT")
    raise kind(message, code=code or f"http_{status}")


def _retry_at(payload: Any) -> datetime | None:
    timing = payload.get("time") if isinstance(payload, dict) else None
    seconds = timing.get("operating_reset_at") if isinstance(timing, dict) else None
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not 0 < seconds < 2**40:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None
