"""The Nu HTML checker over every kind of page, as a visitor and as a customer gets them."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

from tests.audit.visit import Visitor

#: Pages that no sitemap names.
FOR_VISITORS = (
    "/basket/",
    "/checkout/",
    "/search/?q=yestar",
    "/account/login/",
    "/account/password/reset/",
    "/support/",
    "/nothing-here/",
    "/ru/basket/",
    "/ru/checkout/",
    "/ru/search/?q=yestar",
    "/ru/account/login/",
)
_LINK = re.compile(r'href="((?:/ru)?/account/[^"?#]*)"')


def check(origin: str, jar: Path, folder: Path) -> list[str]:
    """Every error the checker finds, as ``page: line: message``; empty is good. ``folder`` keeps the pages."""
    pages = _visitor_pages(origin) | _customer_pages(origin)
    folder.mkdir(parents=True, exist_ok=True)
    names: dict[str, str] = {}
    for number, (path, html) in enumerate(sorted(pages.items())):
        file = folder / f"{number:03}.html"
        file.write_text(html)
        names[file.name] = path
    print(f"HTML of {len(pages)} pages ...", flush=True)
    command = [
        "java",
        "-Xss8m",
        "-jar",
        str(jar),
        "--format",
        "json",
        "--errors-only",
        *map(str, folder.glob("*.html")),
    ]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    found = json.loads(result.stderr)["messages"]
    return [
        f"{names[message['url'].rpartition('/')[2]]}: {message.get('lastLine', 0)}: {message['message']}"
        for message in found
        if message["type"] == "error"
    ]


def _visitor_pages(origin: str) -> dict[str, str]:
    visitor = Visitor(origin)
    visitor.fill_cart()
    return {path: visitor.get(path).text for path in (*visitor.sitemap(), *FOR_VISITORS)}


def _customer_pages(origin: str) -> dict[str, str]:
    """The account and everything it links to, in both languages."""
    visitor = Visitor(origin)
    visitor.log_in()
    found: dict[str, str] = {}
    waiting = ["/account/", "/ru/account/"]
    while waiting:
        path = waiting.pop()
        if path in found or "logout" in path:
            continue
        answer = visitor.get(path)
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        found[path] = answer.text
        waiting += _LINK.findall(answer.text)
    return found
