"""Closed requests: remembered for long, then known by their time alone."""

from reuse_extension.core.remembered import MAX_REMEMBERED, Remembered

HALF = MAX_REMEMBERED // 2


def filled(count: int) -> Remembered:
    """So many requests, each a millisecond after the one before."""
    remembered = Remembered()
    for number in range(count):
        remembered.add(str(number), 1000 + number)
    return remembered


def test_the_newest_half_is_always_there():
    for count in (HALF - 1, HALF, HALF + 1, MAX_REMEMBERED, 3 * MAX_REMEMBERED + 1):
        remembered = filled(count)
        newest = range(max(0, count - HALF + 1), count)
        assert [remembered.last_ms(str(n)) for n in newest] == [1000 + n for n in newest]


def test_what_is_forgotten_has_the_latest_time_of_all_forgotten():
    remembered = filled(3 * HALF)

    assert remembered.forgotten_ms == 1000 + 2 * HALF - 1
    assert remembered.last_ms("0") == remembered.last_ms("never there") == remembered.forgotten_ms
    assert remembered.latest_ms == 1000 + 3 * HALF - 1


def test_a_later_time_of_the_same_request():
    remembered = filled(HALF + 1)
    remembered.add("0", 9000)  # of the older generation
    remembered.add(str(HALF), 9001)  # of the newer

    assert [remembered.last_ms("0"), remembered.last_ms(str(HALF))] == [9000, 9001]
    assert remembered.newest(2) == [[str(HALF), 9001], ["0", 9000]]


def test_the_newest_are_given_out_in_order():
    remembered = filled(HALF + 2)
    expected = [[str(n), 1000 + n] for n in range(HALF - 2, HALF + 2)]

    assert remembered.newest(4) == expected
    assert remembered.newest(2) == expected[2:]
    assert remembered.newest(1) == expected[3:]
    assert len(remembered.newest(MAX_REMEMBERED)) == HALF + 2


def test_an_invoke_that_comes_late_is_told_once():
    remembered = filled(HALF - 1)
    remembered.add_uninvoked(str(HALF - 2))
    remembered.add("one more", 5000)  # a new generation begins

    assert not remembered.take_uninvoked("0")
    assert remembered.take_uninvoked(str(HALF - 2))
    assert not remembered.take_uninvoked(str(HALF - 2))


def test_what_another_process_has_forgotten():
    remembered = Remembered()
    remembered.forget(700)

    assert (remembered.forgotten_ms, remembered.latest_ms) == (700, 700)
