"""The places of a resource's values, one a key, the least recently used going first.

Places with a value and places without one are kept apart: keys whose builds fail, or that nobody
asks for again, do not push values out, and why a key has no value is remembered for as many keys
as there may be values.
"""

from _thread import RLock

from .place import NOTHING, Place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

    from .turn import Turn


class Shelf:
    """Places by key; a resource without parameters has the one key ()."""

    def __init__(self, max_keys: "Optional[int]", make_turn: "Callable[[], Turn]") -> None:
        self.full: "dict[Any, Place]" = {}
        """Key -> place with a value."""
        self._without: "dict[Any, Place]" = {}
        self._max_keys = max_keys
        self._make_turn = make_turn
        self._lock = RLock()

    def borrow(self, key: "Any") -> Place:
        """The place of this key, made where there is none; it stays until it is given back."""
        with self._lock:
            place = self.full.get(key) or self._without.get(key)
            if place is None:
                place = self._without[key] = Place(self._make_turn())
            place.users += 1
            return place

    def give_back(self, key: "Any", place: Place) -> "list[Any]":
        """Put a borrowed place where it belongs; the values that had to make room for it."""
        with self._lock:
            place.users = max(0, place.users - 1)
            self._put(key, place)
            return self._make_room()

    def clear(self, reason: str) -> "list[Any]":
        """Take all values out; the next misses are for this reason."""
        with self._lock:
            places = list(self._without.items()) + _by_use(self.full)
            values = [place.empty(reason) for _, place in places]
            for key, place in places:
                self._put(key, place)
            self._make_room()
            return [value for value in values if value is not NOTHING]

    def forget(self) -> "list[Any]":
        """Take all values out, and remember nothing."""
        values = self.clear("first")
        with self._lock:
            self._without.clear()
        return values

    def follow(self, other: "Shelf", reason: str) -> None:
        """Remember of each key that the other shelf had a value of it, or why it had none."""
        with other._lock:
            known = [(key, reason) for key, _ in _by_use(other.full)]
            known += [(key, place.miss_reason()) for key, place in other._without.items()]
        for key, why in known:
            self._without[key] = Place(self._make_turn(), why)

    def places(self) -> "list[Place]":
        """All places there are."""
        with self._lock:
            return [*self.full.values(), *self._without.values()]

    def renew_locks(self) -> None:
        """In a forked child: builders that it does not have hold nothing."""
        self._lock = RLock()
        for place in self.places():
            place.turn = self._make_turn()
            place.users = 0

    def leave_page(self) -> None:
        """The next page counts hits from 0 on: what was used before is older than all of those."""
        with self._lock:
            for at, (_, place) in enumerate(_by_use(self.full)):
                place.used = at - len(self.full)

    def _put(self, key: "Any", place: Place) -> None:
        self.full.pop(key, None)
        self._without.pop(key, None)
        (self._without if place.value is NOTHING else self.full)[key] = place

    def _make_room(self) -> "list[Any]":
        if self._max_keys is None:
            return []
        gone = []
        too_many = len(self.full) - self._max_keys
        if too_many > 0:
            for key, place in _unused(_by_use(self.full), too_many):
                gone.append(place.empty("evicted"))
                self._put(key, place)
        too_many = len(self._without) - self._max_keys
        if too_many > 0:
            for key, _ in _unused(list(self._without.items()), too_many):
                del self._without[key]
        return gone


def _by_use(places: "dict[Any, Place]") -> "list[tuple[Any, Place]]":
    """The oldest first; among those used at the same count, the one that was put there first."""
    return sorted(places.items(), key=_last_use)


def _last_use(item: "tuple[Any, Place]") -> int:
    return item[1].used


def _unused(places: "list[tuple[Any, Place]]", too_many: int) -> "list[tuple[Any, Place]]":
    """So many of those that nobody waits for."""
    return [(key, place) for key, place in places if not place.users][:too_many]
