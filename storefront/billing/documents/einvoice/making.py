"""An e-invoice made and held against the rules."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from enum import StrEnum

from storefront.billing.documents.content import Content
from storefront.billing.documents.einvoice import arithmetic, mapping, rules, schemas
from storefront.billing.documents.einvoice.failures import Failure, described
from storefront.billing.documents.einvoice.rules import Syntax
from storefront.billing.documents.errors import CannotIssue
from storefront.core import money

LEVEL = "en16931"
#: EN 16931 has two places for every amount (BR-DEC-01 and the others).
MOST_PLACES = 2


class RulesBroken(CannotIssue):
    """The document would fail EN 16931; ``failures`` say why."""

    def __init__(self, failures: list[Failure]) -> None:
        super().__init__(*(failure.sentence for failure in failures))
        self.args = (described(failures),)
        self.failures = failures


class Flavor(StrEnum):
    FACTUR_X = "factur-x"
    UBL = "ubl-2.1"


@dataclass(frozen=True, slots=True)
class EInvoice:
    """``cii`` goes into the PDF; ``ubl`` is a file of its own, None where it was not asked for."""

    cii: bytes
    ubl: bytes | None = None


def is_possible(content: Content) -> bool:
    """Whether the standard knows such a document: an invoice or credit note, in a currency of two places at most."""
    return content.kind in mapping.TYPES and money.places(content.currency) <= MOST_PLACES


def make(content: Content, *, with_ubl: bool = False) -> EInvoice:
    """The XML of a document, which keeps every rule of EN 16931. Raises RulesBroken."""
    if failures := arithmetic.check(content):
        raise RulesBroken(failures)
    cii = _checked(content, Flavor.FACTUR_X, Syntax.CII)
    return EInvoice(cii, _checked(content, Flavor.UBL, Syntax.UBL) if with_ubl else None)


def write(content: Content, flavor: Flavor) -> bytes:
    """The XML of a document whose sums are right. Raises RulesBroken if its schema does not allow it."""
    from facturx.generate_xml import generate_xml  # heavy: lxml and the lists of codes

    # The library writes into what it is given; what it would check by itself takes longer (schema) or a server (rules).
    terms = copy.deepcopy(mapping.terms(content))
    xml = bytes(generate_xml(terms, flavor=flavor.value, level=LEVEL, check_xsd=False, check_schematron=None))
    if failures := schemas.check(xml):
        raise RulesBroken(failures)
    return xml


def _checked(content: Content, flavor: Flavor, syntax: Syntax) -> bytes:
    xml = write(content, flavor)
    if failures := rules.check(xml, syntax):
        raise RulesBroken(failures)
    return xml
