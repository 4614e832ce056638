"""The whole way in one run: the example function in several containers, and how they were reused.

moto's server and the warehouse stand in for what the function talks to; the rest is real: the
function, AWS's runtime client, the extension, the helper, and the commands that answer questions.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from backends import backends
from packages import packages_layer

HERE = Path(__file__).parent
DATA = Path("build/demo")
COMMAND = [sys.executable, "-m", "reuse_cli"]
RUN = ["--concurrency", "4", "--keep-alive", "4", "--timeout", "10", "--memory", "512"]
TAX_MAX_AGE_S = 3

BURSTS = ((0, 90, 30), (5_000, 40, 8), (12_000, 110, 45), (17_000, 60, 20))
"""(start in ms, invocations, invocations a second). The third comes when the containers of the
first two have been idle for longer than they are kept."""


def events() -> Iterator[dict[str, object]]:
    """Orders, in bursts with pauses between them."""
    items = ("lamp", "chair", "table")
    number = 0
    for start_ms, count, rate in BURSTS:
        for i in range(count):
            order = {"order_id": str(number), "item": items[number % 3], "amount": 1 + number % 4}
            yield {"at_ms": start_ms + i * 1000 / rate, "event": order}
            number += 1


def run(*arguments: str) -> str:
    """One `lambda-reuse` command; what it printed."""
    done = subprocess.run(
        [*COMMAND, *arguments], stdout=subprocess.PIPE, text=True, check=True, env=ENVIRONMENT
    )
    return done.stdout


ENVIRONMENT = {**os.environ, "COLUMNS": os.environ.get("COLUMNS", "80")}


def main() -> None:
    """Run the function, then ask about it."""
    data = DATA.resolve()
    if data.exists():
        subprocess.run(["rm", "-rf", str(data)], check=True)
    orders = list(events())
    print(f"Taking {len(orders)} orders in bursts, in up to 4 containers: some 20 seconds ...")
    with backends() as environment, tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "orders.ndjson")
        file.write_text("".join(json.dumps(order) + "\n" for order in orders))
        variables = {**environment, "TAX_MAX_AGE_S": str(TAX_MAX_AGE_S)}
        settings = [word for item in variables.items() for word in ("--env", "=".join(item))]
        function = f"{HERE / 'app.py'}:handler"
        layer = packages_layer(Path(folder, "packages"))
        where = ["--events", str(file), "--data", str(data), "--output", "json"]
        where += ["--layer", str(layer)]
        results = run("local", "run", function, *RUN, *where, *settings)
    (data / "invocations.jsonl").write_text(results)

    print(f"\n$ lambda-reuse containers --source {DATA}\n")
    print(run("containers", "--source", str(data)))
    print(f"$ lambda-reuse resources --source {DATA}\n")
    print(run("resources", "--source", str(data)))
    print(
        f"The records are in {DATA}/logs, a file for each container; {DATA}/invocations.jsonl\n"
        "has the answer of each invocation. To try next:\n\n"
        f"  lambda-reuse containers --source {DATA} --output json\n"
        "  lambda-reuse local run YOUR_FILE.py:handler --count 20 --concurrency 3\n\n"
        "One line builds an SNS client on every invocation (examples/orders/app.py);\n"
        f"lambda-reuse doctor --source {DATA} names it, and says what it costs."
    )


if __name__ == "__main__":
    main()
