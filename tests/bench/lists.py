"""``python -m tests.bench lists``: what the lists of the back office take with 100,000 rows each, on SQLite and
PostgreSQL: opened, sorted by each column, filtered by each filter, searched, the last page, exported; in CPU time."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.bench.servers import ROOT, cpu_seconds

CUSTOMERS = int(os.environ.get("BENCH_LISTS_CUSTOMERS", "100000"))
ROUNDS = int(os.environ.get("BENCH_LISTS_ROUNDS", "3"))
DATABASE = "bench_lists"
#: Its address below /admin/, and what is typed into its search: something that one row in 100,000 has.
LISTS = {
    "customers/": "{email}",
    "orders/": "SO-00000777",
    "invoices/": "INV-2026-0000777",
    "payments/": "INV-2026-0000777",
    "payments/received/": "INV-2026-0000777",
    "refunds/": "INV-2026-0000777",
    "money/done/": "INV-2026-0000777",
    "licenses/": "LIC-00000777",
    "mails/": "{email}",
    "webhooks/": "evt_",
    "conversations/": "T-00000777",
    "history/": "",
    "carts/": "{email}",
    "vouchers/": "CODE0000777",
    "jobs/": "",
    "money/": "",
}


def report(folder: Path) -> None:
    from tests import postgres

    sqlite = folder / "lists.sqlite3"
    bare = _bare(folder)
    print(f"a bare view, in one process: {bare:.2f} ms", flush=True)
    try:
        for name, url in (("SQLite", f"sqlite:///{sqlite}"), ("PostgreSQL", _own_database(postgres.start()))):
            sqlite.unlink(missing_ok=True)
            print(f"Lists, {name}, {CUSTOMERS:,} rows in each", flush=True)
            environment = {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.bench.unmigrated"}
            for step in ("load", "measure"):
                command = [sys.executable, "-m", "tests.bench.lists", step, str(bare)]
                subprocess.run(command, cwd=ROOT, env={**os.environ, **environment}, check=True)
    finally:
        postgres.stop()
        sqlite.unlink(missing_ok=True)


def _bare(folder: Path) -> float:
    """Milliseconds of the bare view, called as the lists are."""
    environment = {**os.environ, "BENCH_BARE_DATABASE": str(folder / "bare.sqlite3")}
    for arguments in (["-m", "tests.bench.bare"], ["-m", "tests.bench.lists", "bare"]):
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=environment, check=True, capture_output=True, text=True
        )
    return float(done.stdout)


def _own_database(url: str) -> str:
    import psycopg

    with psycopg.connect(url.replace("postgres://", "postgresql://"), autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {DATABASE}")
        admin.execute(f"CREATE DATABASE {DATABASE}")
        admin.execute(f"ALTER DATABASE {DATABASE} SET max_parallel_workers_per_gather = 0")  # all of it is counted
    return url.replace("/postgres?", f"/{DATABASE}?")


def load() -> None:
    from django.core.management import call_command

    from tests.bench import trade

    began = time.monotonic()
    call_command("migrate", run_syncdb=True, verbosity=0)
    trade.load(CUSTOMERS)
    print(f"  loaded in {time.monotonic() - began:.0f} s", flush=True)


def measure(bare: float) -> None:
    from django.test.utils import setup_test_environment, teardown_test_environment

    from tests.bench import names

    setup_test_environment()  # answers tell what their pages are made of
    client = _owner()
    queries = {
        path: list(_queries(client, f"/admin/{path}", typed.format(email=names.email(777))))
        for path, typed in LISTS.items()
    }
    teardown_test_environment()
    for path in LISTS:
        slow = [(_taken(client, f"/admin/{path}?{query}"), query) for query in queries[path]]
        first = slow[0][0]
        worst = ", ".join(f"{taken:.0f} ms ?{query}" for taken, query in sorted(slow[1:], reverse=True)[:6])
        print(f"  {path:<22}{first:>7.0f} ms {first / bare:>6.0f} times bare; slowest: {worst}", flush=True)
    _time_line(client, bare)
    _exports(client)


def _owner() -> Any:
    from django.test import Client

    from cms.permissions import ensure_role
    from storefront.users.models import User

    owner, _created = User.objects.get_or_create(email="owner@staff.example", defaults={"is_staff": True})
    owner.groups.add(ensure_role("Owner"))
    client = Client(SERVER_NAME="localhost")
    client.force_login(owner)
    return client


def _taken(client: Any, path: str) -> float:
    """Milliseconds of CPU, those of the database among them: what else the machine does changes nothing."""
    before, rounds = _cpu_seconds(), 0
    while rounds < ROUNDS and (rounds == 0 or _cpu_seconds() - before < 1):
        answer = client.get(path)
        rounds += 1
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
    return (_cpu_seconds() - before) * 1000 / rounds


def _cpu_seconds() -> float:
    """Of this process, SQLite included, and of PostgreSQL's processes for this database."""
    from django.db import connection

    seconds = time.process_time()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
            seconds += sum(cpu_seconds(pid) for (pid,) in cursor.fetchall())
    return seconds


def _queries(client: Any, path: str, typed: str) -> Iterator[str]:
    """The first page, the last, a search that finds something and one that does not, each sorting, each filter."""
    yield ""
    answer = client.get(path)
    if answer.status_code != 200:
        raise RuntimeError(f"{path}: {answer.status_code} {answer.headers.get('Location', '')}")
    view = answer.context["view"]
    yield urlencode({"p": _last_page(client, path)})
    if typed:
        yield urlencode({"q": typed})
        yield urlencode({"q": "qqqzzzxxx"})
    for column in getattr(view, "columns", ()):
        if key := getattr(column, "sort_key", None):
            yield urlencode({"ordering": key})
            yield urlencode({"ordering": f"-{key}"})
    if filters := getattr(view, "filters", None):
        for name, each in filters.filters.items():
            yield from (urlencode(values) for values in _values(name, each, filters.form.fields[name]))


def _last_page(client: Any, path: str) -> int:
    context = client.get(path).context
    page = context.get("page_obj") or context.get("page")
    return int(page.paginator.num_pages) if page else 1


def _values(name: str, each: Any, field: Any) -> Iterator[dict[str, Any]]:
    import django_filters

    if name == "columns":
        return
    if isinstance(each, django_filters.DateFromToRangeFilter):
        yield {f"{name}_from": "2026-01-01"}
        yield {f"{name}_to": "2001-01-01"}
    elif isinstance(each, django_filters.RangeFilter):
        yield {f"{name}_min": 500}
    elif isinstance(each, django_filters.BooleanFilter):
        yield from ({name: value} for value in ("true", "false"))
    elif hasattr(field, "choices"):
        yield from ({name: value} for value, _label in list(field.choices)[:12] if value)
    else:
        yield {name: "zzzqqq"}


def _time_line(client: Any, bare: float) -> None:
    from tests.bench import rows, trade

    for page in (1, 100, 199):
        taken = _taken(client, f"/admin/customers/{rows.key(1)}/?{urlencode({'p': page})}")
        print(
            f"  time line of {trade.BUSY:,}, page {page:<6}{taken:>6.0f} ms {taken / bare:>6.0f} times bare", flush=True
        )


def _exports(client: Any) -> None:
    """Time of an export of everything, and by how much the process has grown at its peak."""
    for kind in ("csv", "xlsx"):
        for path in ("customers/", "orders/", "licenses/", "mails/"):
            before, began, size = _peak(), time.perf_counter(), 0
            for part in client.get(f"/admin/{path}?export={kind}").streaming_content:
                size += len(part)
            taken, grown = time.perf_counter() - began, _peak() - before
            print(f"  {path} as {kind}: {taken:.0f} s, {size / 2**20:.1f} MiB, memory +{grown:.0f} MiB", flush=True)


def _peak() -> float:
    """The most memory that the process has held so far, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def bare_view() -> None:
    from django.test import Client

    from tests.bench import bare  # noqa: F401  (sets Django up)

    client, before = Client(SERVER_NAME="localhost"), time.process_time()
    for _ in range(500):
        client.get("/")
    print((time.process_time() - before) * 1000 / 500)


if __name__ == "__main__":
    if sys.argv[1] == "bare":
        bare_view()
    else:
        import django

        django.setup()
        load() if sys.argv[1] == "load" else measure(float(sys.argv[2]))
