"""Observes, without a change to the function, what its libraries build again on every invocation.

    import lambda_reuse.auto        switches it on; the layer's `.pth` and wrapper do the same

    finder      waits until a library is imported, then looks for its observer
    spy         how a library's function is seen without a frame of ours on the stack
    sites       the user's line that a build comes from
    builds      what was built, by which line, and whether that was waste
    aws, http, ...  one file a library: where to look

Nothing is replaced that a function could notice: see `spy`. `LAMBDA_REUSE_AUTO=off` switches all
of it off; a list such as `aws,http` leaves only these on.
"""

from . import finder

finder.activate()
