"""Containers that begin by being restored from a snapshot."""

import asyncio

import pytest
from reuse_sandbox import ConfigError

from tests.conftest import MS
from tests.sandbox.leftovers import Leftovers
from tests.sandbox.life import InvokeRequest, Life, State, events, kinds, names
from tests.sandbox.patience import eventually
from tests.sandbox.workshop import Workshop

SNAPPED = {"init_type": "snap-start", "version": "7"}


def snapshot(*extensions: str) -> Life:
    """A container that has been initialised and not restored, 100 ms after it began."""
    life = Life(*extensions, **SNAPPED)
    life.has(events.InitWanted())
    for name in extensions:
        life.registers(name, "INVOKE", "SHUTDOWN")
        life.extension_next(name)
    life.after(100).has(events.RuntimeRestoreNext())
    assert life.state is State.SNAPSHOT
    return life


class TestLife:
    """As the tables have it."""

    def test_order(self) -> None:
        """Init, long before; then restore and invocation; afterwards as any container."""
        life = snapshot("watch")
        assert life.emitted_kinds() == ["initStart", "initRuntimeDone", "extension", "initReport"]
        assert names(life.done)[-3:] == ["SetTimer", "Freeze", "Idle"]

        restoring = life.after(60_000).has(events.InvokeWanted(InvokeRequest(b"{}")))
        assert names(restoring) == ["Thaw", "restoreStart", "SetTimer", "ReleaseRestore"]
        started = life.after(20).runtime_next()
        assert kinds(started) == ["restoreRuntimeDone", "restoreReport", "start"]
        assert names(started)[-2:] == ["ReleaseInvoke", "ReleaseEvent"]

    def test_records(self) -> None:
        """The init is the snapshot's, the restore this container's; the report has the restore."""
        life = snapshot()
        request = InvokeRequest(b"{}")
        life.after(60_000).has(events.InvokeWanted(request))
        life.after(20).runtime_next()
        life.after(5).responds(request)
        life.runtime_next()

        (init,) = life.emitted("platform.initStart")
        (restore,) = life.emitted("platform.restoreStart")
        assert (init["initializationType"], init["instanceId"]) == ("snap-start", "snapshot")
        assert restore["instanceId"] == life.stream
        (report,) = life.emitted("platform.restoreReport")
        assert report == {"status": "success", "metrics": {"durationMs": 20.0}}
        (report,) = life.emitted("platform.report")
        assert report["metrics"]["restoreDurationMs"] == 20.0
        assert "initDurationMs" not in report["metrics"]
        assert report["metrics"]["durationMs"] == 5.0
        assert life.answers()[0].cold

        second = InvokeRequest(b"{}")
        assert "restoreStart" not in kinds(life.has(events.InvokeWanted(second)))

    def test_a_runtime_that_knows_nothing_of_snapshots(self) -> None:
        """It asks for an event at once, and is restored without being told."""
        life = Life(**SNAPPED)
        life.has(events.InitWanted())
        life.runtime_next()
        assert life.state is State.SNAPSHOT
        done = life.has(events.InvokeWanted(InvokeRequest(b"{}")))
        assert "ReleaseRestore" not in names(done)
        life.runtime_next()
        assert life.state is State.INVOKING

    def test_an_invocation_while_the_snapshot_is_made(self) -> None:
        """It waits for the init, which is not its own, and is restored then."""
        life = Life(**SNAPPED)
        life.has(events.InvokeWanted(InvokeRequest(b"{}")))
        life.after(100).has(events.RuntimeRestoreNext())
        life.after(20).runtime_next()
        (report,) = life.emitted("platform.restoreReport")
        assert report["metrics"]["durationMs"] == 20.0
        assert life.state is State.INVOKING

    def test_a_restore_that_fails(self) -> None:
        """The invocation is answered the error; the next one repeats the init."""
        life = snapshot()
        life.has(events.InvokeWanted(InvokeRequest(b"{}")))
        body = b'{"errorType": "Oops"}'
        life.has(events.RuntimeRestoreFailed("Runtime.AfterRestoreError", body))
        life.exits("runtime", "exit status 65")

        (report,) = life.emitted("platform.restoreReport")
        assert (report["status"], report["errorType"]) == ("error", "Runtime.AfterRestoreError")
        assert [answer.payload for answer in life.answers()] == [body]
        assert life.answers()[0].init_failed
        life.has(events.InvokeWanted(InvokeRequest(b"{}")))
        life.has(events.RuntimeRestoreNext())
        life.runtime_next()
        assert life.state is State.INVOKING
        assert life.emitted("platform.initStart")[-1]["phase"] == "invoke"
        assert len(life.emitted("platform.restoreStart")) == 1

    def test_a_restore_that_takes_too_long(self) -> None:
        """Ten seconds."""
        life = snapshot()
        life.has(events.InvokeWanted(InvokeRequest(b"{}")))
        life.time_up()
        (report,) = life.emitted("platform.restoreReport")
        assert (report["status"], report["metrics"]["durationMs"]) == ("timeout", 10_000.0)
        assert b"timed out after 10.00 seconds" in life.answers()[0].payload

    def test_a_process_that_died_in_the_snapshot(self) -> None:
        """The restore fails."""
        life = snapshot("watch")
        life.extension_exits("watch")
        life.has(events.InvokeWanted(InvokeRequest(b"{}")))
        (report,) = life.emitted("platform.restoreReport")
        assert report["errorType"] == "Extension.Crash"
        assert life.answers()[0].status == "error"

    @pytest.mark.parametrize("restoring", [False, True])
    def test_the_end(self, restoring: bool) -> None:
        """A snapshot just goes; a container that is being restored ends as others do."""
        life = snapshot("watch")
        if restoring:
            life.has(events.InvokeWanted(InvokeRequest(b"{}")))
        done = life.has(events.ShutdownWanted("spindown"))
        if not restoring:
            assert names(done) == ["SetTimer", "Thaw", "Clear", "Ended"]
        else:
            life.exits("runtime")
            life.extension_exits("watch")
            assert "ReleaseShutdown" in names(life.done)
            assert names(life.done)[-1] == "Ended"
            assert [answer.status for answer in life.answers()] == ["failure"]

    def test_the_end_while_the_snapshot_is_made(self) -> None:
        """It just goes, too, unless somebody waits for it."""
        life = Life("watch", **SNAPPED)
        life.has(events.InitWanted())
        assert names(life.has(events.ShutdownWanted("spindown")))[-2:] == ["Clear", "Ended"]
        life = Life("watch", **SNAPPED)
        life.has(events.InvokeWanted(InvokeRequest(b"{}")))
        life.has(events.ShutdownWanted("spindown"))
        life.extension_exits("watch")
        assert [answer.status for answer in life.answers()] == ["failure"]


HOOKS = """
    import os, time
    from snapshot_restore_py import register_after_restore, register_before_snapshot

    told = []
    register_before_snapshot(lambda: told.append("before"))
    register_after_restore(lambda: told.append("after"))

    def handler(event, context):
        told.append("invoked")
        return [told, "AWS_LAMBDA_LOG_STREAM_NAME" in os.environ]
"""


async def test_the_real_runtime_client(workshop: Workshop, leftovers: Leftovers) -> None:
    """Hooks run at their time; containers share the snapshot's id and have their own."""
    workshop.write_function(HOOKS)
    workshop.write_extension(
        'register("INVOKE", "SHUTDOWN"); subscribe("platform", timeoutMs=25); loop()'
    )
    async with workshop.sandbox(concurrency=2, **SNAPPED) as sandbox:
        assert sandbox.idle == 1
        results = [await sandbox.invoke(), await sandbox.invoke()]
        await eventually(lambda: len(workshop.logs()) == 2 and sandbox.idle == 2)

    assert [result.payload for result in results] == [
        b'[["before", "after", "invoked"], false]',
        b'[["before", "after", "invoked", "invoked"], false]',
    ]
    assert [result.cold for result in results] == [True, False]
    reported = workshop.telemetry()
    inits = {e["record"]["instanceId"] for e in reported if e["type"] == "platform.initStart"}
    restored = [e["record"]["instanceId"] for e in reported if e["type"] == "platform.restoreStart"]
    assert len(inits) == 1
    assert restored == [results[0].container_id]
    assert inits != set(restored)
    # The second one was never restored: it has ended without a word.
    assert [event["eventType"] for event in workshop.events()] == ["INVOKE", "INVOKE", "SHUTDOWN"]
    assert workshop.logged("RESTORE_START Runtime Version: python:") == 1
    assert workshop.logged("RESTORE_REPORT Restore Duration: ") == 1


async def test_a_hook_that_fails(workshop: Workshop, leftovers: Leftovers) -> None:
    """The caller is told its error."""
    workshop.write_function("""
        from snapshot_restore_py import register_after_restore
        def fail():
            raise ValueError("stale")
        register_after_restore(fail)
        def handler(event, context): pass
    """)
    async with workshop.sandbox(**SNAPPED) as sandbox:
        result = await sandbox.invoke()

    assert (result.status, result.function_error) == ("error", "Unhandled")
    assert b"stale" in result.payload


async def test_idle_ones_end_but_snapshots_stay(workshop: Workshop, leftovers: Leftovers) -> None:
    """The keep-alive counts from the first use."""
    workshop.write_function("def handler(event, context): pass")
    workshop.write_extension('register("INVOKE", "SHUTDOWN"); loop()')
    async with workshop.sandbox(concurrency=1, keep_alive_s=50 * MS, **SNAPPED) as sandbox:
        await asyncio.sleep(150 * MS)
        assert sandbox.idle == 1
        await sandbox.invoke()
        await eventually(workshop.told_to_end)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"init_type": "snap-start"}, "published versions"),
        ({**SNAPPED, "tenant_isolation": True}, "no SnapStart"),
    ],
)
def test_what_cannot_be(workshop: Workshop, settings: dict[str, object], sentence: str) -> None:
    """One sentence."""
    with pytest.raises(ConfigError, match=sentence):
        workshop.config(**settings)
