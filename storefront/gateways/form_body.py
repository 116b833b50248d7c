"""A form that an outside company posted to us, read without trusting it."""

from __future__ import annotations

from urllib.parse import parse_qsl

from storefront.gateways.errors import InvalidSignature


def fields_of(body: bytes, *, most: int = 100) -> dict[str, str]:
    """Its fields: ASCII on the line, UTF-8 within, each given once, at most so many.

    Raises ``InvalidSignature`` for anything else: nobody signs what can be read in two ways.
    """
    try:
        pairs = parse_qsl(
            body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=most
        )
    except ValueError as exc:
        raise InvalidSignature("not a form", code="malformed") from exc
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise InvalidSignature("a field is given twice", code="malformed")
    return fields
