"""The migrations on PostgreSQL, from nothing. (On SQLite the journeys do, whenever anything has changed.)"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from tests import triggers
from tests.billing import test_license_terms_migration, test_payments_migration
from tests.upgrade.upgrading import check, upgraded

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def empty_database(db):
    base = os.environ["DATABASE_URL"]
    name = "migrations_from_nothing"
    conninfo = psycopg.conninfo.make_conninfo(base.replace("postgres://", "postgresql://"))
    with psycopg.connect(conninfo, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name}")
        admin.execute(f"CREATE DATABASE {name}")
    head, _, query = base.partition("?")
    yield f"{head.rpartition('/')[0]}/{name}?{query}"
    with psycopg.connect(conninfo, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def migrate(url: str) -> subprocess.CompletedProcess[str]:
    """Django's ``migrate``, then ``makemigrations --check``, in a process of their own."""
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "storefront.settings.test"}
    return subprocess.run(
        [sys.executable, "-m", "tests.migrated", "--check"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_migrations_apply_on_postgresql_from_nothing_and_nothing_is_left_to_make(empty_database):
    assert connection.vendor == "postgresql"
    migrated = migrate(empty_database)
    assert migrated.returncode == 0, migrated.stdout + migrated.stderr
    conninfo = psycopg.conninfo.make_conninfo(empty_database.replace("postgres://", "postgresql://"))
    with psycopg.connect(conninfo) as migrated_database:
        found = triggers.present(migrated_database, "postgresql")
    assert triggers.wanted() - found == set()


def test_landed_invoice_lines_get_the_columns_of_their_license_terms(empty_database):
    test_license_terms_migration.check(empty_database)


def test_the_shop_of_the_release_before_is_whole_after_migrating_on_postgresql(empty_database):
    check(upgraded(empty_database))


def test_landed_payments_are_kept_on_postgresql(empty_database):
    test_payments_migration.check(empty_database)
