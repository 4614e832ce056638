"""Every line stands for itself: an odd one costs no other, and a damaged record is counted."""

import json

import pytest
from reuse_cli.sources import extract

from tests.cli.asking import ask, invocations
from tests.cli.records import container

ONE = container("a", total={"invocations": 7})
TWO = container("b", total={"invocations": 9})
COMPACT = json.dumps(ONE, separators=(",", ":"))
OTHER = json.dumps(TWO, separators=(",", ":"))


def unreadable_lines(lines: int) -> list[str]:
    what = "1 line" if lines == 1 else f"{lines} lines"
    return [f"{what} with records could not be read (cut off or damaged)"] if lines else []


ODD = {
    # name: (line, containers that are in it, lines that cannot be read)
    "text": ("START RequestId: 1 Version: $LATEST", "", 0),
    "nothing": ("", "", 0),
    "a path and a brace": ("GET {base}/container/17 200", "", 0),
    "a printed dict": ("{'path': '/resource/{id}', 'record': 'container/1'}", "", 0),
    "words": ("the container/1 and its resource/1", "", 0),
    "a number of brackets": ("[" * 5000, "", 0),
    "brackets before a mark": ("[" * 5000 + '"record":"container/1"', "", 1),
    "braces before a record": ('{"' * 300 + " " + OTHER, "b", 0),
    "another's record": ('{"_aws":{},"record":"somebody/1","container_id":"x"}', "", 0),
    "another's metrics": ('{"_aws":{"CloudWatchMetrics":[{"Namespace":"Mine"}]}}', "", 0),
    "null": ("null", "", 0),
    "quotes": ('a "quoted, line, with {"commas": 1}', "", 0),
    "two objects": (OTHER + OTHER.replace("]b", "]c"), "bc", 0),
    "two objects with a blank": (OTHER + "  " + OTHER.replace("]b", "]c"), "bc", 0),
    "an array": (f"[{OTHER}, {OTHER.replace(']b', ']c')}]", "bc", 0),
    "text behind": (OTHER + " and {so} on", "b", 0),
    "text that ends alike": (OTHER + " {x}", "b", 0),
    "text before": ('INFO {"x": 1} ' + OTHER, "b", 0),
    "a quote before": ('say "hello ' + OTHER, "b", 0),
    "a colour": ("\x1b[31m" + OTHER + "\x1b[0m", "b", 0),
    "a null byte": ("\x00" + OTHER, "b", 0),
    "in a string": (json.dumps({"message": "a " + OTHER + " b"}), "b", 0),
    "in a string in a string": (json.dumps([json.dumps({"m": json.dumps([OTHER])})]), "b", 0),
    "escaped, without its quotes": ("log: " + json.dumps(OTHER)[1:-1] + '", x', "b", 0),
    "doubled, as in CSV": ('1,"' + OTHER.replace('"', '""') + '",x', "b", 0),
    "with blanks": (json.dumps(TWO), "b", 0),
    "cut": (OTHER[:-9], "", 1),
    "cut before the mark": (
        '{"_aws":{"Timestamp":1,"CloudWatchMetrics":[{"Namespace":"LambdaReuse","Dim', "", 1,
    ),
    "cut and whole": (OTHER[:-9] + " " + OTHER, "b", 1),
    "cut in a string": (json.dumps({"message": OTHER})[:-30], "", 1),
    "no container": ('{"record":"container/1"}', "", 1),
    "a sequence of text": ('{"record":"container/1","container_id":"x","sequence":"many"}', "", 1),
    "a colon too few": (OTHER.replace('"total":', '"total" '), "", 1),
    "bytes that are no text": (OTHER.replace("orders", "or\udcff\udcfe"), "b", 0),
    "half a surrogate pair": (OTHER.replace("orders", "or\\ud800"), "b", 0),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("end", ["\n", "\r\n", ""])
def test_an_odd_line_costs_no_other(tmp_path, name, end):
    """Between two records, and again at the end of the file."""
    line, containers, unreadable = ODD[name]
    text = "\n".join([COMPACT, line, COMPACT, line]) + end
    (tmp_path / "log.txt").write_bytes(text.encode("utf-8", "surrogateescape"))

    found, notes = invocations(tmp_path)

    assert found == {"a": 7, **dict.fromkeys(containers, 9)}
    assert notes == unreadable_lines(2 * unreadable)


@pytest.mark.parametrize("kind", ["container/2", "resource/12", "init/99"])
def test_a_newer_version_is_named(tmp_path, kind):
    """Its meaning may be another, so that it is left out."""
    (tmp_path / "log.txt").write_text(COMPACT + "\n" + OTHER.replace("container/1", kind) + "\n")

    assert invocations(tmp_path) == (
        {"a": 7},
        [f"records of a newer version were left out: 1 {kind}; upgrade lambda-reuse"],
    )


def test_fields_that_are_not_known_do_no_harm(tmp_path):
    """Within a version, fields may be added."""
    (tmp_path / "log.txt").write_text(json.dumps({**ONE, "news": {"record": [1]}}) + "\n")

    assert invocations(tmp_path) == ({"a": 7}, [])


@pytest.mark.parametrize("value", ["1e999", "-1e999", "NaN", "Infinity"])
def test_numbers_that_json_cannot_say_are_not_known(tmp_path, value):
    """Neither in a plain line nor in a wrapped one; the rest of the record counts."""
    line = COMPACT.replace('"saved_ms":0', f'"saved_ms":{value}')
    wrapped = json.dumps({"time": 1, "message": line.replace("]a", "]b")})
    (tmp_path / "log.txt").write_text(line + "\n" + wrapped + "\n")

    rows, notes = ask("containers", tmp_path)

    assert [(row["invocations"], row["saved_ms"]) for row in rows] == [(7, None), (7, None)]
    assert notes == []
    (row,), _ = ask("summary", tmp_path)
    assert (row["invocations"], row["saved_ms"]) == (14, 0)


def test_sums_may_be_larger_than_64_bits(tmp_path):
    """Each count fits, their sum does not."""
    most = 2**63 - 1
    lines = [
        json.dumps(container(name, total={"invocations": most, "hits": most})) for name in "ab"
    ]
    (tmp_path / "log.txt").write_text("\n".join(lines))

    (row,), _ = ask("summary", tmp_path)

    assert (row["invocations"], row["hits"]) == (2 * most, 2 * most)


def test_a_count_that_does_not_fit_is_not_known(tmp_path):
    line = COMPACT.replace('"hits":0', '"hits":99999999999999999999')
    (tmp_path / "log.txt").write_text(line)

    (row,), _ = ask("summary", tmp_path)

    assert (row["invocations"], row["hits"]) == (7, 0)


def test_a_record_that_is_printed_over_lines_and_never_ends_is_counted(tmp_path):
    """And what follows it is read."""
    pretty = json.dumps(TWO, indent=2).splitlines()
    (tmp_path / "log.txt").write_text("\n".join([*pretty[:9], COMPACT, *["  x: {"] * 2500, "}"]))

    assert invocations(tmp_path) == ({"a": 7}, unreadable_lines(1))


@pytest.mark.parametrize(
    ("piece", "count"),
    [('{"record":"container/1",', 5000), ('{""record"":""container/1"",', 1000)],
)
def test_a_long_line_of_broken_records_is_searched_in_steps(monkeypatch, piece, count):
    """No attempt begins far into its text, for an error counts the lines before it."""
    begins = []

    class Decoder(json.JSONDecoder):
        def raw_decode(self, text: str, idx: int = 0) -> tuple[object, int]:
            begins.append(idx)
            return super().raw_decode(text, idx)

    monkeypatch.setattr(extract, "_DECODER", Decoder())

    found = extract.extract(piece * count + " " + OTHER)

    assert len(begins) > count
    assert max(begins) <= 16 << 10
    assert found.records == [TWO]
