"""What every builder is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from storefront.billing.documents.models import DocumentRequest, DocumentSettings


@dataclass(frozen=True, slots=True)
class Basis:
    """The request, how its seller issues documents, and the number and the day it is to be issued under."""

    request: DocumentRequest
    settings: DocumentSettings
    number: str
    issued_on: date
