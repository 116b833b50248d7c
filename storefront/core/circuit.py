"""A circuit breaker: an outside service that failed a few times in a row is not asked for a while.

Failures are counted over all processes, in the shared cache.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.core.cache import cache

#: So many failures in a row, none longer ago than so many seconds, mean that a service is away.
FAILURES, MEMORY = 3, 120
#: Seconds after which it is asked again.
LONGEST = 60


@dataclass(frozen=True, slots=True)
class Circuit:
    """``kind`` keeps services of equal names apart."""

    kind: str

    def is_away(self, name: str) -> bool:
        return bool(cache.get(self._away(name)))

    def failed(self, name: str) -> bool:
        """Note a failure; returns whether the service counts as away from now on."""
        count = self._failures(name)
        cache.add(count, 0, MEMORY)
        try:
            failures = cache.incr(count)
        except ValueError:  # it has just run out, or the cache keeps nothing
            return False
        return failures >= FAILURES and cache.add(self._away(name), True, LONGEST)

    def stays_away(self, name: str) -> None:
        cache.set(self._away(name), True, LONGEST)

    def answered(self, name: str) -> None:
        """Note an answer of any kind."""
        if cache.get(self._failures(name)) or self.is_away(name):
            cache.delete_many([self._failures(name), self._away(name)])

    def _failures(self, name: str) -> str:
        return f"{self.kind}-failures:{name}"

    def _away(self, name: str) -> str:
        return f"{self.kind}-away:{name}"
