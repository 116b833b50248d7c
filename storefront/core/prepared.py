"""Queries compiled once per process. For the few that a page asks on every view.

Django builds the SQL of a queryset anew each time; for a query over several tables that costs ten times what the
database needs to answer it. Here the queryset is written as always and compiled at its first use; later uses send
the same SQL with other parameters and convert the rows with Django's own converters.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet

#: Stands for the first parameter while compiling, counting down for the others; fits a 32-bit column and no row
#: ever has it.
_SLOT = 2_147_483_600


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    params: tuple[Any, ...]
    slots: tuple[tuple[int, str], ...]
    converters: tuple[tuple[int, Any, Any], ...]


class PreparedQuery:
    """A ``values_list()`` queryset with named whole-number parameters.

    ``build`` takes the parameters by name and returns the queryset, for instance
    ``lambda basket: Line.objects.filter(basket=basket).values_list("pk")``. It is called once, with placeholders,
    so it must not look at their values; they are ids, never lists.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *names: str) -> None:
        self._build, self._names = build, names
        self._compiled: dict[str, _Compiled] = {}

    def queryset(self, **params: int) -> QuerySet[Any, Any]:
        """The queryset itself, as Django would run it."""
        return self._build(**params)

    def rows(self, **params: int) -> list[list[Any]]:
        """Run it: one query, one list of values per row in the order of ``values_list``."""
        connection = connections[DEFAULT_DB_ALIAS]
        compiled = self._compiled.get(connection.vendor)
        if compiled is None:
            compiled = self._compiled[connection.vendor] = self._compile()
        values = list(compiled.params)
        for position, name in compiled.slots:
            values[position] = params[name]
        with connection.cursor() as cursor:
            cursor.execute(compiled.sql, values)
            rows = [list(row) for row in cursor.fetchall()]
        for position, functions, expression in compiled.converters:
            for row in rows:
                value = row[position]
                for function in functions:
                    value = function(value, expression, connection)
                row[position] = value
        return rows

    def _compile(self) -> _Compiled:
        placeholders = {_SLOT - index: name for index, name in enumerate(self._names)}
        queryset = self._build(**{name: number for number, name in placeholders.items()})
        compiler = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        numbers = [(at, value) for at, value in enumerate(params) if type(value) is int]
        slots = tuple((at, placeholders[value]) for at, value in numbers if value in placeholders)
        if {name for _, name in slots} != set(self._names):
            raise TypeError(f"parameters not found in the query: {self._names}")
        columns = [column[0] for column in compiler.select[: compiler.col_count]]
        converters = compiler.get_converters(columns)
        return _Compiled(sql, tuple(params), slots, tuple((at, *found) for at, found in converters.items()))
