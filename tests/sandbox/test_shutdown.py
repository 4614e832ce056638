"""How processes are ended: whose turn it is, and for how long."""

from reuse_sandbox.life import actions, events

from tests.sandbox.life import RUNTIME_PROCESS, Life, Limits, names, ready

SPINDOWN = events.ShutdownWanted("spindown")


def timer(todo: list[actions.Action]) -> float | None:
    """The time that was set, in ms."""
    (action,) = [action for action in todo if isinstance(action, actions.SetTimer)]
    return None if action.at is None else round(action.at * 1000, 3)


def test_the_runtime_goes_first() -> None:
    """SIGTERM; SHUTDOWN only when the runtime has gone, with the deadline of the whole budget."""
    life = ready("a")

    assert names(life.has(SPINDOWN)) == [
        "Thaw",
        "CloseSubscriptions",
        "Flush",
        "Terminate",
        "SetTimer",
    ]
    emitted = life.after(10).exits(RUNTIME_PROCESS, "signal: terminated")
    assert names(emitted) == ["SetTimer", "ReleaseShutdown"]
    release = emitted[-1]
    assert isinstance(release, actions.ReleaseShutdown)
    assert (release.names, release.reason) == (("a",), "spindown")
    assert release.deadline_ms == 1_795_219_200_000 + 100 + 2000
    assert names(life.extension_exits("a")) == ["SetTimer", "Clear", "Ended"]


def test_the_runtime_has_its_share() -> None:
    """After 30 % of the budget it is killed; the extensions' deadline stays."""
    life = ready("a")

    assert timer(life.has(SPINDOWN)) == 100 + 600
    killed = life.time_up()
    assert [actions.Kill(RUNTIME_PROCESS)] == killed[:1]
    assert timer(killed) == 100 + 2000
    assert timer(life.exits(RUNTIME_PROCESS, "signal: killed")) == 100 + 2000


def test_budgets_are_settings() -> None:
    """Another budget and another share give other times."""
    life = ready("a", limits=Limits(shutdown_ms=1000, runtime_share=0.5))

    assert timer(life.has(SPINDOWN)) == 100 + 500
    assert timer(life.exits(RUNTIME_PROCESS)) == 100 + 1000


def test_without_extensions_there_is_no_budget() -> None:
    """The runtime is killed at once."""
    life = ready()

    todo = life.has(SPINDOWN)
    assert names(todo) == ["Thaw", "CloseSubscriptions", "Flush", "Kill", "SetTimer"]
    assert actions.Kill(RUNTIME_PROCESS) in todo


def test_internal_extensions_have_their_own_budget() -> None:
    """They live in the runtime's process, so all of it is the runtime's."""
    life = Life()
    life.has(events.InitWanted())
    life.registers("inside", "INVOKE")
    life.extension_next("inside")
    life.runtime_next()

    todo = life.has(SPINDOWN)
    assert actions.Terminate(RUNTIME_PROCESS) in todo
    assert timer(todo) == 500
    assert names(life.exits(RUNTIME_PROCESS)) == ["SetTimer", "Clear", "Ended"]


def test_who_did_not_ask_for_shutdown_is_killed() -> None:
    """Only SHUTDOWN subscribers are told and waited for."""
    life = Life("asks", "does-not")
    life.has(events.InitWanted())
    life.registers("asks", "SHUTDOWN")
    life.registers("does-not", "INVOKE")
    life.extension_next("asks")
    life.extension_next("does-not")
    life.runtime_next()
    life.has(SPINDOWN)

    todo = life.exits(RUNTIME_PROCESS)
    assert names(todo) == ["Kill", "SetTimer", "ReleaseShutdown"]
    assert actions.Kill("extension-does-not") in todo
    assert names(life.extension_exits("does-not", "signal: killed")) == []
    assert names(life.extension_exits("asks"))[-1] == "Ended"


def test_who_is_late_is_told_late() -> None:
    """An extension that is busy gets SHUTDOWN when it calls next, once."""
    life = ready("a")
    life.invoked(events.InvokeRequest(b"{}"))
    life.exits(RUNTIME_PROCESS)

    assert names(life.extension_next("a")) == ["ReleaseShutdown"]
    assert names(life.extension_next("a")) == []


def test_at_the_deadline_all_that_is_left_is_killed() -> None:
    """SIGKILL ends what did not end by itself."""
    life = ready("a", "b")
    life.has(SPINDOWN)
    life.exits(RUNTIME_PROCESS)
    life.extension_exits("a")

    assert [actions.Kill("extension-b")] == life.time_up()[:1]
    assert names(life.extension_exits("b", "signal: killed"))[-1] == "Ended"


def test_what_cannot_be_killed_is_not_waited_for() -> None:
    """A process that SIGKILL does not end holds nothing up for more than 2 s."""
    life = ready()

    assert timer(life.has(SPINDOWN)) == 100 + 2000
    assert names(life.time_up())[-1] == "Ended"
