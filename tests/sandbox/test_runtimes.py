"""What a function finds around it: search path, variables, wrappers, and runtimes of its own."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from reuse_sandbox import ConfigError, FunctionConfig, FunctionNotFound, Layer, LayerError, Sandbox
from reuse_sandbox.machine.variables import runtime_variables

from tests.sandbox.leftovers import Leftovers
from tests.sandbox.workshop import Workshop

VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"

# A runtime of one's own, without AWS's client; it serves until it is ended.
BOOTSTRAP = f"""#!{sys.executable} -IS
import http.client, os
base = "/2018-06-01/runtime/invocation"
while True:
    api = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
    api.request("GET", base + "/next")
    event = api.getresponse()
    request_id = event.headers["Lambda-Runtime-Aws-Request-Id"]
    answer = os.environ["_HANDLER"].encode() + b" got " + event.read()
    api.request("POST", base + "/" + request_id + "/response", answer)
    api.getresponse().read()
"""


async def invoked(workshop: Workshop, **settings: Any) -> Any:
    """The answer of one invocation."""
    async with workshop.sandbox(**settings) as sandbox:
        result = await sandbox.invoke()
    assert result.status == "success", result
    return json.loads(result.payload)


def layer_module(workshop: Workshop, name: str, text: str) -> Path:
    """Puts a file into the layer's python folder."""
    folder = workshop.layer / "python"
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(text)
    return path


async def test_search_path(workshop: Workshop, leftovers: Leftovers) -> None:
    """The function's folder, the layer's site-packages, the layer's python, then the rest."""
    layer_module(workshop, "x.py", "")
    packages = workshop.layer / "python" / "lib" / VERSION / "site-packages"
    packages.mkdir(parents=True)
    workshop.write_function("""
        import sys
        def handler(event, context):
            return sys.path
    """)

    path = await invoked(workshop, layer=workshop.layer)

    python = workshop.opt / "python"
    folders = [workshop.function, python / packages.relative_to(workshop.layer / "python"), python]
    assert [str(folder) for folder in folders] == path[:3]
    assert not [folder for folder in path if "reuse_sandbox" in folder]


async def test_pth_files_of_a_layer_are_read(workshop: Workshop, leftovers: Leftovers) -> None:
    """A line that begins with import runs before the function is imported."""
    layer_module(workshop, "observer.py", "import builtins\nbuiltins.observed = 'before'\n")
    layer_module(workshop, "observer.pth", "import observer\n")
    workshop.write_function("""
        seen = observed
        def handler(event, context):
            return seen
    """)

    assert await invoked(workshop, layer=workshop.layer) == "before"


async def test_pythonpath_leaves_the_layer_out(workshop: Workshop, leftovers: Leftovers) -> None:
    """As on Lambda: who sets it sees to the layer himself; .pth files are not read there."""
    layer_module(workshop, "observer.py", "import builtins\nbuiltins.observed = 'before'\n")
    layer_module(workshop, "observer.pth", "import observer\n")
    workshop.write_function("""
        import builtins, sys
        def handler(event, context):
            return [hasattr(builtins, "observed"), sys.path[:2]]
    """)
    python = str(workshop.layer / "python")

    answer = await invoked(workshop, layer=workshop.layer, environment={"PYTHONPATH": python})
    assert [False, [str(workshop.function), python]] == answer


async def test_variables(workshop: Workshop, leftovers: Leftovers) -> None:
    """The runtime has what Lambda documents and nothing of this machine; extensions have less."""
    workshop.write_function("""
        import os
        variables = dict(os.environ)
        def handler(event, context):
            return variables
    """)
    workshop.write_extension('register("INVOKE", "SHUTDOWN")\nloop()\n')

    variables = await invoked(
        workshop, name="orders", memory_mb=256, environment={"TABLE": "orders", "_UNDER": "1"}
    )
    api, tmp = variables.pop("AWS_LAMBDA_RUNTIME_API"), variables.pop("TMPDIR")
    path = variables.pop("PATH").split(":")
    libraries = variables.pop("LD_LIBRARY_PATH").split(":")
    variables.pop("LC_CTYPE", None)  # Python itself sets it where the locale is not installed

    (stream,) = workshop.logs()
    assert {
        "AWS_ACCESS_KEY_ID": "sandbox",
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "AWS_SESSION_TOKEN": "sandbox",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{VERSION}",
        "AWS_LAMBDA_FUNCTION_NAME": "orders",
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "256",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/orders",
        "AWS_LAMBDA_LOG_STREAM_NAME": stream,
        "AWS_LAMBDA_LOG_FORMAT": "Text",
        "_HANDLER": "app.handler",
        "LAMBDA_TASK_ROOT": str(workshop.function),
        "LAMBDA_RUNTIME_DIR": variables["LAMBDA_RUNTIME_DIR"],
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
        "_AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1",
        "_AWS_XRAY_DAEMON_PORT": "2000",
        "RECORDS": str(workshop.records),
        "TABLE": "orders",
        "_UNDER": "1",
    } == variables
    assert api.startswith("127.0.0.1:")
    assert not os.path.exists(tmp)
    interpreter = os.path.dirname(os.path.realpath(sys.executable))
    opt = str(workshop.opt / "bin")
    assert [interpreter, "/usr/local/bin", "/usr/bin", "/bin", opt] == path
    task, opt = str(workshop.function), str(workshop.opt / "lib")
    assert ["/lib64", "/usr/lib64", task, f"{task}/lib", opt] == libraries
    hidden = {
        *("AWS_EXECUTION_ENV", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME"),
        *("LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "AWS_XRAY_CONTEXT_MISSING"),
        "AWS_XRAY_DAEMON_ADDRESS",
    }
    visible = {name for name in variables if not name.startswith("_")} - hidden
    given = set(workshop.recorded()[0]["variables"]) - {"LC_CTYPE"}
    more = {"AWS_LAMBDA_RUNTIME_API", "TMPDIR", "PATH", "LD_LIBRARY_PATH"}
    assert visible | more == given


def test_variables_of_a_runtime_of_one_s_own(tmp_path: Path) -> None:
    """No managed runtime's name, and no interpreter's folder in the path."""
    function = FunctionConfig(tmp_path, "anything", runtime="provided.al2023")
    variables = runtime_variables(function, None, log_stream="log", tmp=tmp_path, api="api")

    assert "AWS_EXECUTION_ENV" not in variables
    assert variables["PATH"] == "/usr/local/bin:/usr/bin:/bin"


@pytest.mark.parametrize("place", ["function", "layer"])
async def test_a_runtime_of_one_s_own(workshop: Workshop, leftovers: Leftovers, place: str) -> None:
    """An executable bootstrap of the function or of the layer is the runtime."""
    bootstrap = getattr(workshop, place) / "bootstrap"
    bootstrap.write_text(BOOTSTRAP)
    bootstrap.chmod(0o755)

    async with workshop.sandbox(
        runtime="provided.al2023", handler="anything", layer=workshop.layer
    ) as sandbox:
        results = [await sandbox.invoke(b"%d" % n) for n in range(2)]

    assert [result.payload for result in results] == [b"anything got 0", b"anything got 1"]


async def test_without_a_bootstrap(workshop: Workshop, leftovers: Leftovers) -> None:
    """The caller is told where it was looked for."""
    async with workshop.sandbox(runtime="provided.al2023", handler="anything") as sandbox:
        result = await sandbox.invoke()

    error = json.loads(result.payload)
    assert error["errorType"] == "Runtime.InvalidEntrypoint"
    assert f"[{workshop.function}/bootstrap]" in error["errorMessage"]


async def test_a_wrapper_of_the_layer(workshop: Workshop, leftovers: Leftovers) -> None:
    """AWS_LAMBDA_EXEC_WRAPPER below /opt is found in the layer's folder and runs the runtime."""
    wrapper = workshop.layer / "wrapper"
    wrapper.write_text('#!/bin/sh\nexport WRAPPED=yes\nexec "$@"\n')
    wrapper.chmod(0o755)
    workshop.write_function("""
        import os
        def handler(event, context):
            return os.environ["WRAPPED"]
    """)

    environment = {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper"}
    answer = await invoked(workshop, environment=environment, layer=workshop.layer)
    assert answer == "yes"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"name": "no spaces"}, "'no spaces' is not a function name"),
        ({"version": "latest"}, "'latest' is not a version"),
        ({"memory_mb": 127}, "127 MB is not a memory size"),
        ({"timeout_s": 0}, "0 s is not a timeout"),
        ({"timeout_s": 901}, "901 s is not a timeout"),
        ({"runtime": "java21"}, "java21 does not run here.* bootstrap that starts .* for Java"),
        ({"runtime": "go1.x"}, "provided.al2023 with an executable .* built with aws-lambda-go"),
        ({"runtime": "dotnet8"}, "published with Amazon.Lambda.RuntimeSupport"),
        ({"runtime": "cobol1"}, "cobol1 does not run here"),
        ({"environment": {"_HANDLER": "x"}}, "Lambda sets the environment variable _HANDLER"),
        ({"environment": {"A=B": "x"}}, "'A=B' cannot be set"),
        ({"environment": {"A": "\0"}}, "'A' cannot be set"),
    ],
)
def test_settings_that_cannot_be(tmp_path: Path, settings: dict[str, Any], message: str) -> None:
    """Each is refused with a sentence that names it."""
    with pytest.raises(ConfigError, match=message):
        FunctionConfig(tmp_path, **{"handler": "app.handler", **settings})


def test_a_function_that_is_not_there(tmp_path: Path) -> None:
    """A missing folder and a handler of the wrong form are told apart."""
    with pytest.raises(FunctionNotFound, match="There is no folder"):
        FunctionConfig(tmp_path / "nowhere", "app.handler")
    for handler in ("handler", "", ".handler", "app.", "app .handler"):
        with pytest.raises(FunctionNotFound, match="does not name a Python handler"):
            FunctionConfig(tmp_path, handler)


def test_a_layer_that_is_none(tmp_path: Path) -> None:
    """A missing folder, and one that has nothing of a layer."""
    with pytest.raises(LayerError, match="There is no layer folder"):
        Layer(tmp_path / "nowhere")
    with pytest.raises(LayerError, match="is not a layer: it has none of extensions, python"):
        Layer(tmp_path)
    (tmp_path / "python").mkdir()
    assert Layer(tmp_path).extensions() == {}


def test_folders_among_the_extensions_are_left_alone(tmp_path: Path) -> None:
    """Every entry but a folder is an extension, in the order of names."""
    (tmp_path / "extensions" / "folder").mkdir(parents=True)
    for name in ("b", "a.sh"):
        (tmp_path / "extensions" / name).touch()

    assert list(Layer(tmp_path).extensions()) == ["a.sh", "b"]


@pytest.mark.parametrize(
    ("runtime", "version"),
    [
        ("python3.13", "python:3.13.v0"),
        ("provided.al2023", "provided:al2023.v0"),
        ("nodejs22.x", "nodejs:22.v0"),
    ],
)
def test_runtime_versions(tmp_path: Path, runtime: str, version: str) -> None:
    """Telemetry names the runtime's family and version."""
    config = FunctionConfig(tmp_path, "app.handler", runtime=runtime, command=["true"])

    assert version == config.runtime_version


async def test_relative_folders(
    workshop: Workshop, leftovers: Leftovers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Function, layer and data may be named from where the sandbox runs."""
    workshop.write_function("def handler(event, context): return 1")
    workshop.write_extension('register("INVOKE", "SHUTDOWN")\nloop()\n')
    layer_module(workshop, "observer.pth", "")
    monkeypatch.chdir(workshop.function.parent)
    config = FunctionConfig(
        Path("function"), "app.handler", environment={"RECORDS": str(workshop.records)}
    )

    async with Sandbox(config, layer=Path("layer"), data=Path("data")) as sandbox:
        result = await sandbox.invoke()

    assert (result.status, len(workshop.log())) == ("success", 5)


@pytest.mark.parametrize("settings", [{"concurrency": 0}, {"keep_alive_s": -1.0}])
def test_a_sandbox_that_cannot_be(tmp_path: Path, settings: dict[str, Any]) -> None:
    """Nonsense is refused before anything is started."""
    with pytest.raises(ConfigError):
        Sandbox(FunctionConfig(tmp_path, "app.handler"), data=tmp_path, **settings)
