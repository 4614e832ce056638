"""Where AWS's emulator does otherwise than Lambda, or than its own other mode; each with a source.

Everything else that the suite asks is answered alike by all platforms.
"""

from tests.conformance.platforms import MANAGED, SANDBOX_MANAGED, STANDARD

ERROR_STATUS = (
    "error",
    (
        "managed instances call a function's error one, on-demand ones do not (AWS on GitHub, "
        "aws-lambda-extensions, discussion 85)"
    ),
)

DEVIATIONS = {
    (STANDARD, "subscribe"): (
        202,
        "Telemetry.NotSupported",
        "the emulator's standard mode has no Telemetry API (observed; its source calls it a no-op)",
    ),
    (STANDARD, "error header"): (
        None,
        "the emulator's standard mode tells a function's error by the body alone (observed)",
    ),
    (MANAGED, "error header"): (
        None,
        "in the managed mode the error's type is in a header Error-Type (observed)",
    ),
    (STANDARD, "shutdown reason"): (
        "SandboxTerminated",
        "its own word where the Extensions API reference has spindown (observed)",
    ),
    (STANDARD, "telemetry"): ([], "as for subscribe"),
    (MANAGED, "error status"): ERROR_STATUS,
    (SANDBOX_MANAGED, "error status"): ERROR_STATUS,
}


def expected(platform: str, what: str, usual: object) -> object:
    """What this platform is known to answer: as all, or by the table, its source left out."""
    known = DEVIATIONS.get((platform, what))
    if known is None:
        return usual
    *answer, _source = known
    return answer if len(answer) > 1 else answer[0]
