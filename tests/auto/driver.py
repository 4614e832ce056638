"""Plays the runtime: imports a handler's module with or without observers, and invokes it.

    python driver.py on|off|bare|broken:WHAT MODULE.FUNCTION EVENTS.json

Prints one JSON object: what each invocation answered or raised, its traceback, and the slots of the
page. `off` sets nothing up, `bare` does not even load the helper, `broken:builds.line` lets that
function of the observers raise.
"""

import asyncio
import importlib
import json
import os
import sys
import traceback


def invoke(handler, event):
    try:
        answer = handler(event, None)
        if asyncio.iscoroutine(answer):
            answer = asyncio.run(answer)
        return {"answer": answer}
    except Exception as error:
        return {"error": type(error).__name__, "traceback": traceback.format_exc()}


def slots():
    from lambda_reuse import page, page_format

    if page.path is None:
        return []
    with open(page.path, "rb") as file:
        read = page_format.read(file.read())
    return [
        {
            "name": slot.name,
            "kind": slot.kind,
            "call_site": slot.call_site,
            **dict(zip(page_format.COUNTERS, slot.counters)),  # noqa: B905  (Python 3.9)
        }
        for slot in read.slots
    ]


def break_it(target):
    """Let a function of the observers raise: `spy` means whatever look-ups report to them."""
    name, _, function = target.partition(".")

    def broken(*args, **kwargs):
        raise RecursionError("on purpose")

    module = importlib.import_module("lambda_reuse.auto." + name)
    if target == "spy":
        place = module.place

        def place_broken(owner, name, _report, observer, **options):
            place(owner, name, broken, observer, **options)

        module.place = place_broken
    elif "." in function:
        owner, _, function = function.partition(".")
        setattr(getattr(module, owner), function, broken)
    else:
        setattr(module, function, broken)


def main():
    mode, name, events_file = sys.argv[1:4]
    with open(events_file) as file:
        events = json.load(file)
    if mode not in ("bare", "off"):
        import lambda_reuse.auto  # noqa: F401
    if mode.startswith("broken:"):
        break_it(mode[len("broken:") :])
    if mode != "bare":
        from lambda_reuse import invocation
    sys.path.insert(0, os.environ["LAMBDA_TASK_ROOT"])
    module, _, function = name.rpartition(".")
    handler = getattr(importlib.import_module(module), function)
    results = []
    for number, event in enumerate(events):
        if mode != "bare":
            invocation.begin(str(number))
        results.append(invoke(handler, event))
        if mode != "bare":
            invocation.end()
    sys.stdout.flush()
    report = {"results": results, "slots": [] if mode == "bare" else slots()}
    sys.stdout.write(json.dumps(report, default=str) + "\n")


if __name__ == "__main__":
    main()
