"""Health check of staff: whether changes that need a second person can find one."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from storefront.core.doctor import Level, Result
from storefront.users import approvals


def second_persons() -> Iterator[Result]:
    """Nothing where the rule is off."""
    if not approvals.is_on():
        return
    subject, alone = _("Second person"), approvals.kinds_without_holders()
    if alone:
        found = _(
            "Fewer than two people have the right to these changes: %(kinds)s. The seller and roles cannot be changed "
            "until another person has it."
        )
        yield Result(subject, found % {"kinds": ", ".join(alone)}, Level.WARNING)
    else:
        yield Result(subject, _("Every change that needs one can find one."))
