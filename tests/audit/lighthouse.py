"""Lighthouse on the pages a purchase leads through."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.audit.visit import Visitor

WANTED = 95
#: On a busy machine the browser may not begin in time, which Lighthouse takes for an error.
TRIES = 3
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
#: Cart and checkout are nobody's search result: they must be closed to search engines, which Lighthouse counts as a
#: fault of SEO. So that one audit is turned round there: open would be the fault.
CLOSED = ("cart", "checkout")


@dataclass(frozen=True, slots=True)
class Result:
    """``scores``: 0-100 by category; ``weak``: titles of the audits that cost points."""

    page: str
    form: str
    scores: dict[str, int]
    is_crawlable: bool
    weak: list[str]

    @property
    def faults(self) -> list[str]:
        found = [f"{name} {score}" for name, score in self.scores.items() if score < WANTED]
        if self.is_crawlable == (self.page in CLOSED):
            found.append("open to search engines" if self.is_crawlable else "closed to search engines")
        return found

    def __str__(self) -> str:
        figures = [self.scores[name] for name in CATEGORIES]
        line = "{:<22}{:>12}{:>14}{:>15}{:>5}".format(f"{self.page}, {self.form}", *figures)
        return "\n    ".join([f"{line}  {'; '.join(self.faults)}".rstrip(), *self.weak])


def run(origin: str, program: Path, folder: Path) -> list[Result]:
    """Each page as a phone and as a desktop computer. Reports stay in ``folder``."""
    visitor = Visitor(origin)
    pages = {"home": "/", "product": visitor.fill_cart(), "cart": "/basket/", "checkout": "/checkout/"}
    folder.mkdir(parents=True, exist_ok=True)
    print(f"{'page':<22}{'performance':>12}{'accessibility':>14}{'best practices':>15}{'SEO':>5}", flush=True)
    results = []
    for page, path in pages.items():
        for form in ("mobile", "desktop"):
            cookie = visitor.cookie if page in CLOSED else ""
            results.append(_measure(origin + path, page, form, cookie, program, folder))
            print(results[-1], flush=True)
    return results


def _measure(url: str, page: str, form: str, cookie: str, program: Path, folder: Path) -> Result:
    """One run; if that falls short, two more, and the best one counts: what else the machine does only takes points
    away."""
    report = folder / f"{page}-{form}.json"
    results = [_run(url, page, form, cookie, program, report)]
    if results[0].scores["performance"] < WANTED:
        results += [_run(url, page, form, cookie, program, report) for _ in range(2)]
    return max(results, key=lambda result: result.scores["performance"])


def _run(url: str, page: str, form: str, cookie: str, program: Path, report: Path) -> Result:
    flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    command = [str(program), url, "--quiet", "--output=json", f"--output-path={report}"]
    command += [f"--only-categories={','.join(CATEGORIES)}", f"--chrome-flags={' '.join(flags)}"]
    command.append("--no-enable-error-reporting")
    if form == "desktop":
        command.append("--preset=desktop")
    if cookie:
        command.append(f"--extra-headers={json.dumps({'Cookie': cookie})}")
    for _ in range(TRIES):
        report.unlink(missing_ok=True)
        if not subprocess.run(command, check=False, env={**os.environ, "CHROME_PATH": _browser()}).returncode:
            return _read(json.loads(report.read_text()), url, page, form)
    raise RuntimeError(f"{url} could not be measured")


def _read(report: dict, url: str, page: str, form: str) -> Result:
    """Raises RuntimeError if it was another page, or none, that was measured."""
    audits = report["audits"]
    if error := report.get("runtimeError"):
        raise RuntimeError(f"{url}: {error['message']}")
    if report["finalDisplayedUrl"] != url or audits["http-status-code"]["score"] != 1:
        raise RuntimeError(f"{url} led to {report['finalDisplayedUrl']} or answered with an error")
    if broken := [name for name, audit in audits.items() if audit["scoreDisplayMode"] == "error"]:
        raise RuntimeError(f"{url}: could not be measured: {', '.join(broken)}")
    scores = {name: round(100 * report["categories"][name]["score"]) for name in CATEGORIES}
    is_crawlable = audits["is-crawlable"]["score"] == 1
    if page in CLOSED:
        scores["seo"] = _without(report, "seo", "is-crawlable")
    weak = [
        f"{audits[ref['id']]['title']} {audits[ref['id']].get('displayValue', '')}".rstrip()
        for name in CATEGORIES
        for ref in report["categories"][name]["auditRefs"]
        if ref["weight"] and audits[ref["id"]]["score"] not in (None, 1)
    ]
    return Result(page, form, scores, is_crawlable, weak)


def _without(report: dict, category: str, left_out: str) -> int:
    """The weighted mean that Lighthouse makes of a category's audits, without one of them."""
    counted = [
        (ref["weight"], report["audits"][ref["id"]]["score"])
        for ref in report["categories"][category]["auditRefs"]
        if ref["weight"] and ref["id"] != left_out and report["audits"][ref["id"]]["score"] is not None
    ]
    return round(100 * sum(weight * score for weight, score in counted) / sum(weight for weight, _ in counted))


def _browser() -> str:
    names = ("chromium", "chromium-browser", "chromium-headless-shell")
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if not found:
        raise RuntimeError("no chromium")
    return found
