"""Remembers log-ins and failed tries, for the time line of a customer; forgets them, and notes, after a while."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.http import HttpRequest

from storefront.backoffice.models import LogIn, StaffNote
from storefront.core import clock, visitor
from storefront.core.retention import delete_in_batches
from storefront.users import services
from storefront.users.models import User
from storefront.users.sessions import described

#: Failed tries kept for one account in an hour: whoever guesses fills no table.
MOST_FAILED_IN_AN_HOUR = 20


def succeeded(sender: Any, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    """Receiver of ``user_logged_in``; the checkout's log-in of a new buyer is one too."""
    _remember(user, request, is_success=True)


def failed(sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    """Receiver of ``user_login_failed``. A try for an address without an account leaves nothing."""
    user = services.find_by_email(str(credentials.get("email") or ""))
    if user is None:
        return
    recent = LogIn.objects.filter(user=user, is_success=False, created_at__gt=clock.now() - timedelta(hours=1))
    if recent.count() < MOST_FAILED_IN_AN_HOUR:
        _remember(user, request, is_success=False)


def clear_old() -> int:
    """Delete what is older than settings.LOGIN_KEEP_DAYS. Returns how many rows."""
    before = clock.now() - timedelta(days=settings.LOGIN_KEEP_DAYS)
    return delete_in_batches(LogIn.objects.filter(created_at__lt=before))


def clear_old_notes() -> int:
    """Delete notes of staff older than settings.NOTE_KEEP_DAYS. Returns how many."""
    before = clock.now() - timedelta(days=settings.NOTE_KEEP_DAYS)
    return delete_in_batches(StaffNote.objects.filter(created_at__lt=before))


def connect() -> None:
    user_logged_in.connect(succeeded, dispatch_uid="backoffice.log_in_succeeded")
    user_login_failed.connect(failed, dispatch_uid="backoffice.log_in_failed")


def _remember(user: User, request: HttpRequest | None, *, is_success: bool) -> None:
    agent = request.headers.get("User-Agent", "") if request else ""
    LogIn.objects.create(
        user=user,
        is_success=is_success,
        ip_address=visitor.client_address(request) if request else None,
        device=described(agent)[:100],
    )
