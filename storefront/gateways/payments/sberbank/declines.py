"""What the bank's codes of a refusal (``actionCode``) mean. It names many hundreds; few of them can be told to a buyer.

Those read here are met in the sources that ``api`` names: 101, 116, 208, 209, 71015 and -2007. Assumed, as no
document at hand lists them: that 2003, -2006, -2011, -2016 and -2018 are failures of 3-D Secure, and -100 an order that
nobody tried to pay.
"""

from __future__ import annotations

from storefront.gateways.payments.words import DeclineReason, RefusalClass

#: Ours, where the bank wants a buyer who is absent to confirm the charge.
BUYER_NEEDED = "three_d_secure"
#: Ours, of a binding: the buyer has taken it back; the bank does not know it.
BINDING_INACTIVE, BINDING_UNKNOWN = "binding_inactive", "binding_unknown"
LAPSED = "-2007"
#: Of an order that was closed before anybody tried to pay it.
UNTRIED = frozenset({"", "0", "-100", LAPSED})
_THREE_DS = ("2003", "-2006", "-2011", "-2016", "-2018")

DECLINES = {
    "116": DeclineReason.FUNDS,
    "101": DeclineReason.EXPIRED,
    "71015": DeclineReason.DETAILS,
    LAPSED: DeclineReason.LAPSED,
    BUYER_NEEDED: DeclineReason.AUTHENTICATION,
    **dict.fromkeys(_THREE_DS, DeclineReason.AUTHENTICATION),
}
CLASSES = {
    "116": RefusalClass.LATER,
    "101": RefusalClass.METHOD_DEAD,
    "208": RefusalClass.METHOD_DEAD,
    "71015": RefusalClass.METHOD_DEAD,
    "209": RefusalClass.LATER,
    BUYER_NEEDED: RefusalClass.BUYER_NEEDED,
    BINDING_INACTIVE: RefusalClass.MANDATE_ENDED,
    BINDING_UNKNOWN: RefusalClass.METHOD_DEAD,
    **dict.fromkeys(_THREE_DS, RefusalClass.BUYER_NEEDED),
}
