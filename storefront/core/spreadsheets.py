"""Exported spreadsheets hold no formulas: text typed by people is not executed where the file is opened.

https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO, StringIO
from tempfile import TemporaryFile
from typing import IO, Any

from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone, translation

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

    Uploaded files are sent as they are: their views set ``is_upload`` on the response. What ``csv_response`` and
    ``xlsx_response`` write is neutral already (``is_neutral``) and goes on row by row.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        neutralise = WRITERS.get(response.headers.get("Content-Type", "").partition(";")[0].strip().lower())
        is_done = getattr(response, "is_upload", False) or getattr(response, "is_neutral", False)
        if neutralise and not is_done:
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


Rows = Iterable[Sequence[Any]]


def csv_response(rows: Rows, *, filename: str) -> StreamingHttpResponse:
    """A CSV file sent while it is written, whatever its length; ``rows`` are read as it goes, in today's language.

    Times are written in ISO 8601, the shop's with their offset, decimals plainly. ``filename``: without ending.
    """
    response = StreamingHttpResponse(_csv_lines(rows, translation.get_language()), content_type=f"{CSV}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{filename}.csv"'
    response.is_neutral = True  # type: ignore[attr-defined]
    return response


def xlsx_response(rows: Rows, *, filename: str) -> FileResponse:
    """The same as a workbook, written to a temporary file row by row: numbers and times are typed cells, times in the
    shop's time zone."""
    return file_response(xlsx_file(rows), filename=f"{filename}.xlsx", content_type=XLSX)


def file_response(file: IO[bytes], *, filename: str, content_type: str) -> FileResponse:
    """A temporary file whose cells are neutral, or that holds none; it goes when it is sent."""
    response = FileResponse(file, as_attachment=True, content_type=content_type, filename=filename)
    response.is_neutral = True  # type: ignore[attr-defined]
    return response


def csv_file(rows: Rows) -> IO[bytes]:
    """What ``csv_response`` sends, as a temporary file: all rows are read at once."""
    file = TemporaryFile()  # noqa: SIM115  (the caller closes it)
    for line in _csv_lines(rows, translation.get_language()):
        file.write(line)
    file.seek(0)
    return file


def xlsx_file(rows: Rows) -> IO[bytes]:
    """A workbook as a temporary file."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append([_xlsx_cell(sheet, cell(value)) for value in row])
    file = TemporaryFile()  # noqa: SIM115  (the caller closes it)
    book.save(file)
    file.seek(0)
    return file


def _csv_lines(rows: Rows, language: str | None) -> Iterator[bytes]:
    """Sent after the view has returned, so the language is set anew. The mark at the beginning tells Excel UTF-8."""
    line = StringIO(newline="")
    writer = csv.writer(line)
    yield b"\xef\xbb\xbf"
    with translation.override(language):
        for row in rows:
            writer.writerow([_csv_text(cell(value)) for value in row])
            yield line.getvalue().encode("utf-8")
            line.seek(0)
            line.truncate()


def _csv_text(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(timezone.get_default_timezone()).isoformat(timespec="seconds")
    return f"{value:f}" if isinstance(value, Decimal) else value


def _xlsx_cell(sheet: Any, value: Any) -> Any:
    """``value`` as openpyxl takes it: it knows neither time zones nor control characters."""
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    if isinstance(value, str):
        return ILLEGAL_CHARACTERS_RE.sub("", value)
    if not isinstance(value, datetime):
        return value
    local = value.astimezone(timezone.get_default_timezone()).replace(tzinfo=None, microsecond=0)
    place = WriteOnlyCell(sheet, value=local)
    place.number_format = "yyyy-mm-dd hh:mm:ss"
    return place
