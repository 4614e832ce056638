"""Remembered errors: each caller gets one of its own, and nothing of the others."""

import contextlib
import dataclasses
import gc
import sys
import traceback
import weakref

import pytest
from lambda_reuse import resource
from lambda_reuse.failures import Failure


class Payload:
    """Something that must not be kept."""


class OddError(Exception):
    """Its arguments are not those of `__init__`."""

    def __init__(self, code, *, detail):
        super().__init__(f"{code}: {detail}")
        self.code = code


class StubbornError(Exception):
    """Cannot be made without its number."""

    def __new__(cls, number, _word):
        return super().__new__(cls, number)

    def __init__(self, number, _word):
        super().__init__(number)

    def __reduce__(self):
        raise TypeError("no copies")


class UnprintableError(Exception):
    def __str__(self):
        raise ValueError("no words")


class DeviceError(OSError):
    """An OSError with an `__init__` of its own."""

    def __init__(self, errno, strerror):
        super().__init__(errno, strerror)


class SlottedError(Exception):
    """Keeps what it knows outside `__dict__`."""

    __slots__ = ("code", "empty")

    def __init__(self, code):
        self.code = code


@dataclasses.dataclass(frozen=True)
class FrozenError(Exception):
    """Lets nothing of it be set, not even a cause."""

    code: int


def raised(get):
    with pytest.raises(Exception) as caught:  # noqa: PT011 - any
        get()
    return caught.value


def failing(make_error, seen):
    @resource(retry_after=600)
    def rates():
        payload = Payload()
        seen.append(weakref.ref(payload))
        raise make_error()

    return rates


def handle(get, seen):
    """Call it while another error is being handled, with something in hand."""
    try:
        raise KeyError("customer 1")
    except KeyError:
        payload = Payload()
        seen.append(weakref.ref(payload))
        with contextlib.suppress(Exception):
            get()


def test_nothing_of_the_first_caller_is_kept():
    """No frame of the build or of its caller, and not the error that the caller was handling."""
    seen = []
    rates = failing(lambda: ConnectionError("no rates today"), seen)
    handle(rates, seen)
    handle(rates, seen)
    gc.collect()

    assert [reference() for reference in seen] == [None, None, None]
    error = raised(rates)
    assert (type(error), str(error)) == (ConnectionError, "no rates today")
    assert error.__context__ is None
    assert "customer 1" not in "".join(traceback.format_exception(error))


def test_callers_do_not_meet_in_the_error():
    """A note, a cause or an attribute that one caller adds is not another one's."""
    rates = failing(lambda: ConnectionError("no rates today"), [])
    first, second = raised(rates), raised(rates)
    first.__notes__ = ["a note"]
    second.retries = 3
    try:
        raise second from ValueError("a cause")
    except ConnectionError:
        pass
    third = raised(rates)

    assert first is not second is not third
    assert third.__cause__ is None
    assert not hasattr(third, "__notes__")
    assert not hasattr(third, "retries")


def test_each_caller_has_its_own_context():
    """What Python says of "during handling of" is about the caller that reads it."""
    rates = failing(lambda: ConnectionError("no rates today"), [])
    raised(rates)
    contexts = []
    for number in range(2):
        try:
            raise KeyError(number)
        except KeyError as own:
            contexts.append((raised(rates).__context__, own))

    assert all(context is own for context, own in contexts)


def test_what_the_factory_said_is_shown():
    """Its cause, the cause's cause, its notes; without what their frames held."""
    seen = []

    @resource(retry_after=600)
    def rates():
        payload = Payload()
        seen.append(weakref.ref(payload))
        try:
            raise TimeoutError("5 s")
        except TimeoutError as timeout:
            error = ConnectionError("no rates today")
            error.__notes__ = ["asked twice"]
            raise error from timeout

    raised(rates)
    gc.collect()
    error = raised(rates)

    assert error.__notes__ == ["asked twice"]
    assert (type(error.__cause__), str(error.__cause__)) == (TimeoutError, "5 s")
    assert error.__suppress_context__
    assert seen[0]() is None


@pytest.mark.parametrize(
    "error",
    [
        ValueError("plain"),
        OddError(503, detail="no rates"),
        OSError(2, "No such file", "rates.csv"),
        DeviceError(5, "broken"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
        KeyError("name"),
        ImportError("no module", name="rates"),
        SlottedError(503),
        FrozenError(503),
    ],
    ids=lambda error: type(error).__name__,
)
def test_copies(error):
    """Whatever its class wants of `__init__`: another object, alike in all that it says."""
    error.__dict__["extra"] = [1]
    copy = Failure(error, 0.0).error()

    assert type(copy) is type(error)
    assert copy is not error
    assert (copy.args, str(copy), copy.extra) == (error.args, str(error), [1])
    for name in ("errno", "strerror", "filename", "code", "reason", "start", "name"):
        assert getattr(copy, name, None) == getattr(error, name, None)


def test_an_object_that_has_no_such_attribute_is_not_kept():
    """Which one it was is one caller's business."""

    @resource(retry_after=600)
    def rates():
        return Payload().rates

    raised(rates)
    error = raised(rates)

    assert "rates" in str(error)
    assert getattr(error, "obj", None) is None


@pytest.mark.parametrize("error", [StubbornError(3, "word"), UnprintableError()])
def test_what_cannot_be_copied(error):
    """Is raised itself, cleaned of what its last caller left."""
    failure = Failure(error, 0.0)
    for _ in range(2):
        try:
            raise KeyError("customer 1")
        except KeyError:
            try:
                raise failure.error()
            except type(error) as caught:
                assert caught is error  # noqa: PT017
    assert failure.error().__traceback__ is None
    assert failure.error().__context__ is None


@pytest.mark.skipif(sys.version_info < (3, 11), reason="groups came with Python 3.11")
def test_groups():
    """The errors in a group are copies, too."""
    inner = ValueError("inner")
    group = ExceptionGroup("several", [inner])
    copy = Failure(group, 0.0).error()

    assert (copy.message, str(copy.exceptions[0])) == ("several", "inner")
    assert copy.exceptions[0] is not inner


def test_without_retry_after_nothing_is_kept():
    """Neither the error nor what its frames held."""
    seen = []

    @resource
    def plain():
        payload = Payload()
        seen.append(weakref.ref(payload))
        raise ConnectionError("no rates today")

    handle(plain, seen)
    gc.collect()
    assert [reference() for reference in seen] == [None, None]


def test_what_its_reduce_gives_wrongly():
    """A copy that would say something else is none."""

    class DoublingError(Exception):
        def __new__(cls, *arguments):
            if arguments == ("aa",):
                raise TypeError("not twice")
            return super().__new__(cls, *arguments)

        def __init__(self, word):
            super().__init__(word * 2)

        def __reduce__(self):
            return DoublingError, ("b",)

        def __str__(self):
            return "doubled"

    error = DoublingError("a")
    assert Failure(error, 0.0).error() is error
