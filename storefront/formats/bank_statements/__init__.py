"""Bank statements as files: camt.053, MT940, the exchange file of 1C, CSV by a mapping. Plain Python without Django.

``read`` decides what a file is by its content and gives ``Statement``s; what is wrong with a file is a
``StatementError`` with a code, the line it was found at, and values for the sentence that says it. What is booked, and
for whom, is decided elsewhere (``storefront.billing.bank_statements``).
"""

from storefront.formats.bank_statements.content import (
    Format,
    Line,
    Problem,
    Statement,
    StatementError,
    keys,
    normalised_account,
)
from storefront.formats.bank_statements.csv_mapping import Mapping
from storefront.formats.bank_statements.reading import MAX_BYTES, MAX_LINES, format_of, read

__all__ = [
    "MAX_BYTES",
    "MAX_LINES",
    "Format",
    "Line",
    "Mapping",
    "Problem",
    "Statement",
    "StatementError",
    "format_of",
    "keys",
    "normalised_account",
    "read",
]
