"""Who may import whom: the table of docs/architecture.md, held against the code."""

import ast
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

MAX_LINES = 400
SUFFIXES = (".c", ".css", ".h", ".js", ".mjs", ".py", ".sh", ".sql")
PLACES = (
    *("extension", "python_helper", "sandbox", "cli", "dashboards", "layer_tools"),
    *("benchmarks", "docs", "examples", "tests"),
)

STDLIB = set(sys.stdlib_module_names)
SHELL = {"socket", "select", "json", "time", "os", "struct", "sys", "collections"}

# folder or file -> (what it may import besides its own package, which of its own package)
DIRECTORIES = {
    "extension/reuse_extension/core": ({"json", "collections"}, {"core"}),
    "extension/reuse_extension/wire.py": ({"collections"}, set()),
    "extension/reuse_extension/config.py": ({"json", "collections"}, {"core"}),
    "extension/reuse_extension": (SHELL | {"lambda_reuse.page_format"}, None),
    "extension/reuse_extension/interpreter.py": (
        SHELL | {"native", "_signal", "fcntl", "stat"},
        None,
    ),
    "extension/reuse_extension/files.py": (SHELL | {"native", "binascii", "stat"}, None),
    "python_helper/lambda_reuse": (STDLIB, None),
    "python_helper/lambda_reuse/pytest_plugin.py": (STDLIB | {"pytest"}, None),
    "sandbox/reuse_sandbox": (
        STDLIB | {"aiohttp", "multidict", "yarl", "awslambdaric", "uvloop"},
        None,
    ),
    "sandbox/reuse_sandbox/life": (
        {"collections", "dataclasses", "enum", "json", "math", "time", "typing", "uuid"},
        {"clock", "config", "life"},
    ),
    "sandbox/reuse_sandbox/pytest_plugin.py": (STDLIB | {"pytest"}, None),
    "cli/reuse_cli": (
        STDLIB
        | {"backports", "boto3", "botocore", "click", "compression", "duckdb", "lark", "rich"}
        | {"aiohttp", "reuse_dashboards", "reuse_extension.core", "reuse_sandbox", "yaml"},
        None,
    ),
    "layer_tools": (STDLIB, None),
    "dashboards/reuse_dashboards": (STDLIB | {"reuse_extension.core.records"}, None),
}


def imports_of(path: Path) -> set[str]:
    """Full names of everything a file imports, its own package included, types aside."""
    tree = ast.parse(path.read_text())
    package = ".".join(path.parts[-len(path.relative_to(ROOT).parts) + 1 : -1])
    names = set()
    for node in outside_type_checking(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package.split(".")[: len(package.split(".")) - node.level + 1]
            module = ".".join([*base, node.module or ""]).strip(".") if node.level else node.module
            names |= {f"{module}.{alias.name}" for alias in node.names}
    return names


def outside_type_checking(tree: ast.AST) -> list[ast.AST]:
    nodes = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        nodes += [node, *outside_type_checking(node)]
    return nodes


def is_allowed(name: str, allowed: set[str]) -> bool:
    parts = name.split(".")
    return any(".".join(parts[: i + 1]) in allowed for i in range(len(parts)))


def files_of(directory: str) -> list[Path]:
    place = ROOT / directory
    files = [place] if place.is_file() else sorted(place.rglob("*.py"))
    inner = [
        ROOT / other for other in DIRECTORIES if other != directory and other.startswith(directory)
    ]
    return [f for f in files if not any(f == i or i in f.parents for i in inner)]


@pytest.mark.parametrize("directory", DIRECTORIES)
def test_a_directory_imports_only_what_the_table_allows(directory):
    """Each row of the table of rooms."""
    outside, inside = DIRECTORIES[directory]
    package = directory.split("/")[min(1, directory.count("/"))].removesuffix(".py")
    wrong = []
    for path in files_of(directory):
        for name in sorted(imports_of(path)):
            if name.split(".")[0] == package:
                if inside is not None and name.split(".")[1] not in inside:
                    wrong.append(f"{path.relative_to(ROOT)} imports {name}")
            elif not is_allowed(name, outside):
                wrong.append(f"{path.relative_to(ROOT)} imports {name}")

    assert wrong == []


def test_the_sandbox_never_reads_the_extension():
    """Two independent readings of AWS's contract meet in the tests, and nowhere else."""
    mentions = [
        path for path in (ROOT / "sandbox").rglob("*.py") if "reuse_extension" in path.read_text()
    ]

    assert mentions == []


@pytest.mark.parametrize(
    "directory",
    [
        "extension/reuse_extension",
        "python_helper/lambda_reuse",
        "sandbox/reuse_sandbox",
        "cli/reuse_cli",
    ],
)
def test_there_are_no_circles(directory):
    """Files of a directory form layers: nobody imports, through others, itself."""
    package = directory.split("/")[1]
    graph = {}
    for path in sorted((ROOT / directory).rglob("*.py")):
        parts = path.relative_to(ROOT / directory).with_suffix("").parts
        name = ".".join((package, *parts)).removesuffix(".__init__")
        graph[name] = {n for n in imports_of(path) if n.startswith(package)}
    modules = set(graph)
    # `from . import page` names a module; `from .page import Page` names what is in one.
    for name, targets in graph.items():
        graph[name] = {t if t in modules else t.rpartition(".")[0] for t in targets} & modules
        graph[name].discard(name)

    assert circle(graph) is None


def circle(graph: dict[str, set[str]]) -> list[str] | None:
    done: set[str] = set()

    def visit(name: str, path: list[str]) -> list[str] | None:
        if name in path:
            return [*path[path.index(name) :], name]
        if name in done:
            return None
        for other in sorted(graph[name]):
            found = visit(other, [*path, name])
            if found:
                return found
        done.add(name)
        return None

    return next((found for name in sorted(graph) if (found := visit(name, []))), None)


@pytest.mark.parametrize("directory", PLACES)
def test_files_stay_short(directory):
    """None over 400 lines, and half of them at most 200."""
    lines = {
        path.relative_to(ROOT): len(path.read_text().splitlines())
        for path in (ROOT / directory).rglob("*")
        if path.suffix in SUFFIXES and "node_modules" not in path.parts
    }

    assert [path for path, count in lines.items() if count > MAX_LINES] == []
    assert statistics.median(lines.values()) <= 200


@pytest.mark.parametrize(
    "directory", ["extension/reuse_extension", "extension/reuse_extension/core"]
)
def test_half_of_the_files_have_at_most_200_lines(directory):
    """The median; what is in folders below is counted too."""
    lengths = sorted(
        len(path.read_text().splitlines()) for path in (ROOT / directory).rglob("*.py")
    )

    assert lengths[len(lengths) // 2] <= 200


def folder_graph(package: Path) -> dict[str, set[str]]:
    """Folder of a package -> its other folders that it imports from.

    The package's own files are looked at one by one: some begin it, and all of it uses others.
    """
    folders = {path.name for path in package.iterdir() if path.is_dir()}
    graph: dict[str, set[str]] = {folder: set() for folder in folders}
    for folder in folders:
        for path in (package / folder).rglob("*.py"):
            parts = [name.split(".") for name in imports_of(path)]
            targets = {p[1] for p in parts if p[0] == package.name and len(p) > 1}
            graph[folder] |= targets & folders - {folder}
    return graph


@pytest.mark.parametrize(
    "package",
    [
        "extension/reuse_extension",
        "python_helper/lambda_reuse",
        "sandbox/reuse_sandbox",
        "cli/reuse_cli",
        "dashboards/reuse_dashboards",
    ],
)
def test_folders_do_not_import_each_other_in_circles(package):
    """A folder is above or below another one."""
    assert circle(folder_graph(ROOT / package)) is None


def test_the_core_imports_the_core_and_next_to_nothing():
    """`json` for texts, `collections` for namedtuple: what both interpreters have."""
    core = ROOT / "extension" / "reuse_extension" / "core"
    imported = {name for path in core.glob("*.py") for name in imports_of(path)}

    outside = {name.split(".")[0] for name in imported} - {"reuse_extension"}
    assert outside == {"collections", "json"}
    inside = {name for name in imported if name.startswith("reuse_extension")}
    assert {name.split(".")[1] for name in inside} == {"core"}


FORBIDDEN = {"json", "logging", "dataclasses", "typing", "asyncio", "http"}


def test_importing_the_helper_loads_next_to_nothing():
    """`import lambda_reuse` adds its own files and a committed list of modules, and no other."""
    program = (
        "import sys; before = set(sys.modules); import lambda_reuse;"
        "print(*sorted(set(sys.modules) - before))"
    )
    loaded = subprocess.run(
        [
            sys.executable,
            "-I",
            "-c",
            f"import sys; sys.path.append({str(ROOT / 'python_helper')!r}); {program}",
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split()

    others = {name for name in loaded if name.split(".")[0] != "lambda_reuse"}
    assert others == set()
    assert not FORBIDDEN & set(loaded)
