"""`local run` as a user types it: what it runs, what it refuses, and how it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.sandbox.leftovers import gone
from tests.sandbox.patience import before_long
from tests.sandbox.test_cgroup import needs_rights

pytestmark = pytest.mark.slow

WORKS = "def handler(event, context): return event\n"


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "reuse_cli", "local", *map(str, arguments)]


def local(folder: Path, *arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={"COLUMNS": "100", "PATH": os.environ["PATH"], "TMPDIR": str(folder)},
    )


def test_a_function_of_a_template(tmp_path: Path) -> None:
    """Its variables and limits reach it; what does not is named; options win."""
    source = (
        "import os\n"
        "def handler(event, context):\n"
        "    return [context.function_name, context.memory_limit_in_mb, os.environ['A'],\n"
        "            os.environ['B'], os.path.exists('/nowhere') or event]\n"
    )
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text(source)
    (tmp_path / "template.yaml").write_text(
        "Resources:\n"
        "  Fine:\n"
        "    Type: AWS::Serverless::Function\n"
        "    Properties:\n"
        "      {CodeUri: code, Handler: app.handler, Runtime: python3.99, MemorySize: 256,\n"
        "       Environment: {Variables: {A: a, B: b, C: !GetAtt D.E}}}\n"
    )

    done = local(
        tmp_path, "run", "--template", "template.yaml", "--function", "Fine",
        "--env", "B=given", "--output", "json",
    )  # fmt: skip

    assert done.returncode == 0
    (result,) = map(json.loads, done.stdout.splitlines())
    assert result["response"] == ["Fine", "256", "a", "given", {}]
    warned = done.stderr.splitlines()
    assert "the variable C" in warned[0]
    assert "not python3.99" in warned[1]


@pytest.mark.parametrize(
    ("options", "start"),
    [
        (["--provisioned", "1"], "provisioned"),
        (["--proactive", "2.5"], "proactive"),
        (["--snap-start"], "snap-start"),
        (["--managed", "2"], "managed"),
        (["--log-format", "json"], "on-demand"),
        (["--fault", "telemetry-duplicate=1"], "on-demand"),
    ],
)
def test_kinds_of_containers(tmp_path: Path, options: list[str], start: str) -> None:
    """The table says how each began; every invocation is shown."""
    (tmp_path / "app.py").write_text(WORKS)

    done = local(tmp_path, "run", "app.py:handler", "--count", "5", *options)

    assert done.returncode == 0, done.stderr
    row = done.stdout.splitlines()[1].split()
    assert start in row
    assert "5" in row


def test_the_faults_there_are(tmp_path: Path) -> None:
    """By name, with what each does."""
    done = local(tmp_path, "faults")

    assert done.returncode == 0
    assert "runtime-exit         the runtime is killed during an invocation" in done.stdout


def test_a_layer_of_a_template(tmp_path: Path) -> None:
    """Its folder lies under /opt beside the project's own layer, which still counts."""
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text("from common import handler\n")
    (tmp_path / "common" / "python").mkdir(parents=True)
    (tmp_path / "common" / "python" / "common.py").write_text(WORKS)
    (tmp_path / "template.yaml").write_text(
        "Resources:\n"
        "  Common: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: common}}\n"
        "  Fine:\n"
        "    Type: AWS::Serverless::Function\n"
        "    Properties:\n"
        "      {CodeUri: code, Handler: app.handler, Runtime: python3.11, Layers: [!Ref Common]}\n"
    )

    done = local(tmp_path, "run", "--template", "template.yaml", "--no-limits")

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("container")


@pytest.mark.parametrize(
    ("runtime", "code"),
    [
        ("python3.11", "def handler(event, context):\n    return {'n': event['n'] + 1}\n"),
        ("nodejs22.x", "exports.handler = async (event) => ({n: event.n + 1});\n"),
    ],
)
def test_code_that_stands_in_the_template(tmp_path: Path, runtime: str, code: str) -> None:
    """Lambda makes a file `index` of it."""
    properties = {"Handler": "index.handler", "Runtime": runtime, "Code": {"ZipFile": code}}
    resource = {"Type": "AWS::Lambda::Function", "Properties": properties}
    (tmp_path / "t.json").write_text(json.dumps({"Resources": {"Adds": resource}}))

    done = local(tmp_path, "run", "--template", "t.json", "--event", '{"n": 1}', "--output", "json")

    assert json.loads(done.stdout)["response"] == {"n": 2}, done.stderr


def test_the_projects_own_template(tmp_path: Path, orders_packages: Path) -> None:
    """The sample function starts from it; without a table it can only fail in its handler."""
    done = local(
        tmp_path, "run", "--template", ROOT / "template.yaml", "--function", "OrdersFunction",
        "--output", "json",
        "--layer", orders_packages, "--env", "AWS_ENDPOINT_URL=http://127.0.0.1:1",
    )  # fmt: skip

    (result,) = map(json.loads, done.stdout.splitlines())
    assert "'item'" in result["response"]["errorMessage"]


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["run"], 252, "either HANDLER, or --template"),
        (["run", "app.py:handler", "--template", "app.py"], 252, "either HANDLER, or --template"),
        (["run", "app.py:handler", "--function", "F"], 252, "--function belongs to a --template"),
        (["run", "--template", "app.py"], 253, "app.py"),
        (["run", "app.py"], 252, "write app.py:handler"),
        (["run", "shop.app:handler"], 252, "write .:shop.app.handler"),
        (["run", "shop:handler"], 252, "write FILE.py:FUNCTION"),
        (["run", "shop/app.py:handler"], 253, "as in FOLDER:PACKAGE.MODULE.FUNCTION"),
        (["run", "exits.py:handler"], 2, "exit status 4 (lambda-reuse local logs shows"),
        (["run", "custom"], 252, "custom has a custom runtime: describe the function in a --temp"),
        (["run", "custom:handler"], 252, "has a custom runtime"),
        (["run", "gone.py:handler"], 253, "there is no file gone.py"),
        (["run", "gone:app.handler"], 253, "there is no folder gone"),
        (["run", "app.py:gone"], 253, "Handler 'gone' missing on module 'app'"),
        (["run", "imports.py:handler", "--count", "50"], 253, "No module named 'nowhere'"),
        (["run", "fails.py:handler", "--count", "50"], 2, "cannot start: KeyError: 'x'"),
        (["run", "raises.py:handler", "--count", "3"], 2, "3 of 3 invocations failed"),
        (["run", "app.py:handler", "--events", "empty"], 252, "there are no events in empty"),
        (["run", "app.py:handler", "--events", "app.py"], 252, "line 1 of app.py is not JSON"),
        (["run", "app.py:handler", "--burst", "2"], 252, "need a --rate"),
        (["run", "app.py:handler", "--fault", "x"], 252, "There is no fault 'x'"),
        (["run", "app.py:handler", "--fault", "hang=x"], 252, "takes a probability from 0 to 1"),
        (["run", "app.py:handler", "--fault", "hang=2"], 252, "The probability of hang is 2"),
        (["run", "app.py:handler", "--snap-start", "--managed", "2"], 252, "choose one of"),
        (["run", "app.py:handler", "--managed", "2", "--log-format", "text"], 252, "log in JSON"),
        (["run", "app.py:handler", "--provisioned", "2"], 252, "the concurrency is 1"),
        (["run", "app.py:handler", "--tenant-isolation"], 252, "must name its tenant"),
        (["run", "imports.py:handler", "--managed", "2"], 253, "No module named 'nowhere'"),
        (["run", "app.py:handler", "--env", "A"], 252, "--env takes NAME=VALUE"),
        (["run", "app.py:handler", "--opt", "nothing"], 252, "is not a layer"),
        (["run", "app.py:handler", "--data", "app.py"], 252, "is a file"),
        (["serve", "app.py:handler", "--port", "PORT"], 255, "PORT"),
    ],
)
def test_bad_input_is_one_sentence_and_the_right_code(
    tmp_path: Path, arguments: list[str], code: int, sentence: str
) -> None:
    """Never a traceback of ours, and a function that cannot start is not tried again and again."""
    (tmp_path / "app.py").write_text(WORKS)
    (tmp_path / "imports.py").write_text("import nowhere\n")
    (tmp_path / "fails.py").write_text("raise KeyError('x')\n")
    (tmp_path / "raises.py").write_text("def handler(event, context): raise KeyError('x')\n")
    (tmp_path / "exits.py").write_text("raise SystemExit(4)\n")
    (tmp_path / "custom").mkdir()
    (tmp_path / "custom" / "bootstrap").touch()
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "app.py").write_text("from . import prices\n" + WORKS)
    (tmp_path / "empty").touch()
    (tmp_path / "nothing").mkdir()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = local(tmp_path, *[argument.replace("PORT", port) for argument in arguments])

    assert done.returncode == code, done.stderr
    assert sentence.replace("PORT", port) in done.stderr
    assert "Traceback" not in done.stderr
    logs = "".join(path.read_text() for path in tmp_path.glob(".lambda-reuse/*/logs/*/*"))
    assert logs.count("REPORT RequestId") <= 3
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("lambda-reuse-")] == []


@pytest.mark.parametrize("place", ["café/app.py", "caf é/lambda_function.py", "日本.py"])
def test_a_function_whose_place_has_a_name_that_lambda_does_not_take(
    tmp_path: Path, place: str
) -> None:
    """The function has another name then."""
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_text("def handler(event, context): return context.function_name\n")

    done = local(tmp_path, "run", f"{place}:handler", "--output", "json")

    assert json.loads(done.stdout)["response"] in ("caf", "function"), done.stderr


def test_a_layer_without_extensions(tmp_path: Path) -> None:
    """The function runs; that nothing is counted is said, and is no failure."""
    (tmp_path / "app.py").write_text(WORKS)
    (tmp_path / "opt" / "python").mkdir(parents=True)

    done = local(tmp_path, "run", "app.py:handler", "--opt", "opt")

    assert done.returncode == 0
    assert "opt has no extensions" in done.stderr


def test_a_full_disk(tmp_path: Path) -> None:
    """One sentence; what was recorded before it can be read, line by line."""
    (tmp_path / "app.py").write_text(WORKS)
    small = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000)); "
    code = small + "import runpy; sys.argv[0] = 'x'; runpy.run_module('reuse_cli')"
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "opt" / "python").mkdir(parents=True)

    done = subprocess.run(
        [sys.executable, "-c", code, "local", "run", str(tmp_path / "app.py") + ":handler",
         "--opt", "opt", "--count", "200"],
        capture_output=True, text=True, check=False, cwd=folder,
        env={"PATH": os.environ["PATH"], "TMPDIR": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip

    assert done.returncode == 255
    assert "cannot be written: File too large" in done.stderr
    assert "Traceback" not in done.stderr
    (path,) = folder.glob(".lambda-reuse/*/logs/*/*")
    lines = path.read_text().splitlines()
    assert len(lines) > 10
    assert all(set(json.loads(line)) == {"timestamp", "message"} for line in lines)


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -9)])
def test_an_end_from_outside(tmp_path: Path, number: signal.Signals, code: int) -> None:
    """Ctrl-C gives 130, and the containers get their end; whatever it was, nothing is left."""
    pid = tmp_path / "pid"
    (tmp_path / "app.py").write_text(
        "import os, time\n"
        "def handler(event, context):\n"
        "    with open(os.environ['PID'] + '.new', 'w') as file: file.write(str(os.getpid()))\n"
        "    os.rename(os.environ['PID'] + '.new', os.environ['PID'])\n"
    )
    with subprocess.Popen(
        command("run", "app.py:handler", "--duration", 1000, "--rate", 100, "--env", f"PID={pid}"),
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert before_long(pid.exists)
        running.send_signal(number)
        _, printed = running.communicate()

    assert running.returncode == code
    assert "Traceback" not in printed
    assert before_long(lambda: gone([int(pid.read_text())]))
    assert before_long(lambda: not list(tmp_path.glob("lambda-reuse-*")))
    if number == signal.SIGKILL:
        return
    asked = subprocess.run(
        [sys.executable, "-m", "reuse_cli", "containers", "--output", "json"],
        capture_output=True, text=True, check=True, cwd=tmp_path,
    )  # fmt: skip
    (container,) = json.loads(asked.stdout)["containers"]
    assert container["end"] == "spindown"


def test_doctor(tmp_path: Path) -> None:
    """Every step with a yes or no, the means and the effect; the same in JSON."""
    shown, printed = local(tmp_path, "doctor"), local(tmp_path, "doctor", "--output", "json")

    assert (shown.returncode, printed.returncode) == (0, 0)
    answer = json.loads(printed.stdout)
    assert answer["version"] == 1
    names = [step["step"] for step in answer["steps"]]
    assert names == [
        "temporary folder", "process group", "environment", "freeze", "processor share",
        "memory limit", "layer at /opt", "private /tmp", "network",
    ]  # fmt: skip
    expected = [
        line
        for step in answer["steps"]
        for line in (
            f"{'yes' if step['available'] else 'no':<4}{step['step']}: {step['how']}",
            f"    {step['effect']}",
        )
    ]
    assert shown.stdout.splitlines() == expected


@needs_rights
@pytest.mark.parametrize(("limit", "code"), [([], 2), (["--no-limits"], 0)])
def test_the_memory_that_was_asked_for(tmp_path: Path, limit: list[str], code: int) -> None:
    """With --memory the kernel ends a function that needs more, unless limits are switched off."""
    (tmp_path / "app.py").write_text("def handler(event, context): return len(b'x' * (400 << 20))")

    done = local(tmp_path, "run", "app.py:handler", "--memory", 128, "--timeout", 20, *limit)

    assert done.returncode == code, done.stderr
    assert ("Runtime.OutOfMemory" in done.stderr) == (code == 2)
