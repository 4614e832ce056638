"""The live page in a real browser: it draws, follows, and can be used without a mouse."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from reuse_cli.live.beside import page_beside
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.wait import WebDriverWait

from tests.browser import chromium, faults, needs_chromium

from .test_fleet import STREAM, invocation, line, record, write

pytestmark = [pytest.mark.slow, needs_chromium]

CONTAINERS = 60
RESOURCE = record(
    record="resource/1",
    Resource="<i>db</i>",
    call_site="app.py:7",
    total={"hits": 3, "misses": 1, "recreated": 1, "recreated_ms": 5},
)
WAIT_S = 60


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Logs of sixty containers of two functions."""
    folder = tmp_path_factory.mktemp("run")
    for number in range(CONTAINERS):
        write_container(folder, number)
    return folder


def write_container(folder: Path, number: int) -> Path:
    function = "orders" if number % 2 else "<b>payments</b>"
    file = folder / "logs" / function.replace("/", "_") / STREAM.replace("0123", f"{number:04x}")
    file.parent.mkdir(parents=True, exist_ok=True)
    at_ms = number * 1000
    write(
        file,
        line(at_ms, "INIT_START"),
        *invocation(at_ms + 500, 1, 20, "\tInit Duration: 480.50 ms"),
        *invocation(at_ms + 900, 2, 5),
        line(at_ms + 1000, record(total={"hits": 3, "misses": 1}, end="spindown")),
        line(at_ms + 1000, RESOURCE),
    )
    return file


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    with page_beside(lambda: [folder]) as address:
        yield address


@pytest.fixture(scope="module")
def driver() -> Iterator[Any]:
    with chromium() as made:
        yield made


@pytest.fixture
def page(driver: Any, address: str) -> Any:
    """The page, when all containers are on it."""
    driver.get("about:blank")
    driver.get(address)
    until(driver, lambda: figure(driver, "containers") >= CONTAINERS)
    return driver


def until(driver: Any, condition: Any) -> None:
    WebDriverWait(driver, WAIT_S).until(lambda _: condition())


def figure(driver: Any, name: str) -> int:
    """A key figure; -1 while it is not there."""
    script = """const boxes = [...document.querySelectorAll('#figures div')];
        const box = boxes.find((one) => one.querySelector('dt').textContent === arguments[0]);
        return box ? box.querySelector('dd').textContent : '-1'"""
    return int(driver.execute_script(script, name).replace(",", ""))


def lanes(driver: Any) -> list[str]:
    """Ids of the lanes, from top to bottom."""
    script = """return [...document.querySelectorAll('.lane')]
        .sort((a, b) => parseInt(a.style.top) - parseInt(b.style.top))
        .map((lane) => lane.dataset.id)"""
    return driver.execute_script(script)


def test_key_figures_lanes_and_resources(page: Any) -> None:
    """Numbers are those of the logs; names are shown as they are, and are no markup."""
    assert figure(page, "invocations") == 2 * figure(page, "containers")
    assert figure(page, "not ended") == 0
    assert lanes(page)[0].startswith(f"{figure(page, 'containers') - 1:04x}")
    rows = [row.text for row in page.find_elements(By.CSS_SELECTOR, "#resources tr")]
    assert len(rows) == 2
    assert all(row.startswith("<i>db</i> app.py:7") for row in rows)
    drawn = page.execute_script(
        "const c = document.querySelector('.lane canvas');"
        "return c.getContext('2d').getImageData(0, 0, c.width, c.height).data.some((v) => v)"
    )
    assert drawn
    assert [entry for entry in page.get_log("browser") if entry["level"] == "SEVERE"] == []


def test_a_new_container_appears(page: Any, folder: Path) -> None:
    """Without a reload."""
    before = figure(page, "containers")
    write_container(folder, before)
    until(page, lambda: figure(page, "containers") == before + 1)

    assert lanes(page)[0].startswith(f"{before:04x}")


def test_the_keyboard_reaches_a_containers_records(page: Any) -> None:
    """Down, down, Enter; Escape leads back; the link in the address leads there again."""
    second = lanes(page)[1]
    box = page.find_element(By.ID, "lanes")
    box.send_keys(Keys.ARROW_DOWN, Keys.ARROW_DOWN, Keys.ENTER)
    until(page, lambda: '"container/1"' in page.find_element(By.ID, "records").text)

    assert page.find_element(By.ID, "h-details").text == f"Container {second[:8]}"
    link = page.current_url
    assert link.endswith(f"#container={second}")
    page.find_element(By.ID, "details").send_keys(Keys.ESCAPE)
    until(page, lambda: not page.find_element(By.ID, "details").is_displayed())
    assert page.switch_to.active_element.get_attribute("id") == "lanes"
    page.get("about:blank")
    page.get(link)
    until(page, lambda: page.find_element(By.ID, "h-details").text == f"Container {second[:8]}")


def test_filters(page: Any) -> None:
    """By function and by the beginning of an id."""
    page.find_element(By.ID, "function").send_keys("orders")
    until(page, lambda: figure(page, "containers") < CONTAINERS)
    assert all(int(own[:4], 16) % 2 for own in lanes(page))
    page.find_element(By.ID, "filter").send_keys("0003")
    until(page, lambda: figure(page, "containers") == 1)
    assert [own[:4] for own in lanes(page)] == ["0003"]


def test_the_slider_goes_back_in_time(page: Any) -> None:
    """And the button returns to what happens now."""
    slider = page.find_element(By.ID, "slider")
    slider.send_keys(Keys.PAGE_DOWN)
    until(page, lambda: page.find_element(By.ID, "until").text != "now")
    assert page.find_element(By.ID, "live").get_attribute("aria-pressed") == "false"
    page.find_element(By.ID, "live").click()
    until(page, lambda: page.find_element(By.ID, "until").text == "now")


@pytest.mark.parametrize("is_dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1300, 420], ids=["wide", "narrow"])
def test_axe_finds_no_serious_fault(address: str, is_dark: bool, width: int) -> None:
    """In both themes and sizes; and a narrow page is no wider than the window."""
    with chromium(width, 900, is_dark=is_dark) as driver:
        driver.get(address)
        until(driver, lambda: figure(driver, "containers") >= CONTAINERS)

        assert faults(driver) == []
        assert driver.execute_script("return document.documentElement.scrollWidth <= innerWidth")
