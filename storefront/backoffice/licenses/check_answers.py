"""What the customer can do about a license that does not work, ready to be pasted into an answer."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.backoffice.licenses.check_words import worst
from storefront.core.instants import instant
from storefront.licensing.bitrix24.diagnosis import Check, Level
from storefront.licensing.models import License

_LATER = gettext_lazy("Your license %(number)s begins in %(host)s by itself when the present license there ends.")
_AGAIN = gettext_lazy(
    "The app “%(product)s” was removed from %(host)s. Please install it again: the license works at once."
)
_OPEN_IT = gettext_lazy("Please let an administrator open the app in %(host)s once; the rest happens by itself.")
_EXTEND = gettext_lazy(
    "Your license %(number)s ended on %(end)s. Please extend it in your account: it works again at once."
)
#: By the code of the check that matters most.
_TEXTS: dict[str, Promise] = {
    "state_grace": _EXTEND,
    "state_expired": _EXTEND,
    "state_suspended": gettext_lazy("Your license %(number)s is suspended at the moment. We will write to you why."),
    "state_revoked": gettext_lazy("Your license %(number)s was withdrawn and works no longer."),
    "state_pending": _OPEN_IT,
    "state_scheduled": _LATER,
    "portal_taken": _LATER,
    "host_taken": gettext_lazy(
        "%(host)s belonged to another Bitrix24 before. Please tell us how we can see that it is yours now: we link "
        "your license %(number)s then."
    ),
    "host_unproven": gettext_lazy(
        "Your Bitrix24 %(host)s does not answer our questions: its server may not be reachable from the internet. "
        "We link your license %(number)s by hand."
    ),
    "unproven": _OPEN_IT,
    "unnamed": gettext_lazy("Please enter the address of your Bitrix24 for license %(number)s in your account."),
    "unknown_portal": gettext_lazy(
        "Your license %(number)s is for %(host)s, but the app “%(product)s” was not opened there yet. Please "
        "install it from the Bitrix24 Market and open it once. If the address is wrong, correct it in your account."
    ),
    "removed": _AGAIN,
    "answers_removed": _AGAIN,
    "no_token": _OPEN_IT,
    "no_admin": _OPEN_IT,
    "no_contact": _OPEN_IT,
    "not_told": _OPEN_IT,
    "answers_dead_token": _OPEN_IT,
    "answers_no_rest": gettext_lazy(
        "The plan of your Bitrix24 %(host)s allows no requests of apps (REST). Please choose a plan with it, or "
        "write to us if your plan includes it."
    ),
    "answers_gone": gettext_lazy(
        "Your Bitrix24 %(host)s seems to be closed. To which one shall we move license %(number)s?"
    ),
    "silent": gettext_lazy(
        "Your Bitrix24 %(host)s did not answer us just now. Please check that it can be reached from the internet."
    ),
}


def for_customer(license: License, checks: list[Check]) -> str:
    """What the customer can do, in the active language, ready to be pasted into an answer."""
    check = worst(checks)
    words = {
        "number": license.number, "product": license.product_title, "host": license.portal_address,
        "end": instant(license.valid_until), "detail": check.detail,
    }  # fmt: skip
    text: str | Promise | None = _TEXTS.get(check.code)
    if text is None and check.level in (Level.GOOD, Level.NOTE):
        text = _(
            "From here your license %(number)s works. Please open the app in %(host)s once more and reload the page. "
            "If it still does not work, send us a picture of what you see."
        )
    return str(text or _("We are looking into your license %(number)s and will write to you.")) % words
