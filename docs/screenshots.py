"""Takes the pictures of the docs: `make screenshots`, after `make demo`.

The report, the function's dashboard, the timeline's widget and the live page of the example's run,
and the fleet's dashboard of three other functions, light and dark, wide and narrow, in Debian's
Chromium.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))
from reuse_cli.live.beside import page_beside  # noqa: E402

sys.path.insert(0, str(ROOT / "dashboards" / "timeline_widget"))
import app  # noqa: E402

from tests.browser import chromium  # noqa: E402
from tests.dashboards.logs_server import LogsServer, logs_server  # noqa: E402

IMAGES = Path(__file__).with_name("images")
DATA = Path("build", "demo")
"""Below ROOT: no page shows where the repository lies."""
WIDTHS = {"wide": 1280, "narrow": 400}
HEIGHT = 960
LANES_HEIGHT = 240
"""Of the timeline, which has a lane for each container of the example's run."""
LOADED = "return document.readyState === 'complete'"
READY = {
    "report": LOADED,
    "dashboard": LOADED,
    "fleet": LOADED,
    "timeline": LOADED,
    "live": "return document.querySelectorAll('.lane').length > 0"
    " && document.querySelectorAll('#resources tr').length > 0"
    " && document.querySelectorAll('#findings li').length > 0",
}
"""What holds when a page may be taken a picture of."""
LAMBDA_REUSE = (sys.executable, "-m", "reuse_cli")
COMMANDS = {
    "report": ("report", "--html"),
    "dashboard": ("dashboard", "render", "function", "--start", "2m"),
}
"""Over the example's run."""
FLEET = ("hello.py", "receipts.py", "patterns/wrong.py")
"""Examples that are run for the fleet's dashboard."""
BURSTS_MS = (0, 8_000, 20_000)
FUNCTION = "orders"
"""Whose containers the timeline shows."""
ACCOUNT = {
    "AWS_DEFAULT_REGION": "eu-west-1",
    "AWS_ACCESS_KEY_ID": "example",
    "AWS_SECRET_ACCESS_KEY": "example",
}
BACKGROUNDS = {"light": "#ffffff", "dark": "#161d26"}
"""CloudWatch's, behind a widget."""


def main() -> None:
    """Take every picture."""
    if not (ROOT / DATA).exists():
        sys.exit("there is no run of the example: make demo")
    with (
        tempfile.TemporaryDirectory() as name,
        addresses(Path(name)) as pages,
        logs_server(Path(name)) as server,
    ):
        os.environ |= {"AWS_ENDPOINT_URL": server.url, **ACCOUNT}
        for is_dark in (False, True):
            for size, width in WIDTHS.items():
                theme = "dark" if is_dark else "light"
                widget = timeline(server, Path(name), theme, width)
                with chromium(width, HEIGHT, is_dark=is_dark) as driver:
                    for page, address in {**pages, "timeline": widget}.items():
                        file = IMAGES / f"{page}-{theme}-{size}.png"
                        height = LANES_HEIGHT if page == "timeline" else HEIGHT
                        take(driver, address, READY[page], (width, height), file)


@contextmanager
def addresses(folder: Path) -> Iterator[dict[str, str]]:
    """Page -> where it is."""
    found = {}
    fleet = run_fleet(folder)
    commands = {page: (DATA, *arguments) for page, arguments in COMMANDS.items()}
    commands["fleet"] = (fleet, "dashboard", "render", "fleet", "--start", "2m")
    for page, (source, *arguments) in commands.items():
        command = [*LAMBDA_REUSE, *arguments, "--source", str(source)]
        html = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=ROOT).stdout
        (folder / f"{page}.html").write_bytes(html)
        found[page] = (folder / f"{page}.html").as_uri()
    with page_beside(lambda: [ROOT / DATA]) as live:
        yield {**found, "live": live}


def run_fleet(folder: Path) -> Path:
    """Bursts of invocations for each function, all at the same time; the folder of the logs."""
    events = folder / "events.ndjson"
    times = [burst_ms + 50 * number for burst_ms in BURSTS_MS for number in range(30)]
    lines = (json.dumps({"at_ms": at_ms, "event": {}}) + "\n" for at_ms in times)
    events.write_text("".join(lines))
    run = [*LAMBDA_REUSE, "local", "run", "--events", str(events), "--concurrency", "4"]
    run += ["--keep-alive", "6", "--timeout", "30"]
    running = [
        subprocess.Popen(
            [*run, f"{ROOT / 'examples' / file}:handler", "--data", str(folder / "fleet" / file)],
            stdout=subprocess.DEVNULL,
        )
        for file in FLEET
    ]
    for process in running:
        if process.wait() != 0:
            sys.exit(f"{process.args} failed")
    return folder / "fleet"


def timeline(server: LogsServer, folder: Path, theme: str, width: int) -> str:
    """Where the widget's answer is, to the event that CloudWatch sends for this theme and width."""
    lines = [
        json.loads(line)
        for file in (ROOT / DATA / "logs" / FUNCTION).iterdir()
        for line in file.read_text().splitlines()
    ]
    texts = [line["message"] for line in lines if '"record":"container/1"' in line["message"]]
    records = [json.loads(text) for text in texts]
    begin_ms = min(record["from_ms"] for record in records) // 1000 * 1000
    end_ms = max(record["to_ms"] for record in records) // 1000 * 1000 + 1000
    view = {
        "timeRange": {"start": begin_ms, "end": end_ms},
        "theme": theme,
        "width": width - 20,
        "height": HEIGHT,
    }
    context = SimpleNamespace(invoked_function_arn="arn:aws:lambda:eu-west-1:1:function:timeline")
    server.put(f"/aws/lambda/{FUNCTION}", records)
    answer = app.handler({"function": FUNCTION, "widgetContext": view}, context)
    page = folder / f"timeline-{theme}-{width}.html"
    page.write_text(
        f"<!doctype html><meta charset=utf-8><title>Containers of {FUNCTION}</title>"
        "<style>cwdb-action {display: none}</style>"  # CloudWatch takes it out
        f"<body style='margin:10px;background:{BACKGROUNDS[theme]};font-family:sans-serif'>{answer}"
    )
    return page.as_uri()


def take(driver: Any, address: str, ready: str, size: tuple[int, int], file: Path) -> None:
    """A picture of the top of a page. The window has no frame, but is never narrower than 500."""
    from selenium.webdriver.support.wait import WebDriverWait

    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    driver.get(address)
    WebDriverWait(driver, 30).until(lambda _: driver.execute_script(ready))
    driver.save_screenshot(str(file))
    print(file.relative_to(ROOT))


if __name__ == "__main__":
    main()
