"""Why something cannot be done with a message, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storefront.core.instants import instant
from storefront.inbox import repairs as inbox
from storefront.notifications import repairs

WORDS: dict[type[Exception], str | Promise] = {
    repairs.BeingSent: gettext_lazy("The worker is sending it just now. Look again in a minute."),
    repairs.AlreadySent: gettext_lazy("It has been sent. You can send a copy instead."),
    repairs.NotWaiting: gettext_lazy("It is neither waiting nor failed: there is nothing to give up."),
    repairs.StillWaiting: gettext_lazy("It has not been sent yet: try it now instead of sending a copy."),
    repairs.NotCopied: gettext_lazy("Messages of this kind are sent once and never again."),
    repairs.NothingToSay: gettext_lazy("Its cause is gone: the account, the address or the request no longer exists."),
    repairs.FixedAddress: gettext_lazy(
        "Its link opens the account, so it goes to the account's own address only. Correct the customer's e-mail first."
    ),
    repairs.OnlyItsReader: gettext_lazy(
        "With its link one writes as the customer, so it goes to nobody else. Answer in the conversation instead."
    ),
    repairs.SentAgainMeanwhile: gettext_lazy("Somebody has just sent it again."),
    inbox.BeingHandled: gettext_lazy("The worker is handling it just now. Look again in a minute."),
    inbox.AlreadyOver: gettext_lazy("It is over: its content is no longer kept."),
}
WITHHELD: dict[str, str | Promise] = {
    "bounced": gettext_lazy(
        "Mails to this address come back. Send to another address, or say first that this one works."
    ),
    "complained": gettext_lazy("Its owner reported a mail as unwanted, so mails of this kind do not go there."),
}


def in_words(error: Exception) -> str:
    """The sentence for a RepairError of outbox or inbox."""
    if isinstance(error, repairs.LinkEnded):
        return _("The link in it ended on %(at)s. Write to the customer, or make a new order or link.") % {
            "at": instant(error.at)
        }
    if isinstance(error, repairs.AddressTakesNone):
        return str(WITHHELD[error.code])
    return str(WORDS.get(type(error), _("This is not possible just now.")))
