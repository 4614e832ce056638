"""The example function as it is often written, against the one that reuses: is it faster?

`python examples/orders/compare.py`; what follows goes to `lambda-reuse compare`, such as
`--memory 1024 --count 400`.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from backends import backends
from packages import packages_layer

HERE = Path(__file__).parent
ITEMS = ("lamp", "chair", "table")


def main(arguments: list[str]) -> int:
    """Compare both versions; the command's exit code."""
    with backends() as environment, tempfile.TemporaryDirectory() as folder:
        events = Path(folder, "orders.ndjson")
        orders = [
            {"order_id": str(number), "item": ITEMS[number % 3], "amount": 1 + number % 4}
            for number in range(12)
        ]
        events.write_text("".join(json.dumps(order) + "\n" for order in orders))
        layer = packages_layer(Path(folder, "packages"))
        variables = [word for item in environment.items() for word in ("--env", "=".join(item))]
        handlers = [f"{HERE / name}:handler" for name in ("before.py", "app.py")]
        where = ["--events", str(events), "--layer", str(layer), "--timeout", "30"]
        command = [sys.executable, "-m", "reuse_cli", "compare", *handlers, *where, *variables]
        return subprocess.run([*command, *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
