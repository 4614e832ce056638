"""Modules of the extension and the helper have tests of their own; every test states its claim."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

FOLDERS = {
    "extension/reuse_extension": "tests/extension",
    "extension/reuse_extension/core": "tests/core",
    "python_helper/lambda_reuse": "tests/helper",
}
"""A folder of modules, and the folder of their tests: `wire.py` has `test_wire.py`."""

ELSEWHERE = {
    "extension/reuse_extension/__main__.py": "tests/extension/test_life.py",
    "extension/reuse_extension/core/closed.py": "tests/core/test_record_builder.py",
    "extension/reuse_extension/core/container_fields.py": "tests/core/test_catalogue.py",
    "extension/reuse_extension/core/event_rules.py": "tests/core/test_resets.py",
    "extension/reuse_extension/core/json_text.py": "tests/core/test_emf.py",
    "extension/reuse_extension/core/period.py": "tests/core/test_periods.py",
    "extension/reuse_extension/core/records.py": "tests/core/test_catalogue.py",
    "python_helper/lambda_reuse/pytest_plugin.py": "tests/helper/test_testing.py",
}
"""Modules that another test file covers: tables and values that only their users can show right."""


def modules(folder: str) -> list[str]:
    """The modules of a folder, without those of folders below; `__init__` only gathers them."""
    return [
        str(path.relative_to(ROOT))
        for path in sorted((ROOT / folder).glob("*.py"))
        if path.name != "__init__.py"
    ]


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_module_has_its_tests(folder):
    """In a file of its name, or in the one that the table names."""
    own = {name: f"{FOLDERS[folder]}/test_{Path(name).stem}.py" for name in modules(folder)}
    missing = [
        name for name, test in own.items() if not (ROOT / ELSEWHERE.get(name, test)).exists()
    ]

    assert own
    assert missing == []


def test_the_table_names_only_what_has_no_file_of_its_own():
    """A row goes when the module does, or when its own test file comes."""
    all_modules = {name: tests for folder, tests in FOLDERS.items() for name in modules(folder)}
    needless = [
        name
        for name in ELSEWHERE
        if name not in all_modules
        or (ROOT / all_modules[name] / f"test_{Path(name).stem}.py").exists()
    ]

    assert needless == []


def test_a_short_name_has_a_docstring():
    """A test says what it claims: by a name of five words or more, or by its docstring."""
    unclear = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        if "corpus" in path.parts or "fixtures" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                is_short = node.name.startswith("test_") and node.name.count("_") < 5
                if is_short and not ast.get_docstring(node):
                    unclear.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}")

    assert unclear == []
