"""At log-in the session's conversation moves to the account, or the account's latest one into the session; and files go
with their rows."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.db import transaction
from django.db.models.signals import post_delete
from django.dispatch import receiver
from django.http import HttpRequest

from storefront.support import access, queries
from storefront.support.models import Attachment
from storefront.support.services import conversations
from storefront.users.models import User


@receiver(user_logged_in, dispatch_uid="support.follow_to_account")
def follow_to_account(sender: Any, request: HttpRequest | None, user: User, **kwargs: Any) -> None:
    if request is None or getattr(request, "session", None) is None:
        return
    if held := access.held_by(request):
        conversations.adopt(public_id=held, customer=user)
    elif latest := queries.latest_of(user):
        request.session[access.SESSION_KEY] = latest.public_id


@receiver(post_delete, sender=Attachment, dispatch_uid="support.delete_file")
def delete_file(sender: Any, instance: Attachment, **kwargs: Any) -> None:
    """A file goes with its row, once that is certain."""
    transaction.on_commit(lambda: instance.file.delete(save=False), robust=True)
