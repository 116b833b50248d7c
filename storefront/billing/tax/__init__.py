"""Which tax a sale bears, and why: ``decide`` is the one place that says so, from what it is given alone.

``treatments``: how a sale may be taxed, and the reason. ``inputs``: what the answer depends on. ``territories``: which
VAT area an address lies in. ``rules``: the decision. ``facts``: what an invoice keeps of it. ``wording``: what a
document says; ``summary``: what pages say. Rates, settings and checks of VAT ids are rows; ``services/taxation.py``
reads them and asks.

Published prices hold the tax of the seller's country or none (``SellerTax.prices_include_tax``). With it a consumer
pays the published price wherever they live, and who is charged no tax pays it less the tax in it; without it the
buyer's tax is added. Either is done once for all lines of a document (``TaxDecision.charge``), after every discount.
"""

from .decision import TaxDecision
from .facts import Evidence, EvidenceKind, TaxFacts, TaxName
from .inputs import Buyer, RateRow, RateTable, SellerTax, TaxRegime, Unverified, VatAnswer, VatOutcome
from .rules import decide
from .summary import TaxSummary, summary_of
from .treatments import TaxReason, TaxTreatment
from .wording import category_of, reason_code, sentence

__all__ = [
    "Buyer",
    "Evidence",
    "EvidenceKind",
    "RateRow",
    "RateTable",
    "SellerTax",
    "TaxDecision",
    "TaxFacts",
    "TaxName",
    "TaxReason",
    "TaxRegime",
    "TaxSummary",
    "TaxTreatment",
    "Unverified",
    "VatAnswer",
    "VatOutcome",
    "category_of",
    "decide",
    "reason_code",
    "sentence",
    "summary_of",
]
