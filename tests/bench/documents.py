"""Making 1,000 invoices with their e-invoices, as the worker does: ``python -m tests.bench documents``.

Printed are milliseconds for one, typical and of the slowest in twenty, and those that the processor was at it, which a
busy machine does not stretch; all once the first are made, which load fonts, schemas and rules. The steps: the PDF; the
XML as CII and UBL with its schema; the XML put into the PDF; and apart the rules of EN 16931 for both. Memory is what
the process holds, which has to stay the same however many are made.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, process_time
from typing import Any

from tests.bench.servers import ROOT

COUNT, WARM = 1000, 20
LINES = 20


def report() -> None:
    """In a process of its own, whose memory is that of a worker who does nothing else."""
    settings = {"DJANGO_SETTINGS_MODULE": "storefront.settings.test"}
    subprocess.run([sys.executable, "-m", __name__], cwd=ROOT, env={**os.environ, **settings}, check=True)


def main(count: int = COUNT) -> None:
    import django

    django.setup()
    logging.disable(logging.INFO)
    steps, times, worked = _steps(), defaultdict(list), defaultdict(list)
    for number in range(WARM + count):
        made: dict[str, Any] = {"content": _content(number)}
        for name, step in steps.items():
            begun, at_work = perf_counter(), process_time()
            made[name] = step(made)
            times[name].append(1000 * (perf_counter() - begun))
            worked[name].append(1000 * (process_time() - at_work))
        if number in (WARM, WARM + count // 2, WARM + count - 1):
            print(f"memory after {number + 1} documents: {_resident():.0f} MiB", flush=True)
    for number in range(count):
        printed = {"content": _content(number)}
        steps["PDF"](printed)
    print(f"memory after {count} further PDFs: {_resident():.0f} MiB", flush=True)
    for name, taken in times.items():
        parts = quantiles(taken[WARM:], n=20)
        own = median(worked[name][WARM:])
        print(
            f"{name:<24} {parts[9]:6.0f} ms, slowest in twenty {parts[18]:6.0f} ms, processor {own:6.0f} ms", flush=True
        )


def _steps() -> dict[str, Callable[[dict[str, Any]], Any]]:
    from storefront.billing.documents.einvoice import embedding, making, rules
    from storefront.billing.documents.einvoice.making import EInvoice, Flavor
    from storefront.billing.documents.models import DocumentSettings
    from storefront.billing.documents.printing import page, pdf

    settings = DocumentSettings()

    def printed(made: dict[str, Any]) -> bytes:
        return pdf.printed(page.of(made["content"], settings, {}), on=made["content"].issued_on)

    def written(made: dict[str, Any]) -> EInvoice:
        return EInvoice(making.write(made["content"], Flavor.FACTUR_X), making.write(made["content"], Flavor.UBL))

    def embedded(made: dict[str, Any]) -> bytes:
        return embedding.embed(made["PDF"], made["XML, both"], made["content"], title="Invoice")

    def checked(made: dict[str, Any]) -> None:
        xml = made["XML, both"]
        assert not rules.check(xml.cii, rules.Syntax.CII) and not rules.check(xml.ubl, rules.Syntax.UBL)

    return {"PDF": printed, "XML, both": written, "XML into the PDF": embedded, "rules of EN 16931, both": checked}


def _content(number: int) -> Any:
    from tests.billing.documents.einvoice.contents import content, sold

    lines = [sold(str(100 + number % 900), ("19", "7")[at % 2], discount=Decimal(at)) for at in range(LINES)]
    return content(lines, changes={"number": f"INV-2026-{number:06d}"})


def _resident() -> float:
    """MiB that the process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
