"""Edit forms whose changes another person must approve (``users.approvals``).

The form saves as always, so that what it would do is known to the last value; then all of it is undone, and the two
states are put before the second person.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from cms.edit_conflicts.value_log import Changes
from storefront.core.kept_states import State
from storefront.users import approvals


class SecondPerson:
    """Mixin of edit views. ``approval_kind`` is one of settings.APPROVAL_KINDS. ``saved`` calls ``undo`` inside the
    transaction of the save, and the view calls ``ask`` after it."""

    approval_kind: str
    request: Any
    object: Any
    is_approval_needed = False
    proposal: dict[str, Any] | None = None

    def is_valid(self, form: Any) -> bool:
        try:
            self.is_approval_needed = approvals.is_needed(self.approval_kind)
        except approvals.TooFewHolders:
            return self._refuse(
                _(
                    "Not saved: such a change needs a second person, and fewer than two people have the right to it. "
                    "Give the right to another person first."
                )
            )
        if self.is_approval_needed and self._is_waiting():
            return self._refuse(_("Not saved: another change of this waits for approval. Have that one decided first."))
        return bool(super().is_valid(form))  # type: ignore[misc]

    def undo(self, changes: Changes, before: State, after: State) -> None:
        """Undo the save, and keep what it did for ``ask``."""
        self.proposal = {
            "key": str(self.object.pk),
            "seen": before,
            "change": after,
            "before": changes.before,
            "after": changes.after,
        }
        transaction.set_rollback(True)

    def ask(self) -> None:
        """Put what was undone before a second person; nothing if nothing was."""
        if self.proposal is not None:
            stored = type(self.object)._default_manager.get(pk=self.object.pk)
            approvals.ask(name=self.approval_kind, label=str(stored), by=self.request.user, **self.proposal)

    def get_success_message(self) -> str:
        if self.is_approval_needed:
            return _("Nothing is changed yet: another person must approve it, and is told.")
        return str(super().get_success_message())  # type: ignore[misc]

    def _is_waiting(self) -> bool:
        return approvals.waiting().filter(kind=self.approval_kind, key=str(self.object.pk)).exists()

    def _refuse(self, message: str) -> bool:
        self.produced_error_code, self.produced_error_message = "invalid_revision", message
        return False
