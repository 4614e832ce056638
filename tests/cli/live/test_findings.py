"""What the doctor finds in a run, on the live page."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from reuse_cli.live import server
from reuse_cli.live.beside import page_beside
from reuse_cli.live.diagnosis import Finding, diagnose
from selenium.webdriver.common.by import By

from tests.browser import chromium, faults, needs_chromium
from tests.cli.test_local import local

from .test_page import until

pytestmark = pytest.mark.slow

BUILDS_AGAIN = """
import boto3
def handler(event, context):
    return boto3.client("s3").meta.region_name
"""
FINDING = "app.py:4 (handler) builds the s3 client again"


def run(folder: Path) -> None:
    done = local(folder, "run", "app.py:handler", "--count", 5, "--data", folder / "data")
    assert done.returncode == 0, done.stderr


@pytest.fixture
def function(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(BUILDS_AGAIN)
    return tmp_path


def test_they_are_those_of_the_doctor(function: Path) -> None:
    """And none where there is nothing yet."""
    data = function / "data"
    before = diagnose(lambda: [data])
    run(function)
    (found,) = diagnose(lambda: [data])

    assert before == []
    assert f"{found['where']} {found['title']}" == FINDING
    assert found["figures"].startswith("4 times in 5 invocations of 1 container, ")
    assert 's3 = boto3.client("s3")' in found["advice"]


@needs_chromium
def test_they_appear_on_a_page_that_is_open(function: Path) -> None:
    """With what to change, which the keyboard opens; a screen reader finds nothing amiss."""
    data = function / "data"
    data.mkdir()
    with page_beside(lambda: [data]) as address, chromium() as page:
        page.get(address)
        nothing = page.find_element(By.ID, "nothing")
        was_empty = nothing.is_displayed()
        run(function)
        until(page, lambda: page.find_elements(By.CSS_SELECTOR, "#findings li"))
        (item,) = page.find_elements(By.CSS_SELECTOR, "#findings li")
        head = item.find_element(By.TAG_NAME, "p").text
        advice = item.find_element(By.TAG_NAME, "pre")
        was_open = advice.is_displayed()
        item.find_element(By.TAG_NAME, "summary").send_keys(" ")

        assert (was_empty, nothing.is_displayed()) == (True, False)
        assert head == FINDING
        assert not was_open
        until(page, advice.is_displayed)
        assert faults(page) == []


@needs_chromium
def test_nothing_is_said_to_be_missing_before_somebody_looked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look at a large run takes a while."""
    may_look = threading.Event()

    def slow(folders: Callable[[], list[Path]]) -> list[Finding]:
        may_look.wait()
        return diagnose(folders)

    monkeypatch.setattr(server, "diagnose", slow)
    with page_beside(lambda: [tmp_path]) as address, chromium() as page:
        try:
            page.get(address)
            until(page, lambda: page.find_element(By.ID, "status").text == "Connected")
            text = page.find_element(By.ID, "nothing").text
        finally:
            may_look.set()
        until(page, lambda: page.find_element(By.ID, "nothing").text == "Nothing found.")

        assert text == "Looking for findings"
