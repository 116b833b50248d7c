"""A proxy with a cache before the shop, by the rules of README's nginx: whoever brings a cookie is passed on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.cookies import SimpleCookie

from django.http import HttpResponse
from django.test import Client

from storefront.core import clock


@dataclass(frozen=True)
class Kept:
    response: HttpResponse
    vary: tuple[tuple[str, str], ...]
    fresh_until: datetime
    stale_until: datetime


@dataclass
class Proxy:
    """``honours_cookies`` and ``honours_headers``: off only in control runs. ``hits`` counts answers from the cache."""

    honours_cookies: bool = True
    honours_headers: bool = True
    hits: int = 0
    kept: dict[str, list[Kept]] = field(default_factory=dict)

    def get(self, path: str, visitor: Client, **headers: str) -> HttpResponse:
        """What this visitor gets for an address."""
        has_cookies = bool(visitor.cookies) and self.honours_cookies
        if not has_cookies:
            for entry in self.kept.get(path, []):
                if entry.stale_until > clock.now() and all(
                    headers.get(name, "") == value for name, value in entry.vary
                ):
                    self.hits += 1
                    if entry.fresh_until <= clock.now():  # stale-while-revalidate: asked anew behind the visitor
                        self._keep(path, Client().get(path, headers=headers), headers)
                    return entry.response
        response = visitor.get(path, headers=headers)
        if not has_cookies:
            self._keep(path, response, headers)
        return response

    def _keep(self, path: str, response: HttpResponse, headers: Mapping[str, str]) -> None:
        control = response.headers.get("Cache-Control", "")
        if self.honours_headers and (response.cookies != SimpleCookie() or not control.startswith("public")):
            return
        shared, stale = (_seconds(control, name) for name in ("s-maxage", "stale-while-revalidate"))
        if not self.honours_headers:
            shared = 60
        names = [name.strip() for name in response.headers.get("Vary", "").split(",") if name.strip()]
        if shared and "*" not in names:
            fresh = clock.now() + timedelta(seconds=shared)
            vary = tuple((name, headers.get(name, "")) for name in names if self.honours_headers)
            entry = Kept(response, vary, fresh, fresh + timedelta(seconds=stale))
            self.kept[path] = [other for other in self.kept.get(path, []) if other.vary != vary] + [entry]


def _seconds(control: str, name: str) -> int:
    match = re.search(rf"{name}=(\d+)", control)
    return int(match[1]) if match else 0
