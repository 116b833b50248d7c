"""A shared cache that may be down: then nothing is cached, and everything else goes on.

Its contents can be recomputed, or are counters (failures of a payment method, say). While it is down, each process
counts limits for itself (``core.throttle``).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.core.cache.backends.redis import RedisCache

from storefront.core.outage import Outage

logger = logging.getLogger(__name__)
T = TypeVar("T")

#: Seconds to connect to the server and to wait for its answer; it is nearby, and visitors are waiting.
CONNECT_SECONDS, ANSWER_SECONDS = 0.5, 1.0

#: Shared by all threads: Django keeps a cache object per thread.
known = Outage()


class Forgiving(BaseCache):
    """Mixin before a cache class: a failed operation reads nothing and stores nothing.

    While the server is down, one operation a second tries it; all others skip it.
    """

    def faults(self) -> tuple[type[Exception], ...]:
        """What the cache raises when its server is down."""
        return (OSError,)

    def _try(self, ask: Callable[[], T], otherwise: T) -> T:
        if not known.may_look():
            return otherwise
        try:
            answer = ask()
        except self.faults() as fault:
            if not known.is_on:
                logger.error("the cache is away, going on without it: %s", fault)
            known.begin()
            return otherwise
        if known.is_on:
            logger.warning("the cache is back")
            known.end()
        return answer

    def add(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._try(lambda: super(Forgiving, self).add(key, value, timeout, version), True)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return self._try(lambda: super(Forgiving, self).get(key, default, version), default)

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        self._try(lambda: super(Forgiving, self).set(key, value, timeout, version), None)

    def touch(self, key: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        return self._try(lambda: super(Forgiving, self).touch(key, timeout, version), False)

    def delete(self, key: Any, version: int | None = None) -> bool:
        return self._try(lambda: super(Forgiving, self).delete(key, version), False)

    def get_many(self, keys: Iterable[Any], version: int | None = None) -> dict[Any, Any]:
        return self._try(lambda: super(Forgiving, self).get_many(keys, version), {})

    def has_key(self, key: Any, version: int | None = None) -> bool:
        return self._try(lambda: super(Forgiving, self).has_key(key, version), False)

    def set_many(
        self, data: Mapping[Any, Any], timeout: Any = DEFAULT_TIMEOUT, version: int | None = None
    ) -> list[Any]:
        return self._try(lambda: super(Forgiving, self).set_many(dict(data), timeout, version), list(data))

    def delete_many(self, keys: Iterable[Any], version: int | None = None) -> None:
        self._try(lambda: super(Forgiving, self).delete_many(keys, version), None)

    def clear(self) -> None:
        self._try(lambda: super(Forgiving, self).clear(), None)

    def incr(self, key: Any, delta: int = 1, version: int | None = None) -> int:
        """Raises ValueError, as for a key that is not there."""
        answer = self._try(lambda: super(Forgiving, self).incr(key, delta, version), None)
        if answer is None:
            raise ValueError(f"Key '{key}' not found")
        return answer


class ForgivingRedisCache(Forgiving, RedisCache):
    """Redis with one try, within a second."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        import redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry

        self._faults = (OSError, redis.RedisError)
        options = params.setdefault("OPTIONS", {})
        options.setdefault("socket_connect_timeout", CONNECT_SECONDS)
        options.setdefault("socket_timeout", ANSWER_SECONDS)
        options.setdefault("retry", Retry(NoBackoff(), 0))
        super().__init__(server, params)

    def faults(self) -> tuple[type[Exception], ...]:
        return self._faults
