"""Edit forms whose changes another person must approve (``users.approvals``).

The form saves as always, so that what it would do is known to the last value; then all of it is undone, and the two
states are put before the second person.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy
from wagtail.admin import messages

from cms.edit_conflicts.value_log import Changes
from storefront.core.kept_states import State
from storefront.users import approvals, staffing

TOO_FEW = gettext_lazy(
    "Not saved: such a change needs a second person, and fewer than two people have the right to it. "
    "Give the right to another person first."
)
WAITS_ALREADY = gettext_lazy("Not saved: another change of this waits for approval. Have that one decided first.")
NOT_YET = gettext_lazy("Nothing is changed yet: another person must approve it, and is told.")


class SecondPerson:
    """Mixin of edit views. ``approval_kind`` is one of settings.APPROVAL_KINDS, ``approval_title`` what owners are told
    where one person does it alone. ``saved`` calls ``conclude`` inside the transaction of the save, and the view calls
    ``ask`` after it, in an outer one that holds the thing since before ``is_valid``: of two at once the second waits,
    and is told that the first one's change waits."""

    approval_kind: str
    approval_title: str
    request: Any
    object: Any
    is_approval_needed = False
    is_saved = False
    proposal: dict[str, Any] | None = None

    def is_valid(self, form: Any) -> bool:
        try:
            self.is_approval_needed = approvals.is_needed(self.approval_kind)
        except approvals.TooFewHolders:
            return self._refuse(str(TOO_FEW))
        if self.is_approval_needed and self._is_waiting():
            return self._refuse(str(WAITS_ALREADY))
        return bool(super().is_valid(form))  # type: ignore[misc]

    def conclude(self, changes: Changes, before: State, after: State) -> None:
        """Undo the save and keep what it did for ``ask``, where another person must approve it; else tell the owners.
        The states decide, as changes may have no words."""
        if not changes and before == after:
            return
        if not self.is_approval_needed:
            lines = [self.named(), *changes.lines]
            staffing.tell_owners(by=self.request.user, title=self.approval_title, lines=lines)
            return
        self.proposal = {
            "key": str(self.object.pk),
            "seen": before,
            "change": after,
            "before": changes.before,
            "after": changes.after,
        }
        transaction.set_rollback(True)

    def named(self) -> Any:
        """What owners call the thing."""
        return str(self.object)

    def ask(self) -> None:
        """Put what was undone before a second person; nothing if nothing was."""
        if self.proposal is not None:
            stored = type(self.object)._default_manager.get(pk=self.object.pk)
            approvals.ask(name=self.approval_kind, label=str(stored), by=self.request.user, **self.proposal)
            messages.success(self.request, str(NOT_YET))
        elif self.is_approval_needed and self.is_saved:
            messages.success(self.request, super().get_success_message())  # type: ignore[misc]

    def get_success_message(self) -> str | None:
        """Where a second person may be needed, ``ask`` says what came of it."""
        self.is_saved = True
        return None if self.is_approval_needed else str(super().get_success_message())  # type: ignore[misc]

    def _is_waiting(self) -> bool:
        return approvals.waiting().filter(kind=self.approval_kind, key=str(self.object.pk)).exists()

    def _refuse(self, message: str) -> bool:
        self.produced_error_code, self.produced_error_message = "invalid_revision", message
        return False
