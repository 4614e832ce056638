"""What the documentation shows is what the project does."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from reuse_extension.core.fields import MINIMAL
from reuse_extension.core.lifecycle import TRANSITIONS
from reuse_extension.core.records import CONTAINER_FIELDS, METRICS

from tests.line_schema import validator

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
PAGES = sorted([ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")])
WRAPPED = [*PAGES, ROOT / "CHANGELOG.md", ROOT / "SECURITY.md", *(ROOT / "docs").glob("*/*.md")]


def generator():
    spec = importlib.util.spec_from_file_location("docs_generate", ROOT / "docs" / "generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "name",
    [
        *("metrics.md", "container-life.md", "helper.md", "questions.md"),
        *("schemas/line.schema.json", "schemas/resources.schema.json"),
        "schemas/containers.schema.json",
    ],
)
def test_generated_pages_are_what_the_code_gives(name):
    """`make docs` writes them."""
    assert (ROOT / "docs" / name).read_text() == generator().PAGES[name]()


def test_the_page_of_questions_has_them_all():
    """The main ones, and the forty; each with a command and what it prints."""
    page = (ROOT / "docs" / "questions.md").read_text()
    asked = re.findall(r"^### (?:(\d+)\. )?", page, re.MULTILINE)

    assert [int(number) for number in asked if number] == list(range(1, 41))
    assert asked.count("") == 7
    assert len(re.findall(r"^\$ lambda-reuse \w", page, re.MULTILINE)) == 47


def test_the_records_of_the_example_fleet_keep_the_contract():
    """Every line, held against its schema; no invocation is lost between a container's records."""
    path = ROOT / "examples" / "fleet.py"
    spec = importlib.util.spec_from_file_location("example_fleet", path)
    module = importlib.util.module_from_spec(spec)
    sys.modules["example_fleet"] = module
    spec.loader.exec_module(module)
    counted, totals = {}, {}
    for line in [line for lines in module.fleet().values() for line in lines]:
        validator("line.schema.json").validate(line)
        if line["record"] == "container/1":
            name = line["container_id"]
            counted[name] = counted.get(name, 0) + line.get("Invocations", 0)
            totals[name] = max(totals.get(name, 0), line["total"]["invocations"])

    assert len(counted) == 71
    assert counted == totals


def test_the_diagram_has_every_transition():
    """And no other: it is drawn from the table."""
    page = (ROOT / "docs" / "container-life.md").read_text()
    drawn = set(re.findall(r"^    (\w+) --> (\w+): (\w+)$", page, re.MULTILINE))

    assert drawn == {
        (state, target, step)
        for state, moves in TRANSITIONS.items()
        for step, target in moves.items()
    }


def test_every_metric_has_its_guide():
    """What is good, what a bad value hints at, what to do; and no other metric has one."""
    generator()
    guides = sys.modules["metrics_guide"].GUIDES

    assert list(guides) == [field.name for field in METRICS]


def test_every_path_in_contributing_exists():
    """What a recipe names can be opened."""
    words = re.findall(r"`([\w./-]+/[\w./-]*\w)`", (ROOT / "CONTRIBUTING.md").read_text())

    assert len(words) > 30
    assert [word for word in words if not (ROOT / word).exists()] == []


def test_every_metric_and_property_is_described():
    page = (ROOT / "docs" / "metrics.md").read_text()

    assert METRICS
    for field in CONTAINER_FIELDS:
        assert f"| `{field.name}` |" in page


@pytest.mark.parametrize(
    "name", ["containers", "summary", "resources", "inits", "timeline", "cost"]
)
def test_every_field_of_an_answer_is_defined(name):
    """In the question's own section, or in that of containers."""
    page = (ROOT / "docs" / "statistics.md").read_text()
    schema = json.loads((ROOT / "docs" / "schemas" / f"{name}.schema.json").read_text())
    (rows,) = (part for part in schema["properties"].values() if "items" in part)
    sections = page.partition(f"\n## `{name}`")[2].partition("\n## ")[0]
    for other in ("containers", "summary"):
        sections += page.partition(f"\n## `{other}`")[2].partition("\n## ")[0]

    missing = [field for field in rows["items"]["properties"] if f"`{field}`" not in sections]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    """Every relative link names a file of the repository."""
    links = re.findall(r"\]\(([^)#:]+)\)", page.read_text())

    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_picture_is_shown():
    """And all of them are pictures that `make screenshots` takes again."""
    taken = {
        f"{page}-{scheme}-{size}.png"
        for page in ("report", "dashboard", "fleet", "timeline", "live")
        for scheme in ("light", "dark")
        for size in ("wide", "narrow")
    }
    pages = "".join(page.read_text() for page in (ROOT / "docs").glob("*.md"))
    shown = set(re.findall(r"\]\(images/([^)]+)\)", pages))

    assert shown == taken == {path.name for path in (ROOT / "docs" / "images").iterdir()}


def test_the_readme_lists_every_setting():
    """Each LAMBDA_REUSE_ variable that the extension reads, and no other than it or the helper."""
    source = (ROOT / "extension" / "reuse_extension" / "config.py").read_text()
    names = set(re.findall(r'(?:setting\(|PREFIX \+ )"(\w+)"', source))
    helper = "".join(file.read_text() for file in (ROOT / "python_helper").rglob("*.py"))
    described = set(re.findall(r"\| `LAMBDA_REUSE_(\w+)` \|", README))

    assert names <= described
    assert described - names <= set(re.findall(r"LAMBDA_REUSE_(\w+)", helper))


def test_the_readme_says_what_the_metrics_cost():
    """At CloudWatch's list price for the first 10 000 metrics, each a month."""
    minimal = [metric for metric in METRICS if metric.metric_set == MINIMAL]
    price = 0.30

    assert (
        f"a function's {len(METRICS)} metrics are at most ${price * len(METRICS):.2f} a month,"
        f" those of `LAMBDA_REUSE_METRICS=minimal` ${price * len(minimal):.2f}"
    ) in " ".join(README.split())


def commands(page: Path) -> list[str]:
    """The commands of a page's shell blocks, those that need an AWS account left out."""
    blocks = re.findall(r"^```sh\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)
    lines = [line.partition(" #")[0].strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


SHOWING = [page for page in PAGES if commands(page)]


@pytest.mark.slow
@pytest.mark.parametrize("page", SHOWING, ids=lambda page: page.name)
def test_the_commands_of_a_page_run(tmp_path, page):
    """In the order in which they stand there, from one folder; `make` ones are other tests."""
    for name in ("examples", "template.yaml", "dashboards", "dist"):
        (tmp_path / name).symlink_to(ROOT / name)
    for command in commands(page):
        if command.startswith("make "):
            assert f"\n{command.split()[1]}: " in (ROOT / "Makefile").read_text()
            continue
        if ".mjs" in command and not shutil.which("node"):
            continue  # the page says that it needs one
        where = ROOT if command.startswith("./") else tmp_path
        path = f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
        done = subprocess.run(
            command, shell=True, cwd=where, env={"PATH": path}, capture_output=True, text=True,
            check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}: {done.stderr}"


def shown(page: Path, word: str) -> list[tuple[str, str]]:
    """The blocks of a page that a comment `<!-- word: what -->` says the origin of."""
    pattern = rf"^<!-- {word}: (.*?) -->\n```\w*\n(.*?)^```"
    return re.findall(pattern, page.read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler here")
def test_the_sandbox_page_shows_frozen_clocks():
    """What the example prints."""
    ((command, output),) = shown(ROOT / "docs" / "sandbox.md", "shown by")
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    printed = subprocess.run(
        command, shell=True, cwd=ROOT, env={"PATH": path}, capture_output=True, text=True,
        check=True,
    )  # fmt: skip

    assert printed.stdout == output


@pytest.mark.slow
def test_the_sandbox_page_shows_what_is_there():
    """Outputs as they are printed, code as it stands in the examples."""
    page = ROOT / "docs" / "sandbox.md"
    ((command, output),) = shown(page, "printed by")
    path = f"{Path(sys.executable).parent}:/usr/bin:/bin"
    printed = subprocess.run(
        command, shell=True, env={"PATH": path}, capture_output=True, text=True, check=True
    )
    ((file, code),) = shown(page, "from")

    assert printed.stdout == output
    for part in code.split("\n\n\n"):
        assert part.strip() in (ROOT / file).read_text()


def test_the_python_of_the_helpers_page_runs():
    """Every block, each by itself."""
    page = (ROOT / "docs" / "helper.md").read_text()
    blocks = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)

    assert len(blocks) >= 9
    for block in blocks:
        exec(compile(block, "helper.md", "exec"), {"__name__": "example"})


def test_the_readme_shows_commands():
    """Else the test that runs them would run nothing."""
    assert len(commands(ROOT / "README.md")) >= 5


@pytest.mark.slow
def test_the_demo_runs_and_the_readme_shows_what_it_prints():
    """The same headings and tables; numbers differ from run to run."""
    done = subprocess.run(
        [sys.executable, "examples/orders/demo.py"], cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    shown = README.partition("<!-- demo -->")[2].partition("<!-- /demo -->")[0]

    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert skeleton(done.stdout) == skeleton(shown.replace("```", ""))
    assert len(re.findall(r"^[0-9a-f]{8} ", done.stdout, re.MULTILINE)) >= 3


def skeleton(text: str) -> list[str]:
    """An output without its rows, whose numbers differ from run to run."""
    lines = [line.split() for line in text.splitlines() if line.strip()]
    return [" ".join(line) for line in lines if sum(bool(re.search(r"\d", w)) for w in line) < 4]


@pytest.mark.parametrize("page", WRAPPED, ids=lambda page: str(page.relative_to(ROOT)))
def test_sentences_fit_into_119_characters(page):
    """Tables, what a command prints, and comments are as long as they are."""
    is_code, long = False, []
    for line in page.read_text().splitlines():
        is_code ^= line.lstrip().startswith("```")
        if len(line) > 119 and not is_code and not line.startswith(("|", "<!--")):
            long.append(line)

    assert long == []
