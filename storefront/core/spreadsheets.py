"""Exported spreadsheets hold no formulas: text typed by people is not executed where the file is opened.

https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from io import BytesIO, StringIO
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: What a spreadsheet program takes for the beginning of a formula, full-width signs included.
STARTS = tuple("=+-@＝＋－＠")
CONTROLS = ("\t", "\r", "\n")
#: Invisible characters that some programs skip before they look for a formula.
UNSEEN = " \u00a0\u2000-\u200f\u2028-\u202f\u2060\ufeff\0"
LEADING = re.compile(f"[{UNSEEN}\\s]*")
NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?", re.ASCII)


def cell(value: Any) -> Any:
    """The value, safe for a spreadsheet: text that could be taken for a formula gets an apostrophe before it.

    Numbers, also those written as text, and dates are unchanged.
    """
    if not isinstance(value, str) or NUMBER.fullmatch(value):
        return value
    is_formula = value.startswith(CONTROLS) or LEADING.sub("", value, count=1).startswith(STARTS)
    return f"'{value}" if is_formula else value


class FormulaInjectionMiddleware:
    """Middleware: passes every cell of a CSV or XLSX response through ``cell``, whichever library wrote the file.

    Uploaded files are sent as they are: their views set ``is_upload`` on the response.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        neutralise = WRITERS.get(response.headers.get("Content-Type", "").partition(";")[0].strip().lower())
        if neutralise and not getattr(response, "is_upload", False):
            _replace(response, neutralise)
        return response


def _replace(response: HttpResponseBase, neutralise: Callable[[bytes], bytes]) -> None:
    if isinstance(response, StreamingHttpResponse):
        content = neutralise(response.getvalue())
        response.streaming_content = [content]
    else:
        response.content = content = neutralise(response.content)  # type: ignore[attr-defined]
    if "Content-Length" in response.headers:
        response.headers["Content-Length"] = str(len(content))


def _plain_csv(content: bytes) -> bytes:
    plain = StringIO(newline="")
    rows = csv.reader(StringIO(content.decode("utf-8"), newline=""))
    csv.writer(plain).writerows([cell(value) for value in row] for row in rows)
    return plain.getvalue().encode("utf-8")


def _plain_xlsx(content: bytes) -> bytes:
    from openpyxl import load_workbook  # large; loaded only when a spreadsheet is exported

    book = load_workbook(BytesIO(content))
    for sheet in book:
        for row in sheet.iter_rows():
            for place in row:
                if (plain := cell(place.value)) != place.value:
                    place.value = plain
    plain_book = BytesIO()
    book.save(plain_book)
    return plain_book.getvalue()


WRITERS = {CSV: _plain_csv, XLSX: _plain_xlsx}
