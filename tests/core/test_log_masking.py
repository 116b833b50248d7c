"""Links that open something do not reach the log."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.conf import settings

from storefront.core.log_masking import MaskLinks, mask

TOKEN = "gtPtxXjiGie6qRmxe1GFFQ.Rre1gkIRSElxC_0MedpTeIhkkjZD8mFKT2bOJiav6Vs"


@pytest.mark.parametrize(
    "path",
    [
        f"/pay/{TOKEN}/",
        f"/pay/result/{TOKEN}/",
        f"/pay/result/{TOKEN}/status/?seen=1",
        f"/account/password/reset/key/3-{TOKEN}/",
        f"/account/confirm-email/{TOKEN}/",
        f"/basket/extend/{TOKEN}/",
        f"/account/invitation/{TOKEN}/",
    ],
)
def test_the_secret_part_of_a_path_is_replaced(path: str) -> None:
    assert TOKEN not in mask(f"Gone: {path}")
    assert mask(f"Gone: {path}").startswith("Gone: /")


@pytest.mark.parametrize(
    "path", ["/account/invoices/INV-2026-000001/", "/account/password/reset/key/done/", "/products/x/"]
)
def test_other_paths_stay_readable(path: str) -> None:
    assert mask(path) == path


@pytest.mark.parametrize("domain", ["reply.example", "REPLY.example"])
def test_the_address_that_writes_into_a_ticket_is_no_key_any_more(domain: str) -> None:
    told = mask(f"to support+7k3m9qxdabcdefghijklmnopqrstuvwx23@{domain}, Support+7K3M9QXDABCDEFGHIJKLMNOPQRSTUVWX23@x")
    assert told == f"to support+7k3m9qxd...@{domain}, Support+7K3M9QXD...@x"
    assert mask("support+ada@reply.example") == "support+ada@reply.example"


def test_every_handler_of_ours_masks() -> None:
    handlers: dict[str, Any] = settings.LOGGING["handlers"]
    assert all("links" in handler["filters"] for handler in handlers.values())


def test_the_arguments_and_the_traceback_of_a_record_are_masked() -> None:
    try:
        raise ValueError(f"/pay/{TOKEN}/")
    except ValueError as exc:
        info = (type(exc), exc, exc.__traceback__)
    record = logging.LogRecord("django.request", logging.ERROR, "", 1, "%s: %s", ("Gone", f"/pay/{TOKEN}/"), info)
    assert MaskLinks().filter(record)
    assert TOKEN not in logging.Formatter().format(record)
