#!/usr/bin/env -S python3 -IS
"""An extension that tries what is allowed and what is not, and records every answer."""

import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), "..", "library"))

import probe

REGISTER = "/2020-01-01/extension/register"
NEXT = "/2020-01-01/extension/event/next"
TELEMETRY = "/2022-07-01/telemetry"
NOBODY = {"Lambda-Extension-Identifier": "00000000-0000-0000-0000-000000000000"}
NAMED = {"Lambda-Extension-Name": probe.NAME}
JSON = {"Content-Type": "application/json"}
WANTED = {
    "schemaVersion": "2025-01-29",
    "types": ["platform"],
    "buffering": {"timeoutMs": 25},
    "destination": {"protocol": "HTTP", "URI": "http://sandbox.localdomain:9"},
}


def try_out(what, *request):
    status, headers, body = probe.call(*request)
    probe.record("tried", name=what, status=status, body=body, type=headers.get("Content-Type"))


try_out("register without a name", "POST", REGISTER, {"events": []})
try_out("register for an unknown event", "POST", REGISTER, {"events": ["PARTY"]}, NAMED)
try_out("register with configuration keys", "POST", REGISTER, {"configurationKeys": ["X"]}, NAMED)
try_out("next without an identifier", "GET", NEXT)
try_out("next of nobody", "GET", NEXT, None, NOBODY)
try_out("next with a bad identifier", "GET", NEXT, None, {"Lambda-Extension-Identifier": "me"})
try_out("error of nobody", "POST", "/2020-01-01/extension/exit/error", {}, NOBODY)

if probe.register("INVOKE", "SHUTDOWN") != 200:
    probe.register("SHUTDOWN")
try_out("register again", "POST", REGISTER, {"events": ["SHUTDOWN"]}, NAMED)
try_out("exit without a type", "POST", "/2020-01-01/extension/exit/error", {})
for changed in (
    {"schemaVersion": "1999-01-01"},
    {"types": ["weather"]},
    {"buffering": {"timeoutMs": 1}},
    {"buffering": {"maxItems": 1}},
    {"destination": {"protocol": "PIGEON", "URI": "http://sandbox.localdomain:9"}},
):
    try_out(f"subscribe with {changed}", "PUT", TELEMETRY, {**WANTED, **changed}, JSON)
probe.subscribe("platform", "function", timeoutMs=25)
probe.loop()
time.sleep(0.3)  # for the telemetry of the last invocation, which may come after SHUTDOWN
