"""The auditor: checks every invariant over the live data and changes nothing."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from storefront.core import clock

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken invariant: the ``check`` that found it, the ``subject``, and the figures (``detail``)."""

    check: str
    subject: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.check}: {self.subject}" + (f" ({self.detail})" if self.detail else "")


def run() -> list[Finding]:
    """Run every check named in settings.AUDIT_CHECKS; a sound shop has no findings."""
    findings: list[Finding] = []
    for path in settings.AUDIT_CHECKS:
        check: Callable[[], Iterable[Finding]] = import_string(path)
        findings.extend(check())
    return findings


def run_nightly() -> int:
    """Job: log every finding and tell staff, once a day. Returns the number of findings."""
    findings = run()
    for finding in findings:
        logger.error("audit: %s", finding)
    if findings:
        tell: Callable[..., None] = import_string(settings.AUDIT_NOTICE)
        tell(
            key=f"audit:{clock.today():%Y-%m-%d}",
            subject=f"The auditor found {len(findings)} broken rules",
            text="; ".join(str(finding) for finding in findings[:20]),
        )
    return len(findings)
