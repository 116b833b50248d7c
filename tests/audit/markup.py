"""The Nu HTML checker over every kind of page, as a visitor and as a customer gets them."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.audit.visit import Seen, Visitor

#: Pages that no sitemap names, with the status they answer with.
FOR_VISITORS = {
    "/basket/": 200,
    "/checkout/": 200,
    "/search/": 200,
    "/search/?q=yestar": 200,
    "/search/?q=zzzzzz": 200,
    "/account/login/": 200,
    "/account/signup/": 200,
    "/account/password/reset/": 200,
    "/account/password/reset/done/": 200,
    "/account/password/reset/key/1-x/": 200,
    "/account/confirm-email/x/": 200,
    "/support/": 200,
    "/support/panel/": 200,
    "/pay/nothing/": 404,
    "/nothing/here/": 404,
    "/basket/add/": 405,
}
#: Pages whose forms are sent empty: what is wrong is said beside the fields.
FORMS = {"/checkout/": 200, "/account/login/": 200, "/account/password/reset/": 200, "/support/": 422}
LANGUAGES = ("", "/ru")
_LINK = re.compile(r'href="((?:/ru)?/(?:account|pay|support|agreements)/[^"?#]*)"')
#: Must be found in every run, or the checker does not check.
_BROKEN = '<!doctype html><html lang="en"><title>Broken</title><p><div id="a"></p><img id="a" src="x"></html>'


class Faulty(Exception):
    """The checker itself did not work."""


def check(origin: str, jar: Path, folder: Path) -> list[str]:
    """Every error the checker finds, as ``page: line: message``; empty is good. ``folder`` keeps the pages. Raises
    Faulty if it cannot be believed."""
    pages, faults = _collect(origin)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    names = {"broken.html": "broken"}
    (folder / "broken.html").write_text(_BROKEN)
    for number, (name, html) in enumerate(sorted(pages.items())):
        # what htmx fetches is a part of a page: it is judged within one
        whole = html if "<html" in html else f'<!doctype html><html lang="en"><title>Part</title>{html}'
        (folder / f"{number:03}.html").write_text(whole)
        names[f"{number:03}.html"] = name
    print(f"HTML of {len(pages)} pages ...", flush=True)
    found = _run(jar, folder, names)
    if sum(fault.startswith("broken: ") for fault in found) < 3:
        raise Faulty("a broken page was not reported")
    return faults + [fault for fault in found if not fault.startswith("broken: ")]


def _run(jar: Path, folder: Path, names: dict[str, str]) -> list[str]:
    """``names``: the page that each file holds."""
    command = ["java", "-Xss8m", "-jar", str(jar), "--format", "json", "--errors-only", "--exit-zero-always"]
    files = [str(folder / name) for name in sorted(names)]
    result = subprocess.run([*command, *files], capture_output=True, text=True, check=False)
    start = result.stderr.find("{")  # Java may have something to say before
    if result.returncode or start < 0:
        raise Faulty(f"the HTML checker ended with {result.returncode}: {result.stderr[:2000]}")
    return [
        f"{names[message['url'].rpartition('/')[2]]}: {message.get('lastLine', 0)}: {message['message']}"
        for message in json.loads(result.stderr[start:])["messages"]
        if message["type"] != "info"  # "error", or "non-document-error": it could not be read
    ]


def _collect(origin: str) -> tuple[dict[str, str], list[str]]:
    """HTML by name of page, and what answered otherwise than it should."""
    pages: dict[str, str] = {}
    faults: list[str] = []
    visitor, customer = Visitor(origin), Visitor(origin)
    visitor.fill_cart()
    customer.log_in()
    for name, seen, status in (*_of_visitor(visitor), *_of_customer(customer)):
        if seen.status != status:
            faults.append(f"{name}: status {seen.status}, not {status}")
        if seen.is_html:
            pages[name] = seen.html
    if not any(name.startswith("/ru/account/invoices/") and name.endswith("/print/") for name in pages):
        faults.append("the account shows no invoices: are the demo's orders there?")
    return pages, faults


def _of_visitor(visitor: Visitor) -> Iterator[tuple[str, Seen, int]]:
    empty = Visitor(visitor.origin)
    for path in visitor.sitemap():
        yield path, visitor.get(path), 200
    for prefix in LANGUAGES:
        yield f"{prefix}/basket/ (empty)", empty.get(f"{prefix}/basket/"), 200
        for path, status in FOR_VISITORS.items():
            yield prefix + path, visitor.get(prefix + path), status
        for path, status in FORMS.items():
            form = visitor.get(prefix + path).html
            yield f"{prefix}{path} (sent empty)", visitor.post(prefix + path, form), status


def _of_customer(customer: Visitor) -> Iterator[tuple[str, Seen, int]]:
    """The account and everything it links to, in both languages."""
    waiting, done = [f"{prefix}/account/" for prefix in LANGUAGES], set[str]()
    while waiting:
        path = waiting.pop()
        if path in done:
            continue
        done.add(path)
        seen = customer.get(path)
        # a pay link of what is paid already says so
        yield path, seen, 410 if "/pay/" in path and seen.status == 410 else 200
        waiting += _LINK.findall(seen.html) if seen.is_html else []
