"""Parameters in every way Bitrix24 takes them: query, bracketed form fields, JSON."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import parse_qsl

from storefront.sandbox.server import Request

_SECRET_NAMES = re.compile(
    r"(?i)(auth|auth_id|refresh_id|access_token|refresh_token|client_secret|application_token|code)"
)


def nested(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """``a[b][c]=1`` as nested objects."""
    result: dict[str, Any] = {}
    for key, value in pairs:
        path = [part for part in re.split(r"[\[\]]+", key) if part] or [key]
        if key.endswith("[]"):
            path.append("")
        node = result
        for part in path[:-1]:
            child = node.get(part)
            if not isinstance(child, dict):
                child = node[part] = {}
            node = child
        node[path[-1] or str(len(node))] = value
    return result


def flat(value: Any, prefix: str = "") -> list[tuple[str, str]]:
    """The opposite of ``nested``: what PHP's ``http_build_query`` would send."""
    if isinstance(value, dict):
        return [
            pair
            for key, item in value.items()
            for pair in flat(item, f"{prefix}[{key}]" if prefix else str(key))
        ]  # fmt: skip
    return [(prefix, "" if value is None else str(value))]


def read(request: Request) -> dict[str, Any] | None:
    """All parameters of a request, the body winning over the query; None if a JSON body cannot be read."""
    found = nested(parse_qsl(request.raw_query, keep_blank_values=True))
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            body = json.loads(request.body or b"{}")
        except ValueError:
            return None
        if not isinstance(body, dict):
            return None
        return {**found, **body}
    return {**found, **nested(request.form)}


def listed(value: Any) -> list[Any]:
    """A list given as JSON list or as ``a[]=1`` / ``a[0]=1`` fields."""
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def masked(value: Any, name: str = "") -> Any:
    """A copy fit for the record of requests: secrets shortened to a hint."""
    if isinstance(value, dict):
        return {key: masked(item, str(key)) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item) for item in value]
    if _SECRET_NAMES.fullmatch(name) and isinstance(value, str):
        return f"{value[:4]}***"
    return value
