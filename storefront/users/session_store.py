"""Sessions in the database in which a script's request takes back nothing that a page's request has saved meanwhile.

https://docs.djangoproject.com/en/5.2/topics/http/sessions/#extending-database-backed-session-engines
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore
from django.db import transaction


class SessionStore(DatabaseSessionStore):
    """``yields``: set for requests in the background. Django saves a session as a whole, as it was when the request
    began and with its changes; with ``yields`` only its own changes are saved, and of two changes of one key the one
    that is saved already stays: what a script sent is older than what its page sent afterwards."""

    yields = False

    def __init__(self, session_key: str | None = None) -> None:
        self._loaded: dict[str, Any] = {}
        super().__init__(session_key)

    def load(self) -> dict[str, Any]:
        """What is saved; {} for a session that is unknown or over."""
        found: dict[str, Any] = super().load()
        self._loaded = deepcopy(found)
        return found

    def save(self, must_create: bool = False) -> None:
        """Raises UpdateError if the session has been ended meanwhile, CreateError if ``must_create`` and it exists."""
        if must_create or not self.yields or self.session_key is None:
            super().save(must_create)
            return
        self.keys()  # loaded before it is compared
        with transaction.atomic():
            row = self.model.objects.select_for_update().filter(session_key=self.session_key).first()
            if row is not None:
                self._take_over(row.get_decoded())
            super().save()

    def _take_over(self, saved: dict[str, Any]) -> None:
        """Every change that others have saved since this session was loaded."""
        for key in {*saved, *self._loaded}:
            if key not in saved:
                self.pop(key, None)
            elif key not in self._loaded or saved[key] != self._loaded[key]:
                self[key] = saved[key]
