"""``python -m tests.upgrade.upgrading``: the shop of ``landed.json.gz``, brought to this release by ``migrate``.

In the database of DATABASE_URL, which is empty or that release's, in a process of its own; prints what becomes of it as
JSON.
"""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.support import migrating as conversations

HERE = Path(__file__).parent


def upgraded(url: str) -> dict[str, Any]:
    """The report on the database of ``url``, made in another process."""
    environment = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "storefront.settings.test"}
    run = subprocess.run(
        [sys.executable, "-m", "tests.upgrade.upgrading"],
        cwd=HERE.parents[1],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return dict(json.loads(run.stdout.splitlines()[-1]))


def check(report: dict[str, Any]) -> None:
    """What must be true of the report, whatever the database."""
    assert report["audit"] == []
    assert report["counts"] == report["counts_before"]
    assert report["sums"] == report["sums_before"]
    assert report["hash_versions"] == {"1": report["counts"]["billing_invoice"]}
    assert report["taxes"] == "none"
    assert report["received"] == report["succeeded"] != []
    assert len(report["pages"]) > 40 and set(report["pages"].values()) == {200}, report["pages"]
    assert report["missing"] == []
    assert report["is_frozen"]
    assert report["later"] == report["later_before"] and all(count for count, _total in report["later"].values())
    assert report["booked"] == 1 and report["audit_booked"] == []
    conversations.check(report["conversations"])
    assert (report["triggers_missing"], report["triggers_lost"]) == ([], []), report["triggers_lost"]


def main() -> None:
    import django

    django.setup()
    import time_machine
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from tests.migrated import LANDED, migrate_to_landed, remembering
    from tests.upgrade import looking

    landed = json.loads(gzip.decompress(LANDED.read_bytes()))
    with remembering(), looking.watched() as lost:
        state = migrate_to_landed()
        load(landed["tables"])
        conversations.write(state.apps.get_model)  # the snapshot's shop had none
        before = looking.figures()
        MigrationExecutor(connection).migrate([looking.LATER_STATE])
        looking.add_later()
        before["later"] = looking.later()
        call_command("migrate", verbosity=0, interactive=False)
    with time_machine.travel(datetime.fromisoformat(landed["made_at"]) + timedelta(minutes=1)):
        print(json.dumps(looking.report(before) | {"triggers_lost": lost, "conversations": conversations.report()}))


def load(tables: dict[str, Any]) -> None:
    """Empty the database, then write every row as it stood."""
    from django.db import connection, transaction

    connection.disable_constraint_checking()
    with transaction.atomic(), connection.cursor() as cursor:
        present = [name for name in connection.introspection.table_names(cursor) if "wagtailsearch_" not in name]
        for name in set(present) - {"django_migrations"}:
            cursor.execute(
                f'TRUNCATE "{name}" CASCADE' if connection.vendor == "postgresql" else f'DELETE FROM "{name}"'
            )
        for name, table in tables.items():
            columns = ", ".join(f'"{column}"' for column in table["columns"])
            values = ", ".join(["%s"] * len(table["columns"]))
            cursor.executemany(f'INSERT INTO "{name}" ({columns}) VALUES ({values})', table["rows"])
            if connection.vendor == "postgresql" and "id" in table["columns"]:
                last = f'SELECT max(id) FROM "{name}"'
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('\"{name}\"', 'id'), ({last})::bigint)")
    connection.enable_constraint_checking()
    connection.check_constraints()


if __name__ == "__main__":
    main()
