"""What every act of staff on a license has: a right, a reason, a lock; and why an act is not possible."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext_lazy as _

from storefront.core import states
from storefront.licensing.models import License
from storefront.licensing.states import LicenseStatus
from storefront.users.models import User

REASON_LENGTH = 1000


class NotPossible(Exception):
    """The act is not possible now, and nothing was changed. ``code`` is one of ``_texts``; ``str()`` is for staff."""

    _texts = {
        "no_reason": _("Give a reason: it is stored in the history."),
        "revoked": _("This license is revoked, for good."),
        "nothing": _("Give at least one day or month."),
        "too_long": _("That is more than ten years."),
        "waiting": _("Its time does not run, so it has no end yet. Extend it instead."),
        "same_end": _("It ends on that day already."),
        "past": _("That day is over. To end a license at once, revoke it."),
        "nothing_left": _("Nothing that was paid for would be left. Revoke the license instead."),
        "suspended": _("It is suspended. Restore it first."),
        "suspended_already": _("Staff has suspended it already."),
        "not_suspended": _("Staff has not suspended it."),
        "until_past": _("That day is over."),
        "not_portal": _("It is not tied to a Bitrix24."),
        "unbound": _("It is linked to no Bitrix24. Correct its address instead."),
        "bound": _("It is linked to its Bitrix24 already. Move it instead."),
        "same_portal": _("It has this address already."),
        "no_tax_rate": _("The table of tax rates has none for the customer's country. Add it under Shop, Tax rates."),
        "given_already": _("This has been given already: the button was pressed twice."),
        "not_on_sale": _("This period is not on sale."),
        "other_product": _("This period is of another product."),
        "same_holder": _("This customer holds it already."),
        "twin": _("The customer has another license of this type that waits for that address."),
    }

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def __str__(self) -> str:
        return str(self._texts[self.code])


def begin(license: License, *, actor: User, right: str, reason: str) -> str:
    """Check right and reason, lock the license and re-read it. Returns the reason as it is stored.

    :raises PermissionDenied: the actor lacks ``right``
    :raises NotPossible: no_reason; revoked
    """
    if not actor.has_perm(right):
        raise PermissionDenied
    reason = reason.strip()
    if not reason:
        raise NotPossible("no_reason")
    states.lock(license)
    if license.status == LicenseStatus.REVOKED:
        raise NotPossible("revoked")
    return reason[:REASON_LENGTH]
