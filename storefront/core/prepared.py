"""Queries compiled once per process. For the few that a page asks on every view.

Django builds the SQL of a queryset anew each time; for a query over several tables that costs ten times what the
database needs to answer it. Here the queryset is written as always and compiled at its first use; later uses send
the same SQL with other parameters and convert the rows with Django's own converters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
    width: int
    converters: tuple[tuple[int, Any, Any], ...]


class PreparedQuery:
    """A ``values_list()`` queryset with named parameters: ``names`` are whole numbers, ``texts`` strings.

    ``build`` takes the parameters by name and returns the queryset, for instance
    ``lambda basket: Line.objects.filter(basket=basket).values_list("pk")``. It is called once, with placeholders,
    so it must not look at their values; they are compared as they are, and never lists.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, Any]], *names: str, texts: Sequence[str] = ()) -> None:
        self._build = build
        self._placeholders: dict[str, int | str] = {name: _SLOT - index for index, name in enumerate(names)}
        self._placeholders |= {name: f"\x1a{name}\x1a" for name in texts}
        self._compiled: dict[str, _Compiled] = {}

    def queryset(self, **params: int | str) -> QuerySet[Any, Any]:
        """The queryset itself, as Django would run it."""
        return self._build(**params)

    def rows(self, **params: int | str) -> list[list[Any]]:
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
            # what is selected only to sort by it stands at the end
            rows = [list(row[: compiled.width]) for row in cursor.fetchall()]
        for position, functions, expression in compiled.converters:
            for row in rows:
                value = row[position]
                for function in functions:
                    value = function(value, expression, connection)
                row[position] = value
        return rows

    def _compile(self) -> _Compiled:
        names = {placeholder: name for name, placeholder in self._placeholders.items()}
        queryset = self._build(**self._placeholders)
        compiler = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        plain = [(at, value) for at, value in enumerate(params) if type(value) in (int, str)]
        slots = tuple((at, names[value]) for at, value in plain if value in names)
        if {name for _, name in slots} != set(self._placeholders):
            raise TypeError(f"parameters not found in the query: {tuple(self._placeholders)}")
        width = compiler.col_count or len(compiler.select)
        converters = compiler.get_converters([column[0] for column in compiler.select[:width]])
        return _Compiled(sql, tuple(params), slots, width, tuple((at, *found) for at, found in converters.items()))
