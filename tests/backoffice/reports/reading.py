"""What pages and files of the reports say, as texts."""

from __future__ import annotations

import csv
import html
import re
from decimal import Decimal
from io import StringIO

from django.test import Client

from storefront.core import money

YEAR = "first=2025-01-01&last=2025-12-31"


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return str(answer.content.decode())


def rows_of(body: str) -> list[list[str]]:
    """The texts of the rows of all tables, as they are read."""
    rows = []
    for table in re.findall(r'<table class="listing">(.*?)</table>', body, re.DOTALL):
        for row in re.findall(r"<tr>(.*?)</tr>", table, re.DOTALL):
            cells = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)
            rows.append([html.unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in cells])
    return rows


def file_of(client: Client, path: str) -> list[dict[str, str]]:
    answer = client.get(f"{path}&export=csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    return list(csv.DictReader(StringIO(b"".join(answer.streaming_content).decode("utf-8-sig"))))


def shown(amount: int, currency: str) -> str:
    return money.display(Decimal(amount) / 100, currency)
