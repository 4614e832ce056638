"""The live page's server: who may ask, and what is answered."""

import asyncio
import json
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from reuse_cli.live import follow, server
from reuse_cli.live.server import HEADERS, LivePage

from .test_fleet import ID, STREAM, invocation, line, record, write

pytestmark = pytest.mark.slow

WAIT_S = 20


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "logs" / "orders" / STREAM
    file.parent.mkdir(parents=True)
    write(file, *invocation(0, 1, 10), line(20, record(total={"hits": 1})))
    return file


def use(
    folder: Path, work: Callable[[aiohttp.ClientSession, str], Coroutine[Any, Any, None]]
) -> None:
    async def live() -> None:
        page = LivePage(lambda: [folder])
        async with page.serve(0) as address, aiohttp.ClientSession() as session:
            await asyncio.wait_for(work(session, address), WAIT_S)

    asyncio.run(live())


def test_the_page_loads_nothing_from_elsewhere(tmp_path: Path, file: Path) -> None:
    """Every part has a strict policy; what is not a part is not there."""

    async def work(session: aiohttp.ClientSession, address: str) -> None:
        for path, kind in (
            ("", "text/html"),
            ("app.js", "text/javascript"),
            ("style.css", "text/css"),
        ):
            async with session.get(address + path) as answer:
                text = await answer.text()
                assert (answer.status, answer.content_type) == (200, kind)
                assert (
                    answer.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
                )
                assert "http://" not in text
                assert "https://" not in text
        for path in ("..%2fserver.py", "server.py", "static/app.js"):
            async with session.get(address + path) as answer:
                assert answer.status == 404

    use(tmp_path, work)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "127.0.0.1"},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
@pytest.mark.parametrize("path", ["", "events", "records?container=x"])
def test_other_pages_are_refused(
    tmp_path: Path, file: Path, path: str, headers: dict[str, str]
) -> None:
    """By the name that was asked for, and by the page that asks."""

    async def work(session: aiohttp.ClientSession, address: str) -> None:
        async with session.get(address + path, headers=headers) as answer:
            assert answer.status == 403

    use(tmp_path, work)


def test_state_first_then_changes(tmp_path: Path, file: Path) -> None:
    """What happens while the page is open arrives on it."""

    async def work(session: aiohttp.ClientSession, address: str) -> None:
        origin = {"Origin": address.rstrip("/"), "Sec-Fetch-Site": "same-origin"}
        async with session.get(address + "events", headers=origin) as answer:
            messages = _messages(answer)
            known: dict[str, Any] = {}
            while not known:
                known = {c["id"]: c for c in (await anext(messages)).get("containers", ())}
            assert known[ID]["invocations"] == 1
            write(file, *invocation(100, 2, 5))
            while known[ID]["invocations"] < 2:
                known |= {c["id"]: c for c in (await anext(messages)).get("containers", ())}
            assert known[ID]["first"] == 1

    use(tmp_path, work)


def test_a_browser_that_falls_behind_gets_the_whole_state(
    tmp_path: Path, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for it is bounded, and the newest state is what it has in the end."""
    monkeypatch.setattr(server, "LOOK_S", 0)
    monkeypatch.setattr(follow, "MAX_BYTES", 300)
    resources, changes = 200, 800
    for at in range(resources):
        write(file, _resource(at, 0))
    last = f"resource-{(changes - 1) % resources}"

    async def work(session: aiohttp.ClientSession, address: str) -> None:
        async with session.get(f"{address}events") as slow, session.get(f"{address}events") as fast:
            reading = _messages(fast)
            await anext(reading)
            for at in range(changes):
                write(file, _resource(at % resources, at))
            seen_by_fast = 1
            while _hits(await anext(reading), last) != changes - 1:
                seen_by_fast += 1
            seen_by_slow, wholes = 0, 0
            async for message in _messages(slow):
                seen_by_slow, wholes = seen_by_slow + 1, wholes + ("all" in message)
                if _hits(message, last) == changes - 1:
                    break
            assert wholes > 1
            assert seen_by_slow < seen_by_fast

    use(tmp_path, work)


def _resource(number: int, hits: int) -> str:
    name = f"resource-{number}"
    return line(number, record(record="resource/1", Resource=name, total={"hits": hits}))


def _hits(message: dict[str, Any], name: str) -> int | None:
    found = [one["hits"] for one in message.get("resources", ()) if one["name"] == name]
    return found[0] if found else None


async def _messages(answer: aiohttp.ClientResponse) -> Any:
    async for line_ in answer.content:
        if line_.startswith(b"data: "):
            yield json.loads(line_[6:])


def test_the_records_of_a_container(tmp_path: Path, file: Path) -> None:
    """By its id; none for an id that is not there."""

    async def work(session: aiohttp.ClientSession, address: str) -> None:
        for container, count in ((ID, 1), ("nobody", 0)):
            while True:
                async with session.get(f"{address}records?container={container}") as answer:
                    records = (await answer.json())["records"]
                if len(records) == count:
                    break
                await asyncio.sleep(0.01)
            assert [one["record"] for one in records] == ["container/1"] * count

    use(tmp_path, work)
