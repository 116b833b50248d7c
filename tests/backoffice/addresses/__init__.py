"""A real address for every route of the back office that takes arguments: one module per section, each with
``addresses(request)``, which makes what they are about and returns route -> address."""

from __future__ import annotations

import importlib
import pkgutil

import pytest


def real_addresses(request: pytest.FixtureRequest) -> dict[str, str]:
    """Those of all sections."""
    found: dict[str, str] = {}
    for module in pkgutil.iter_modules(__path__):
        found |= importlib.import_module(f"{__name__}.{module.name}").addresses(request)
    return found
