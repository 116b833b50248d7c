"""How long a member of staff may see a customer's account: noted in their own session, so it ends with the log-out."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpRequest

from storefront.core import clock
from storefront.users.models import User

LASTS = timedelta(minutes=30)
#: Session key: the customer's key (as text) -> when it ends (seconds since 1970).
_KEY = "sees_accounts"


def give(request: HttpRequest, customer: User) -> None:
    """From now on, for LASTS. Permits that are over are forgotten."""
    now = int(clock.now().timestamp())
    others = {key: end for key, end in request.session.get(_KEY, {}).items() if end > now}
    request.session[_KEY] = others | {str(customer.pk): now + int(LASTS.total_seconds())}


def take(request: HttpRequest, customer_id: int) -> None:
    permits = dict(request.session.get(_KEY, {}))
    if permits.pop(str(customer_id), None) is not None:
        request.session[_KEY] = permits


def minutes_left(request: HttpRequest, customer: User) -> int:
    """Begun minutes; 0: may not see it."""
    end = request.session.get(_KEY, {}).get(str(customer.pk), 0)
    return max(0, -(-(end - int(clock.now().timestamp())) // 60))
