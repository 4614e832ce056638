"""The module that Lambda puts beside inline code of a template that imports it, by language.

After "cfn-response module" of the CloudFormation user guide. A custom resource's function answers
with it: a JSON document, put to the event's ResponseURL.
"""

import shutil
from pathlib import Path

HERE = Path(__file__).parent


def put(code: str, folder: Path, *, is_node: bool) -> None:
    """Lay the module beside the code, where the code imports it."""
    if is_node and "cfn-response" in code:
        target = folder / "node_modules" / "cfn-response" / "index.js"
        target.parent.mkdir(parents=True)
        shutil.copyfile(HERE / "index.js", target)
    elif not is_node and "import cfnresponse" in code:
        shutil.copyfile(HERE / "cfnresponse.py", folder / "cfnresponse.py")
