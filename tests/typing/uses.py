"""Uses of the helper that type checkers must understand, and mistakes that they must find.

Never run. `assert_type` says what a checker must see; each `type: ignore` stands where it must
complain, and one that is not needed is an error itself.
"""

import functools
from collections.abc import Coroutine
from typing import Any, assert_type

from lambda_reuse import container, phase, preload, resource, tmp_file, watch
from lambda_reuse.testing import fresh_container, simulate


class Connection:
    """Something to connect to."""

    open = True

    def close(self) -> None: ...


@resource
def table() -> Connection:
    """Plain."""
    return Connection()


@resource(max_age=300, check=lambda c: c.open, close=lambda c: c.close(), retry_after=60)
def connection(name: str, *, port: int = 5432) -> Connection:
    """With options and parameters."""
    return Connection()


@resource
async def session() -> bytes:
    """Awaited."""
    return b""


@resource(max_keys=3)
async def channel(name: str) -> bytes:
    """Awaited, with options and parameters."""
    return b""


assert_type(table(), Connection)
assert_type(table.peek(), Connection | None)
assert_type(table.refresh(), Connection)
assert_type(table.cache_info().hits, int)
assert_type(table.cache_info().reasons, dict[str, int])
assert_type(table.__name__, str)
assert_type(connection("a", port=1), Connection)
assert_type(connection.peek("a"), Connection | None)
assert_type(session(), Coroutine[Any, Any, bytes])
assert_type(session.peek(), bytes | None)


async def main() -> None:
    """Where something is awaited."""
    assert_type(await session(), bytes)
    assert_type(await channel("a"), bytes)
    assert_type(await channel.refresh("a"), bytes)


table(1)  # type: ignore[call-arg]
str(table().nothing)  # type: ignore[attr-defined]
connection()  # type: ignore[call-arg]
connection(1)  # type: ignore[arg-type]
connection("a", port="1")  # type: ignore[arg-type]
connection.peek(1)  # type: ignore[arg-type]
connection.refresh()  # type: ignore[call-arg]
resource(max_age="1")  # type: ignore[call-overload]
resource(maxage=1)  # type: ignore[call-overload]
resource(3)  # type: ignore[call-overload]


async def connect(host: str) -> bytes:
    """What a partial calls."""
    return b""


class Repo:
    """Members of every kind."""

    @resource(max_age=60)
    def item(self, key: str) -> int:
        """A method."""
        return len(key)

    @resource
    async def session(self) -> bytes:
        """An async one."""
        return b""

    @property
    @resource
    def table(self) -> int:
        """A property."""
        return 1

    @classmethod
    @resource
    def below_class(cls, key: str) -> int:
        """Below a class method."""
        return len(key)

    @resource
    @classmethod
    def above_class(cls, key: str) -> int:
        """Above it."""
        return len(key)

    @staticmethod
    @resource
    def below_static(key: str) -> int:
        """Below a static method."""
        return len(key)

    @resource
    @staticmethod
    def above_static(key: str) -> int:
        """Above it."""
        return len(key)


async def members(repo: Repo) -> None:
    """Taken from the class and from an instance."""
    assert_type(repo.item("a"), int)
    assert_type(Repo.item(repo, "a"), int)
    assert_type(repo.item.peek("a"), int | None)
    assert_type(repo.item.refresh("a"), int)
    assert_type(repo.item.cache_info().hits, int)
    assert_type(await repo.session(), bytes)
    assert_type(repo.table, int)
    assert_type(Repo.below_class("a"), int)
    assert_type(repo.below_class("a"), int)
    assert_type(Repo.above_class("a"), int)
    assert_type(repo.above_class("a"), int)
    assert_type(Repo.below_static("a"), int)
    assert_type(repo.below_static("a"), int)
    assert_type(Repo.above_static("a"), int)
    assert_type(repo.above_static("a"), int)
    repo.item(1)  # type: ignore[call-overload]
    repo.item()  # type: ignore[call-overload]
    assert_type(await resource(functools.partial(connect, "a"))(), bytes)
    assert_type(await resource(lambda: connect("a"))(), bytes)


@watch
@functools.lru_cache
def tax(country: str) -> int:
    """Watched: what it is, it stays."""
    return 1


assert_type(tax("de"), int)
assert_type(preload(table, lambda: connection("a"), timeout=5), list[str])
assert_type(tmp_file("model.bin", fetch=print, max_age=3600), str)
assert_type(container.id, str)
assert_type(container.age, float)
assert_type(container.invocation, int)
assert_type(container.cold, bool)
assert_type(container.init_type, str)
assert_type(simulate(max, [1]), list[Any])

tmp_file("model.bin")  # type: ignore[call-arg]
phase()  # type: ignore[call-arg]

with phase("imports"), fresh_container() as fresh:
    assert_type(fresh.id, str)
