"""Any order of calls, failures, breakage, clearing and time: a resource does as a simple model."""

import gc
from collections import Counter, OrderedDict

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
from lambda_reuse import lifecycle, resource

from tests.helper.parts import Clock, DownError, Value


class Kept:
    """One key of the model."""

    def __init__(self):
        self.value = None
        self.built = self.checked = self.failed = 0
        self.reason = "first"
        self.has_failed = self.is_remembered = False


class Model:
    """What a resource should do, written as plainly as can be."""

    def __init__(self, options, clock):
        self.options = options
        self.clock = clock
        self.max_keys = options.get("max_keys", 1)
        self.full = OrderedDict()
        self.failures = OrderedDict()
        self.reasons = OrderedDict()
        self.counts = Counter()
        self.closed = []

    def get(self, key, build, is_forced=False):
        kept = self.full.pop(key, None) or self.failures.pop(key, None)
        if kept is None:
            kept = Kept()
            kept.reason = self.reasons.pop(key, "first")
        try:
            return self.look_up(kept, build, is_forced)
        finally:
            if kept.value is not None:
                self.full[key] = kept
            elif kept.is_remembered:
                self.failures[key] = kept
            else:
                self.remember(key, "error" if kept.has_failed else kept.reason)
            self.make_room()

    def remember(self, key, reason):
        if reason != "first":
            self.reasons.pop(key, None)
            self.reasons[key] = reason
            if len(self.reasons) > self.max_keys:
                self.reasons.popitem(last=False)

    def look_up(self, kept, build, is_forced):
        now, options = self.clock(), self.options
        if not is_forced:
            if kept.value is not None and self.is_young(kept):
                if self.is_check_due(kept) and not kept.value.is_healthy:
                    self.closed.append(kept.value)
                    kept.value = None
                    kept.reason, kept.has_failed, kept.is_remembered = "invalid", False, False
                else:
                    if self.is_check_due(kept):
                        kept.checked = now
                    self.counts["hits"] += 1
                    return kept.value
            if kept.is_remembered and kept.failed <= now < kept.failed + options["retry_after"]:
                if kept.value is not None and options.get("stale_while_error"):
                    self.counts["hits"] += 1
                    return kept.value
                self.counts["error"] += 1
                raise DownError
        reason = kept.reason if kept.value is None else "expired"
        self.counts["forced" if is_forced else "error" if kept.has_failed else reason] += 1
        try:
            value = build()
        except DownError:
            self.counts["failed"] += 1
            kept.has_failed, kept.reason, kept.failed = True, "error", now
            kept.is_remembered = "retry_after" in options
            if kept.value is not None and options.get("stale_while_error"):
                return kept.value
            raise
        self.counts["builds"] += 1
        if kept.value is not None:
            self.closed.append(kept.value)
        kept.value, kept.built, kept.checked = value, now, now
        kept.has_failed = kept.is_remembered = False
        return value

    def is_young(self, kept):
        max_age = self.options.get("max_age")
        return max_age is None or kept.built <= self.clock() < kept.built + max_age

    def is_check_due(self, kept):
        every = self.options.get("check_every", 0)
        is_fresh = kept.checked <= self.clock() < kept.checked + every
        return "check" in self.options and not is_fresh

    def make_room(self):
        while len(self.full) > self.max_keys:
            key, kept = self.full.popitem(last=False)
            self.closed.append(kept.value)
            self.remember(key, "evicted")
        while len(self.failures) > self.max_keys:
            key, _ = self.failures.popitem(last=False)
            self.remember(key, "error")

    def clear(self):
        for key, reason in self.reasons.items():
            self.reasons[key] = "forced" if reason == "error" else reason
        for key, kept in [*self.failures.items(), *self.full.items()]:
            if kept.value is not None:
                self.closed.append(kept.value)
            self.remember(key, "forced")
        self.full.clear()
        self.failures.clear()
        self.counts.clear()


class Machine(RuleBasedStateMachine):
    """Does the same with a resource and with the model."""

    keys = st.sampled_from("abcd")

    @initialize(
        is_keyed=st.booleans(),
        max_keys=st.integers(1, 3),
        max_age=st.none() | st.integers(0, 6),
        has_check=st.booleans(),
        check_every=st.none() | st.integers(0, 4),
        retry_after=st.none() | st.integers(0, 5),
        is_stale=st.booleans(),
    )
    def make(self, is_keyed, max_keys, max_age, has_check, check_every, retry_after, is_stale):
        self.clock = Clock(1000.0)
        self.error = None
        self.closed = []
        self.is_keyed = is_keyed
        options = {
            "max_age": max_age,
            "check": (lambda value: value.is_healthy) if has_check else None,
            "check_every": check_every if has_check else None,
            "retry_after": retry_after,
            "stale_while_error": True if is_stale and max_age is not None else None,
            "max_keys": max_keys if is_keyed else None,
        }
        options = {name: value for name, value in options.items() if value is not None}
        self.model = Model(options, self.clock)
        make = resource(close=self.closed.append, clock=self.clock, **options)
        self.get = make(self.build_for) if is_keyed else make(self.build)

    def teardown(self):
        del self.get
        self.error = None  # its traceback holds the resource
        gc.collect()  # the next resource must not share this one's slot
        lifecycle.forget()

    def build(self):
        if self.error is not None:
            raise self.error
        self.built = Value()
        return self.built

    def build_for(self, _key):
        return self.build()

    def build_of_model(self):
        """The model is asked after the resource, and given what that has built."""
        if self.error is not None:
            raise self.error
        return self.built

    def compare(self, key, real, is_forced=False):
        arguments = (key,) if self.is_keyed else ()
        answers = []
        for ask in (
            lambda: real(*arguments),
            lambda: self.model.get(arguments, self.build_of_model, is_forced),
        ):
            try:
                answers.append(ask())
            except DownError:
                answers.append(DownError)
        assert answers[0] is answers[1]

    @rule(key=keys)
    def call(self, key):
        self.compare(key, self.get)

    @rule(key=keys)
    def refresh(self, key):
        self.compare(key, self.get.refresh, is_forced=True)

    @rule(key=keys)
    def peek(self, key):
        arguments = (key,) if self.is_keyed else ()
        kept = self.model.full.get(arguments)
        expected = kept.value if kept is not None and self.model.is_young(kept) else None
        assert self.get.peek(*arguments) is expected

    @rule()
    def clear(self):
        self.get.cache_clear()
        self.model.clear()

    @rule(seconds=st.integers(-2, 6))
    def wait(self, seconds):
        self.clock.now += seconds

    @rule()
    def fail(self):
        self.error = DownError()

    @rule()
    def work_again(self):
        self.error = None

    @precondition(lambda self: self.model.full)
    @rule(data=st.data())
    def break_one(self, data):
        kept = data.draw(st.sampled_from(list(self.model.full.values())))
        kept.value.is_healthy = False

    @rule()
    def fork(self):
        lifecycle.after_fork()
        for kept in self.model.full.values():
            kept.checked = float("-inf")

    @invariant()
    def counts_agree(self):
        info = self.get.cache_info()
        counts = self.model.counts
        assert info.hits == counts["hits"]
        assert info.reasons == {reason: counts[reason] for reason in info.reasons}
        assert info.misses == sum(info.reasons.values())
        assert (info.builds, info.failed) == (counts["builds"], counts["failed"])
        assert info.currsize == len(self.model.full)

    @invariant()
    def the_same_is_closed(self):
        """Each value at most once, and the same ones; a clear closes in any order."""
        assert sorted(map(id, self.closed)) == sorted(map(id, self.model.closed))
        assert len(set(map(id, self.closed))) == len(self.closed)


Machine.TestCase.settings = settings(
    max_examples=settings.default.max_examples // 2, stateful_step_count=40, deadline=None
)
TestAgainstTheModel = Machine.TestCase
