"""`report`: one page with all answers, safe to open, to read and to print."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from reuse_cli.formats.report_page import WITHOUT_LAYER

from tests.browser import chromium, faults, needs_chromium
from tests.cli import shapes
from tests.cli.records import STARTED_MS, container, resource, write

EVIL = "<script>alert(1)</script>\"'&"


def report(folder: Path, *arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(Path(sys.executable).with_name("lambda-reuse")), "report", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "TMPDIR": str(folder)},
    )


def life(name: str, number: int, function: str = "orders") -> list[dict[str, object]]:
    """A container of three invocations, which begins `number` minutes after the first and ends."""
    start_ms = STARTED_MS + number * 60_000
    totals = {"cold_starts": 1, "init_ms": 400.0, "duration_ms": 300.0, "hits": 2, "misses": 1}
    shared = {"container_started_ms": start_ms, "FunctionName": function}
    return [
        container(
            name, 1, from_ms=start_ms, to_ms=start_ms + 500, Invocations=1, ColdStarts=1,
            Duration=[100.0], InitDuration=400.0, cold_start_kind="on-demand", **shared,
            total={"invocations": 1, **totals},
        ),
        container(
            name, 2, from_ms=start_ms + 500, to_ms=start_ms + 20_700, Invocations=2, timeouts=1,
            Duration=[100.0, 100.0], IdleTime=[10_000.0, 10_000.0], end="spindown", **shared,
            total={"invocations": 3, "timeouts": 1, **totals},
        ),
    ]  # fmt: skip


def source(folder: Path) -> Path:
    """Two functions, one of an evil name, with a resource that is built again and again."""
    evil = [one | {"call_site": f"{EVIL}:3"} for one in (resource(EVIL, "b"),)]
    again = resource(
        "s3 client in handler (app.py:7)", recreated=2, recreated_ms=90.0, build_ms=120.0,
        builds_in_invocations=3,
    ) | {"kind": "boto3.client", "call_site": "app.py:7"}  # fmt: skip
    return write(
        folder / "log.jsonl", *life("a", 0), *life("b", 1), *life("c", 2, EVIL), *evil, again
    )


class _Text(HTMLParser):
    """The page as tags and texts; every tag that is opened is closed."""

    VOID = ("meta", "path", "br")

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def parsed(page: str) -> _Text:
    parser = _Text()
    parser.feed(page)
    assert parser.open == []
    return parser


def test_one_page_holds_every_answer(tmp_path: Path) -> None:
    """Figures, a lane a container, distributions, resources, findings, money, containers."""
    done = report(tmp_path, "--html", "report.html", "--source", source(tmp_path))
    assert (done.returncode, done.stdout) == (0, "")
    assert "the report is in report.html" in done.stderr
    page = parsed((tmp_path / "report.html").read_text())
    text = "\n".join(page.texts)

    lanes = [values["aria-label"] or "" for tag, values in page.tags if tag == "svg"]
    assert len(lanes) == 3
    assert all("3 invocations, init 400 ms, 1 timeout, ended by spindown" in one for one in lanes)
    figures = text[text.index("containers\n") :]
    assert figures.startswith("containers\n3\ninvocations\n9\ninvocations a container\n3\n")
    assert "33.3 %" in text
    for heading in ("Age of containers", "Idle gaps between invocations", "Init, on-demand"):
        assert heading in text
    assert "10 s\N{EN DASH}20 s\n6\n" in text  # idle gaps of 10 s each
    assert "builds the s3 client again" in text
    assert re.search(r"\$0\.\d+", text)


def test_a_finding_names_its_function_where_there_are_several(tmp_path: Path) -> None:
    """The same line may be in two of them."""
    several = parsed(report(tmp_path, "--source", source(tmp_path)).stdout)
    one = parsed(report(tmp_path, "orders", "--source", source(tmp_path)).stdout)

    assert any(text.startswith("orders: 2 times in 6 invocations") for text in several.texts)
    assert any(text.startswith("2 times in 6 invocations") for text in one.texts)


def test_without_the_layer_nothing_is_made_up(tmp_path: Path) -> None:
    """What report lines do not say is neither 0 nor fine."""
    (tmp_path / "orders.log").write_text(shapes.report(0, 12.5, "Init Duration: 480.25 ms") + "\n")
    done = report(tmp_path, "--source", "orders.log")
    page = parsed(done.stdout)
    text = "\n".join(page.texts)

    assert page.texts.count(WITHOUT_LAYER) == 3  # timeline, resources, findings
    assert "no line of the function" not in text
    for unknown in ("containers", "saved by reuse", "spent on building again"):
        assert f"\n{unknown}\n-\n" in text
    assert "\ninvocations\n1\n" in text
    assert "$0.00" not in text.split("\n")


def test_nothing_is_loaded_and_nothing_runs(tmp_path: Path) -> None:
    """Names from logs are text everywhere; there is no script, no picture and no outside link."""
    page = report(tmp_path, "--html", "--source", source(tmp_path)).stdout
    found = parsed(page)

    assert {tag for tag, _ in found.tags} & {"script", "img", "link", "iframe", "object"} == set()
    assert all((values.get("href") or "#").startswith("#") for _, values in found.tags)
    assert not any(name.startswith("on") for _, values in found.tags for name in values)
    assert "default-src 'none'" in page
    assert any(EVIL in text for text in found.texts)
    assert "url(" not in page
    assert "@import" not in page


def test_a_choice_of_functions_and_time(tmp_path: Path) -> None:
    """Only what was asked about is on the page; what is not there is said there too."""
    done = report(tmp_path, "orders", "nobody", "--html", "-", "--source", source(tmp_path))
    page = parsed(done.stdout)

    assert len([tag for tag, _ in page.tags if tag == "svg"]) == 2
    assert "Container reuse: orders" in page.texts
    assert "there are no records of nobody" in page.texts
    assert "there are no records of nobody" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--source", "nowhere"], 252, "no file or folder nowhere"),
        (["--source", "empty.log"], 255, "no records"),
        (["--html", "nowhere/report.html", "--source", "log.jsonl"], 255, "cannot be written"),
        (["--html", ".", "--source", "log.jsonl"], 255, "cannot be written"),
        (["nobody", "--source", "log.jsonl"], 252, "no records of nobody"),
        (["--output", "csv"], 252, "--output"),
        (["--since", "yesterday", "--source", "log.jsonl"], 252, "is not a time"),
    ],
)
def test_bad_input_is_one_sentence(
    tmp_path: Path, arguments: list[str], code: int, says: str
) -> None:
    """And the exit code that belongs to it."""
    source(tmp_path)
    (tmp_path / "empty.log").write_text("nothing of ours\n")
    done = report(tmp_path, *arguments)

    assert (done.returncode, says in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr


@needs_chromium
@pytest.mark.slow
@pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1300, 420], ids=["wide", "narrow"])
def test_the_page_can_be_used(tmp_path: Path, width: int, is_dark: bool) -> None:
    """In Chromium: no serious fault by axe, no scrolling sideways, no error, tables by Tab."""
    report(tmp_path, "--html", "report.html", "--source", source(tmp_path))
    with chromium(width, is_dark=is_dark) as browser:
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.get((tmp_path / "report.html").as_uri())
        root = "document.documentElement"
        fits = browser.execute_script(f"return {root}.scrollWidth <= {root}.clientWidth")
        background = browser.execute_script(
            "return getComputedStyle(document.body).backgroundColor"
        )
        by_tab = browser.execute_script(
            "return [...document.querySelectorAll('.scroll')].every("
            "e => e.tabIndex === 0 && e.getAttribute('aria-label'))"
        )
        found = faults(browser)
        errors = browser.get_log("browser")

    assert (found, errors, fits, by_tab) == ([], [], True, True)
    assert (background == "rgb(16, 19, 23)") is is_dark
