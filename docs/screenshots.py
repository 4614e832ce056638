"""Takes the pictures of the docs: `make screenshots`, after `make demo`.

The report, the function's dashboard and the live page of the example's run, light and dark, wide
and narrow, in Debian's Chromium.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from reuse_cli.live.beside import page_beside  # noqa: E402

from tests.browser import chromium  # noqa: E402

IMAGES = Path(__file__).with_name("images")
DATA = ROOT / "build" / "demo"
WIDTHS = {"wide": 1280, "narrow": 400}
HEIGHT = 960
READY = {
    "report": "return document.readyState === 'complete'",
    "dashboard": "return document.readyState === 'complete'",
    "live": "return document.querySelectorAll('.lane').length > 0"
    " && document.querySelectorAll('#resources tr').length > 0"
    " && document.querySelectorAll('#findings li').length > 0",
}
"""What holds when a page may be taken a picture of."""
COMMANDS = {
    "report": ("report", "--html"),
    "dashboard": ("dashboard", "render", "function", "--start", "2m"),
}


def main() -> None:
    """Take every picture."""
    if not DATA.exists():
        sys.exit("there is no run of the example: make demo")
    with tempfile.TemporaryDirectory() as name, addresses(Path(name)) as pages:
        for is_dark in (False, True):
            for size, width in WIDTHS.items():
                with chromium(width, HEIGHT, is_dark=is_dark) as driver:
                    for page, address in pages.items():
                        file = f"{page}-{'dark' if is_dark else 'light'}-{size}.png"
                        take(driver, address, READY[page], width, IMAGES / file)


@contextmanager
def addresses(folder: Path) -> Iterator[dict[str, str]]:
    """Page -> where it is."""
    found = {}
    for page, arguments in COMMANDS.items():
        command = [sys.executable, "-m", "reuse_cli", *arguments, "--source", str(DATA)]
        html = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
        (folder / f"{page}.html").write_bytes(html)
        found[page] = (folder / f"{page}.html").as_uri()
    with page_beside(lambda: [DATA]) as live:
        yield {**found, "live": live}


def take(driver: Any, address: str, ready: str, width: int, file: Path) -> None:
    """A picture of the top of a page. The window has no frame, but is never narrower than 500."""
    from selenium.webdriver.support.wait import WebDriverWait

    metrics = {"width": width, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    driver.get(address)
    WebDriverWait(driver, 30).until(lambda _: driver.execute_script(ready))
    driver.save_screenshot(str(file))
    print(file.relative_to(ROOT))


if __name__ == "__main__":
    main()
