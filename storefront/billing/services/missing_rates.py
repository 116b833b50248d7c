"""A country whose tax applies, and of which the table of rates has none: the buyer is told, and so are staff.

Nothing is sold there until there is a rate; nobody is charged a tax that was guessed.
"""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from storefront.billing import review_values
from storefront.billing.errors import TaxRateMissing
from storefront.billing.services import reviews
from storefront.core.sentences import Sentence

#: Kind of the review list.
MISSING = "tax_rate_missing"


_TEXT = _(
    "The table of tax rates has none for %(place)s that is in force now, so that nothing can be sold to buyers who owe "
    "this tax. Add it under Shop, Tax rates."
)


def report(missing: TaxRateMissing) -> None:
    """File it for staff, once until somebody resolves it. Not in the transaction that the error ends."""
    told = Sentence(_TEXT, {"place": missing.place})
    reviews.file_until_resolved(about=f"{MISSING}:{missing.place}", kind=MISSING, detail=[told])


def told(missing: TaxRateMissing) -> str:
    """To staff, in the active language."""
    return gettext(_TEXT) % {"place": review_values.place(missing.place)}
