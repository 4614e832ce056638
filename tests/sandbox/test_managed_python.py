"""What a Python function can import: what Lambda's managed runtime has, and nothing of the tool."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.sandbox.leftovers import Leftovers
from tests.sandbox.workshop import Workshop

pytestmark = pytest.mark.slow

TRIED = """
    import importlib, json

    def handler(event, context):
        found = {}
        for name in event:
            try:
                module = importlib.import_module(name)
                found[name] = True
            except ImportError as error:
                found[name] = str(error)
        return found
"""
MANAGED = ["json", "sqlite3", "boto3", "botocore.session", "s3transfer", "dateutil.tz", "urllib3"]
OF_THE_TOOL = ["pytest", "click", "aiohttp", "lambda_reuse", "reuse_sandbox", "hypothesis", "pip"]


async def answer(workshop: Workshop, event: Any, **settings: Any) -> Any:
    async with workshop.sandbox(**settings) as sandbox:
        result = await sandbox.invoke(json.dumps(event).encode())
    assert result.status == "success", result
    return json.loads(result.payload)


async def test_what_can_be_imported(workshop: Workshop, leftovers: Leftovers) -> None:
    """The standard library and boto3 with what it needs; not what is installed for the tool."""
    workshop.write_function(TRIED)

    found = await answer(workshop, [*MANAGED, *OF_THE_TOOL])

    assert [found[name] for name in MANAGED] == [True] * len(MANAGED)
    assert {name: found[name] for name in OF_THE_TOOL} == {
        name: f"No module named '{name}'" for name in OF_THE_TOOL
    }


async def test_the_functions_own_version_wins(workshop: Workshop, leftovers: Leftovers) -> None:
    """As on Lambda: its folder, then its layers, then what the runtime has."""
    (workshop.function / "urllib3.py").write_text("whose = 'function'\n")
    folder = workshop.layer / "python"
    folder.mkdir(exist_ok=True)
    (folder / "six.py").write_text("whose = 'layer'\n")
    workshop.write_function("""
        import six, urllib3
        def handler(event, context):
            return [urllib3.whose, six.whose]
    """)

    assert await answer(workshop, {}, layer=workshop.layer) == ["function", "layer"]


async def test_metadata_of_what_is_there(workshop: Workshop, leftovers: Leftovers) -> None:
    """`importlib.metadata` knows boto3, and not what is installed beside it."""
    workshop.write_function("""
        from importlib.metadata import PackageNotFoundError, distributions, version
        def handler(event, context):
            try:
                version("pytest")
            except PackageNotFoundError:
                return [version("boto3"), sorted(d.metadata["Name"] for d in distributions())]
    """)
    import boto3

    version, names = await answer(workshop, {})

    assert version == boto3.__version__
    assert {"boto3", "python-dateutil", "awslambdaric"} <= set(names)
    assert not {"pytest", "click", "lambda-reuse"} & set(names)


async def test_the_users_home_is_not_the_functions(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """What `~` means decides whether boto3 finds somebody's ~/.aws."""
    workshop.write_function("""
        import os, pathlib
        def handler(event, context):
            return [os.path.expanduser("~/.aws"), str(pathlib.Path.home()), "HOME" in os.environ]
    """)

    home = "/home/sbx_user1051"
    assert await answer(workshop, {}) == [f"{home}/.aws", home, False]


async def test_a_wrapper_can_add_arguments(workshop: Workshop, leftovers: Leftovers) -> None:
    """In the way of AWS's example: before the last argument, which is the bootstrap's file."""
    wrapper = workshop.layer / "wrapper"
    wrapper.write_text('#!/bin/bash\nexec "${@:1:$#-1}" -X utf8=0 "${@: -1}"\n')
    wrapper.chmod(0o755)
    workshop.write_function("""
        import sys
        def handler(event, context):
            return sys.flags.utf8_mode
    """)

    environment = {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper", "PYTHONUTF8": "1"}
    assert await answer(workshop, {}, environment=environment, layer=workshop.layer) == 0


async def test_a_sitecustomize_on_the_pythonpath(workshop: Workshop, leftovers: Leftovers) -> None:
    """Observability layers start from there."""
    folder = workshop.layer / "auto"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text("import builtins\nbuiltins.observed = 1\n")
    workshop.write_function("def handler(event, context): return observed, exit is not None\n")

    environment = {"PYTHONPATH": str(folder)}
    found = await answer(workshop, {}, environment=environment, layer=workshop.layer)
    assert found == [1, True]


async def test_credentials_of_the_functions_own(workshop: Workshop, leftovers: Leftovers) -> None:
    """A dummy session token beside real keys would make every call fail."""
    workshop.write_function("""
        import os
        def handler(event, context):
            return {n: v for n, v in os.environ.items() if "KEY" in n or "TOKEN" in n}
    """)
    own = {"AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s"}

    assert await answer(workshop, {}, environment=own) == own


def other_pythons() -> list[str]:
    """Interpreters of other versions, where this machine has them."""
    homes = [Path(path) for path in os.environ.get("PATH", "").split(":")]
    homes += sorted((Path.home() / ".pyenv" / "versions").glob("3.*/bin"))
    found = {}
    for minor in (9, 10, 12, 13, 14):
        for home in homes:
            path = shutil.which(f"python3.{minor}", path=str(home))
            if path is not None and "shims" not in path:
                found[minor] = path
    return list(found.values())


@pytest.mark.parametrize("python", other_pythons() or [None], ids=str)
async def test_another_python(workshop: Workshop, leftovers: Leftovers, python: str | None) -> None:
    """It needs nothing installed: the runtime client comes with the sandbox."""
    if python is None:
        pytest.skip("this machine has no Python of another version")
    workshop.write_function("""
        import sys
        def handler(event, context):
            if event.get("fails"):
                raise KeyError("x")
            return [sys.version_info[0], sys.version_info[1], event["text"]]
    """)
    version = Path(python).name

    async with workshop.sandbox(python=python, runtime=version) as sandbox:
        results = [
            await sandbox.invoke(json.dumps(event).encode())
            for event in ({"text": "é"}, {"fails": 1}, {"text": "x" * 1_000_000})
        ]

    assert [result.status for result in results] == ["success", "error", "success"]
    major, minor = version.removeprefix("python").split(".")
    assert results[0].value == [int(major), int(minor), "é"]
    assert results[1].value["errorType"] == "KeyError"
    assert results[2].value[2] == "x" * 1_000_000
    assert len({result.container_id for result in results}) == 1


def test_the_sandboxs_files_run_on_the_oldest_python() -> None:
    """The function's interpreter may be of any version that AWS's runtime client supports."""
    files = sorted((ROOT / "sandbox/reuse_sandbox/machine/runtime").glob("*.py"))
    done = subprocess.run(
        [Path(sys.executable).parent / "vermin", "--quiet", "--no-tips", "--target=3.9-",
         "--violations", *files],
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert len(files) >= 3
    assert done.returncode == 0, done.stdout
