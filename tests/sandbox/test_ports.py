"""The stand-ins take the ports that ``manage.py run`` looks at first, and no others."""

from __future__ import annotations

import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from storefront.sandbox import __main__ as sandbox
from storefront.settings import sandbox as plan
from tests.journeys.conftest import free_port


def test_every_port_of_the_plan_is_taken_and_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = free_port(31000) + 100
    arguments = ["--shop", "http://127.0.0.1:9", "--port", str(first), "--state", str(tmp_path)]
    monkeypatch.setattr(sys, "argv", ["sandbox", *arguments])
    with ExitStack() as stack:
        stand_ins = [stack.enter_context(each) for each in sandbox.build(sandbox.parse())]
        taken = {each.port - first for each in stand_ins}
        hosts = [stand_ins[2].portal(name).host for name in ("acme", "globex")]
    taken |= {int(host.rpartition(":")[2]) - first for host in hosts}
    assert taken == set(range(plan.SANDBOX_PORTS))
