"""`python -m layer_tools.sbom VERSIONS FILE` lists what the executable is made of.

As CycloneDX 1.6 JSON. It carries no date and no random number, so that it is the same for the same
sources.
"""

import json
import sys
import tomllib
import uuid
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[1] / "pyproject.toml"


def bill(versions: dict[str, str], version: str) -> dict[str, Any]:
    """The list for these pinned versions; `version` is the project's own."""
    micropython, zig = versions["MICROPYTHON_VERSION"], versions["ZIG_VERSION"]
    components = [
        _component(
            "micropython",
            micropython,
            "MIT",
            "the interpreter, without its compiler",
            purl=f"pkg:deb/debian/micropython@{versions['MICROPYTHON_DEBIAN']}?arch=source",
            hashes=[{"alg": "SHA-256", "content": versions["MICROPYTHON_SHA256"]}],
        ),
        _component("musl", f"zig-{zig}", "MIT", "the C library, linked statically"),
        _component(
            "compiler-rt",
            f"zig-{zig}",
            "Apache-2.0 WITH LLVM-exception",
            "the compiler's own routines",
        ),
    ]
    body = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": "lambda-reuse",
                "name": "lambda-reuse",
                "version": version,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            },
            "tools": {
                "components": [
                    {
                        "type": "application",
                        "name": "zig",
                        "version": zig,
                        "purl": f"pkg:pypi/ziglang@{zig}",
                    }
                ]
            },
        },
        "components": components,
        "dependencies": [
            {"ref": "lambda-reuse", "dependsOn": [part["bom-ref"] for part in components]}
        ],
    }
    name = json.dumps(body, sort_keys=True)
    return {"serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, name)}", **body}


def _component(name: str, version: str, licence: str, about: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "library",
        "bom-ref": name,
        "name": name,
        "version": version,
        "description": about,
        "licenses": [{"expression": licence}],
        **more,
    }


def read_versions(path: Path) -> dict[str, str]:
    """The NAME=VALUE lines of a shell file."""
    lines = [line.partition("=") for line in path.read_text("utf-8").splitlines()]
    return {name: value for name, equals, value in lines if equals and not name.startswith("#")}


if __name__ == "__main__":
    project = tomllib.loads(PROJECT.read_text("utf-8"))["project"]
    listed = bill(read_versions(Path(sys.argv[1])), project["version"])
    Path(sys.argv[2]).write_text(json.dumps(listed, indent=1) + "\n", encoding="utf-8")
