"""What lies under /opt: layers as folders and zip files, laid out and merged as on Lambda."""

import os
import stat
import zipfile
from pathlib import Path

import pytest
from reuse_cli.errors import ConfigurationError
from reuse_cli.local.assets import LayerSource
from reuse_cli.local.layers import lay_out, put
from reuse_cli.local.local_run import LocalRun


def folder(root: Path, *files: str) -> Path:
    for file in files:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{root.name}/{file}")
    return root


def files_of(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def laid_out(tmp_path: Path, source: LayerSource) -> tuple[list[str], list[str]]:
    warnings: list[str] = []
    put(source, tmp_path / "opt", warnings.append)
    return files_of(tmp_path / "opt"), warnings


@pytest.mark.parametrize(
    ("files", "method", "expected"),
    [
        (["python/a.py"], "", ["python/a.py"]),
        (["python/a.py"], "python3.11", ["python/a.py"]),
        (["a.py", "b/c.py"], "python3.11", ["python/a.py", "python/b/c.py"]),
        (["index.js", "package.json"], "nodejs22.x", ["nodejs/index.js", "nodejs/package.json"]),
        (["bin/tool"], "makefile", ["bin/tool"]),
        (["certificates/ca.pem"], "", ["certificates/ca.pem"]),
    ],
)
def test_a_folder(tmp_path: Path, files: list[str], method: str, expected: list[str]) -> None:
    """As it is where it is laid out; else where `sam build` would put it."""
    source = LayerSource(folder(tmp_path / "layer", *files), "Shared", method)

    assert laid_out(tmp_path, source) == (expected, [])


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (["a.py"], "python/a.py"),
        (["requests/__init__.py"], "python/requests/__init__.py"),
        (["node_modules/left/index.js"], "nodejs/node_modules/left/index.js"),
    ],
)
def test_a_flat_folder_is_laid_out_with_a_line(
    tmp_path: Path, files: list[str], expected: str
) -> None:
    found, warnings = laid_out(tmp_path, LayerSource(folder(tmp_path / "layer", *files), "Shared"))

    assert found == [expected]
    assert warnings == [
        f"the layer Shared has no {expected.partition('/')[0]} folder: it is laid out as one"
    ]


def test_requirements_that_are_not_installed(tmp_path: Path) -> None:
    """They are missed where there are any, and nobody has installed them."""
    layer = folder(tmp_path / "layer", "a.py")
    source = LayerSource(layer, "Shared", "python3.11")
    (layer / "requirements.txt").write_text("# none\n\n")
    assert laid_out(tmp_path, source)[1] == []

    (layer / "requirements.txt").write_text("# some\nrequests\n")
    (warning,) = laid_out(tmp_path, source)[1]
    assert "its requirements are missing: run sam build" in warning

    folder(layer, "requests-2.0.dist-info/METADATA")
    assert laid_out(tmp_path, source)[1] == []


def test_a_build_method_that_cannot_be_played(tmp_path: Path) -> None:
    """One sentence that says what to do."""
    source = LayerSource(folder(tmp_path / "layer", "Makefile"), "Shared in t.yaml", "makefile")

    with pytest.raises(
        ConfigurationError, match=r"Shared in t\.yaml is built with makefile: run sam"
    ):
        put(source, tmp_path / "opt", print)


def test_later_layers_win(tmp_path: Path) -> None:
    """File by file, in the order of the command line; those of the template come before."""
    layers = [folder(tmp_path / name, "python/a.py", f"python/{name}.py") for name in "xyz"]
    run = LocalRun(handler="a", has_extension=False, layers=(layers[1], layers[2]))

    opt = lay_out(run, [LayerSource(layers[0], "x")], tmp_path / "opt", print)

    assert opt == tmp_path / "opt"
    assert files_of(opt) == ["python/a.py", "python/x.py", "python/y.py", "python/z.py"]
    assert (opt / "python/a.py").read_text() == "z/python/a.py"
    assert (layers[0] / "python/a.py").read_text() == "x/python/a.py"


def test_the_products_own_layer(tmp_path: Path) -> None:
    """It is there, beside others, unless it is left out; then there may be no layer at all."""
    other = folder(tmp_path / "other", "bin/tool")

    def entries(run: LocalRun, place: str) -> list[str] | None:
        opt = lay_out(run, [], tmp_path / place, print)
        return sorted(path.name for path in opt.iterdir()) if opt is not None else None

    own = ["extensions", "lambda-reuse", "lambda-reuse-wrapper", "python"]
    assert entries(LocalRun(handler="a"), "1") == own
    assert entries(LocalRun(handler="a", layers=(other,)), "2") == sorted([*own, "bin"])
    assert entries(LocalRun(handler="a", layers=(other,), has_extension=False), "3") == ["bin"]
    assert entries(LocalRun(handler="a", has_extension=False), "4") is None


def test_a_zip_file(tmp_path: Path) -> None:
    """Modes and links are kept: a layer's programs and libraries need them."""
    archive = tmp_path / "layer.zip"
    with zipfile.ZipFile(archive, "w") as content:
        content.writestr("python/a.py", "x = 1")
        program = zipfile.ZipInfo("extensions/probe")
        program.external_attr = (stat.S_IFREG | 0o755) << 16
        content.writestr(program, "#!/bin/sh")
        link = zipfile.ZipInfo("lib/libx.so")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        content.writestr(link, "libx.so.1")
        content.writestr("lib/libx.so.1", "library")

    found, _ = laid_out(tmp_path, LayerSource(archive, "layer.zip"))

    assert found == ["extensions/probe", "lib/libx.so", "lib/libx.so.1", "python/a.py"]
    assert os.access(tmp_path / "opt/extensions/probe", os.X_OK)
    assert (tmp_path / "opt/lib/libx.so").readlink() == Path("libx.so.1")


@pytest.mark.parametrize("link", ["/etc/passwd", "../../outside"])
def test_a_zip_file_that_leads_elsewhere(tmp_path: Path, link: str) -> None:
    """Nothing outside the folder is read or written."""
    archive = tmp_path / "layer.zip"
    with zipfile.ZipFile(archive, "w") as content:
        entry = zipfile.ZipInfo("lib/link")
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        content.writestr(entry, link)
        content.writestr("../escaped", "x")

    with pytest.raises(ConfigurationError, match="leads out of it"):
        put(LayerSource(archive, "layer.zip"), tmp_path / "opt", print)
    assert not (tmp_path / "escaped").exists()


def test_a_file_that_is_no_zip(tmp_path: Path) -> None:
    (tmp_path / "layer.zip").write_text("x")

    with pytest.raises(ConfigurationError, match=r"layer\.zip is not a zip file"):
        put(LayerSource(tmp_path / "layer.zip", "x"), tmp_path / "opt", print)
