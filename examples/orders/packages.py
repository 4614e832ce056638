"""The packages that the function needs beside boto3, as a layer: made of what is installed here.

`sam build` makes the same of requirements.txt, with pip.
"""

import re
import shutil
from importlib.metadata import distribution
from pathlib import Path

REQUIREMENTS = Path(__file__).with_name("requirements.txt")


def packages_layer(folder: Path) -> Path:
    """Copy the packages and what they require into a layer folder; the folder."""
    names = [_name(line) for line in REQUIREMENTS.read_text().splitlines() if line.strip()]
    for name in names:
        found = distribution(name)
        for requirement in found.requires or ():
            if "extra ==" not in requirement and _name(requirement) not in names:
                names.append(_name(requirement))
        for file in found.files or ():
            if ".." not in file.parts and "__pycache__" not in file.parts:
                target = folder / "python" / file
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file.locate(), target)
    return folder


def _name(requirement: str) -> str:
    """The name before versions and markers."""
    return re.match(r"[\w.-]+", requirement.strip())[0].lower()
