"""The entries of a resource's values, one a key, the least recently used going first.

A key goes with its value: what was evicted, cleared or could not be built holds no key. Why it has
to be built next time is remembered by the key's hash alone.
"""

from _thread import RLock

from .entry import NOTHING, Entry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

    from .build_lock import BuildLock

MAX_REASONS = 1024
"""Remembered where the number of keys is not limited."""


class LruCache:
    """Entries by key; a resource without parameters has the one key ()."""

    def __init__(self, max_keys: "Optional[int]", make_lock: "Callable[[], BuildLock]") -> None:
        self.full: "dict[Any, Entry]" = {}
        """Key -> entry with a value."""
        self._pending: "dict[Any, Entry]" = {}
        """Key -> entry without one: it is being built, or its failure is remembered."""
        self._reasons: "dict[int, str]" = {}
        """Hash of a key -> why there is no value, where that is not because it is the first."""
        self._max_keys = max_keys
        self._make_lock = make_lock
        self._lock = RLock()

    def entry(self, key: "Any") -> Entry:
        """The entry of this key, made where there is none; `settle` it when it was changed."""
        with self._lock:
            found = self.full.get(key) or self._pending.get(key)
            if found is None:
                reason = self._reasons.pop(hash(key), "first")
                found = self._pending[key] = Entry(self._make_lock(), reason)
            return found

    def settle(self, key: "Any", entry: Entry) -> "list[Any]":
        """Put an entry where it belongs; the values that had to make room for it."""
        with self._lock:
            if entry.is_detached:
                return []
            self.full.pop(key, None)
            self._pending.pop(key, None)
            if entry.value is not NOTHING:
                self.full[key] = entry
            elif entry.failure is not None:
                self._pending[key] = entry
            else:
                self._remember(key, entry.miss_reason())
                entry.detach()
            return self._make_room()

    def clear(self, reason: str) -> "list[Any]":
        """Drop all entries; the next misses are for this reason. Returns the values."""
        with self._lock:
            values = []
            for key, entry in [*self._pending.items(), *_by_use(self.full)]:
                if entry.build_lock.holder is not None or entry.has_failed or key in self.full:
                    self._remember(key, reason)
                values.append(entry.detach())
            for known, why in self._reasons.items():
                self._reasons[known] = reason if why == "error" else why
            self.full.clear()
            self._pending.clear()
            return [value for value in values if value is not NOTHING]

    def forget(self) -> "list[Any]":
        """Drop all entries, and remember nothing."""
        values = self.clear("first")
        self._reasons.clear()
        return values

    def follow(self, other: "LruCache", reason: str) -> None:
        """Remember of each key that the other cache had a value of it, or why it had none."""
        with other._lock:
            self._reasons.update(other._reasons)
            for key, entry in other._pending.items():
                self._reasons[hash(key)] = entry.miss_reason()
            for key, _ in _by_use(other.full):
                self._reasons[hash(key)] = reason

    def entries(self) -> "list[Entry]":
        """All entries there are."""
        with self._lock:
            return [*self.full.values(), *self._pending.values()]

    def renew_locks(self) -> None:
        """In a forked child: builders that it does not have hold nothing."""
        self._lock = RLock()
        for entry in self.entries():
            entry.build_lock = self._make_lock()

    def leave_page(self) -> None:
        """The next page counts hits from 0 on: what was used before is older than all of those."""
        with self._lock:
            for at, (_, entry) in enumerate(_by_use(self.full)):
                entry.used = at - len(self.full)

    def _remember(self, key: "Any", reason: str) -> None:
        if reason != "first":
            limit = MAX_REASONS if self._max_keys is None else self._max_keys
            self._reasons.pop(hash(key), None)
            self._reasons[hash(key)] = reason
            if len(self._reasons) > limit:
                del self._reasons[next(iter(self._reasons))]

    def _make_room(self) -> "list[Any]":
        if self._max_keys is None:
            return []
        too_many = len(self.full) - self._max_keys
        gone = []
        if too_many > 0:
            for key, entry in _by_use(self.full)[:too_many]:
                del self.full[key]
                self._remember(key, "evicted")
                gone.append(entry.detach())
        too_many = len(self._pending) - self._max_keys
        if too_many > 0:
            idle = [item for item in self._pending.items() if item[1].build_lock.holder is None]
            for key, entry in idle[:too_many]:
                del self._pending[key]
                self._remember(key, entry.miss_reason())
                entry.detach()
        return gone


def _by_use(entries: "dict[Any, Entry]") -> "list[tuple[Any, Entry]]":
    """The oldest first; among those used at the same count, the one that was put there first."""
    return sorted(entries.items(), key=_last_use)


def _last_use(item: "tuple[Any, Entry]") -> int:
    return item[1].used
