"""The life of an ordinary container, on demand or provisioned, as tables; pure.

The order of things was read in AWS's runtime interface emulator (`internal/lambda/rapid`) and in
"Understanding the Lambda execution environment lifecycle":

    init      initStart, extensions started, all registered, runtime started, its first `next`,
              registration closed, every extension's first `next`, subscriptions closed,
              initRuntimeDone, extension (each), initReport
    invoke    start, INVOKE to the extensions, the event to the runtime, response, the runtime's
              `next`, runtimeDone, every INVOKE subscriber's `next`, report
    reset     runtimeDone, shutdown of all processes, report; the next invocation repeats the init
              (phase `invoke`) in the same container with the same /tmp
"""

from reuse_sandbox.life import events, init_phase, invoke_phase, stop_phase
from reuse_sandbox.life.agents import Agents
from reuse_sandbox.life.scene import Mode, State

ON_DEMAND = Mode(
    calls={
        events.Registered: init_phase.register,
        events.ExtensionNext: init_phase.extension_next,
        events.ExtensionFailed: init_phase.extension_failed,
        events.RuntimeNext: invoke_phase.runtime_next,
        events.RuntimeResponded: invoke_phase.runtime_responded,
        events.RuntimeInitFailed: init_phase.runtime_init_failed,
    },
    gates={
        State.REGISTERING: (Agents.all_registered, init_phase.start_runtime),
        State.STARTING: (Agents.runtime_ready, init_phase.close_registration),
        State.SETTLING: (Agents.extensions_ready, init_phase.initialised),
        State.INVOKING: (Agents.runtime_ready, invoke_phase.runtime_done),
        State.FINISHING: (Agents.subscribers_ready, invoke_phase.finished),
    },
    transitions={
        State.NEW: {
            events.InitWanted: init_phase.init_ahead,
            events.InvokeWanted: init_phase.init_for,
            events.ShutdownWanted: stop_phase.end_unstarted,
        },
        State.REGISTERING: init_phase.IN_INIT,
        State.STARTING: init_phase.IN_INIT,
        State.SETTLING: init_phase.IN_INIT,
        State.READY: invoke_phase.READY,
        State.INVOKING: invoke_phase.INVOKING,
        State.FINISHING: invoke_phase.INVOKING,
        State.STOPPING: stop_phase.STOPPING,
        State.DOWN: {},
    },
    begin_init=init_phase.begin_init,
    fail_init=init_phase.fail_init,
)
