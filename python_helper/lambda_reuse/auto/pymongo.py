"""PyMongo: clients. They connect in threads of their own, so what is counted is that they are made.

Tested with PyMongo 4.
"""

import sys

from . import builds, sites, spy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any

NAME = "pymongo"


def observe(module: "ModuleType") -> None:
    """Place the spies."""
    spy.version_of(module, 4)
    for name in ("MongoClient", "AsyncMongoClient"):
        client: "Any" = getattr(module, name, None)
        if client is not None:  # before 4.9 there is no asynchronous one
            topology = sys.modules[client.__module__.replace("mongo_client", "topology")].Topology
            spy.place(client, "__init__", _begins, NAME)
            spy.place(topology, "__init__", _ends, NAME)


def _begins(_client: "Any", frame: "FrameType") -> None:
    builds.begin(frame)


def _ends(_topology: "Any", frame: "FrameType") -> None:
    at: "Any" = frame
    for _ in range(6):
        at = at.f_back
        if at is None:
            return
        build = builds.end(at)
        if build is not None:
            is_async = ".asynchronous." in frame.f_globals.get("__name__", "")
            what = "MongoDB async client" if is_async else "MongoDB client"
            line = builds.line("mongo.client", what, sites.find(at))
            if line is not None:
                key = builds.digest(repr(_addresses(frame)))
                client = at.f_locals.get("self")
                line.built(key, build.took_us(), obj=client, closed="_closed")
            return


def _addresses(frame: "FrameType") -> "Any":
    """Whom the client talks to, from the settings that its topology is made of."""
    settings = getattr(frame.f_locals.get("self"), "_topology_settings", None)
    options = getattr(settings, "pool_options", None)
    credentials = getattr(options, "_credentials", None)
    names = ("seeds", "fqdn", "replica_set_name")
    user = frame.f_locals.get("username")  # in old versions
    return [user, credentials, *(getattr(settings, name, None) for name in names)]
