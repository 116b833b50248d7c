"""A confirmation of staff counts once: pressed twice, sent again or in the same moment, it is carried out one time.

Each preview has a key of its own, sent back with what was previewed. The act that is carried out uses the key up.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction

from storefront.backoffice.models import ConfirmedAct
from storefront.core import clock
from storefront.core.retention import delete_in_batches

KEEP = timedelta(days=90)
_LENGTH = 32


def digest(sentences: list[str], data: Mapping[str, Any]) -> str:
    """Identifies what was previewed: the sentences, and what they were made of."""
    fields = sorted((name, str(value)) for name, value in data.items())
    return hashlib.sha256(repr((sentences, fields)).encode()).hexdigest()


def write(digest: str) -> str:
    """What the form of a preview holds: a new key, and what identifies the preview."""
    return secrets.token_hex(_LENGTH // 2) + digest


def read(text: str) -> tuple[str, str]:
    """Key and digest of what ``write`` wrote; ("", "") for anything else."""
    key, digest = text[:_LENGTH], text[_LENGTH:]
    return (key, digest) if digest and text.isascii() and text.isalnum() else ("", "")


def use(key: str) -> bool:
    """Use a key up; False if that was done before. Inside a transaction, a second one waits until it is clear what
    came of the first."""
    try:
        with transaction.atomic():
            ConfirmedAct.objects.create(key=key)
    except IntegrityError:
        return False
    return True


def give_back(key: str) -> None:
    """Nothing was done: the same confirmation may be sent again."""
    ConfirmedAct.objects.filter(key=key).delete()


def done(key: str, url: str) -> None:
    """The act is carried out; ``url`` is where its person was led."""
    ConfirmedAct.objects.filter(key=key).update(url=url)


def find(key: str) -> ConfirmedAct | None:
    return ConfirmedAct.objects.filter(key=key).first()


def clear_old() -> int:
    """Delete what nobody sends again. Returns how many rows."""
    return delete_in_batches(ConfirmedAct.objects.filter(created_at__lt=clock.now() - KEEP))
