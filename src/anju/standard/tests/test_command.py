"""The standard from the command line."""

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from anju.standard.command import main
from anju.standard.testing import make_case

pytestmark = pytest.mark.nodatabase


@pytest.fixture
def case_file(tmp_path: Path) -> Path:
    path = tmp_path / "case.json"
    path.write_text(json.dumps(make_case(rcd=False)), "utf-8")
    return path


def test_judge_prints_the_judgement_as_json(case_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["judge", str(case_file), "--on", "2026-11-22"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["verdict"], found["edition"], found["on"]) == ("non_compliant", "initial", "2026-11-22")


def test_judge_reads_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    data = b'\xef\xbb\xbf{"kind": "rural"}'  # with the mark that Windows writes first
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    assert main(["judge", "-", "--lang", "en"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "unchecked"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"storeyz": 3}', ["storeyz", "storeys"]),
        ('{"storeys": "3"}', ["storeys", "'3'", "a whole number"]),
        ('{"storeys": -1}', ["storeys", "-1"]),
        ('{"building_height": NaN}', ["building_height", "nan"]),
        ('{"building_height": 1e999}', ["building_height", "inf"]),
        ('{"kind": "rural", "kind": "commercial"}', ["kind stands twice"]),
        ('{"kind": "rural"', ["no valid JSON", "line 1"]),
        ("[]", ["an object"]),
        ("", ["no valid JSON"]),
        ("[" * 100_000, ["no usable JSON"]),
        ('{"storeys": ' + "9" * 5000 + "}", ["no usable JSON"]),
    ],
    ids=lambda value: str(value)[:30],
)
def test_bad_input_ends_with_2_and_says_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: str, words: list[str]
) -> None:
    path = tmp_path / "case.json"
    path.write_text(content, "utf-8")
    assert main(["judge", str(path), "--lang", "en"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert [word for word in words if word not in printed.err] == []
    assert "Traceback" not in printed.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["judge", "nowhere.json"], "nowhere.json"),
        (["judge", "."], "."),
        (["judge", "a\0b"], "no file name"),
        (["judge", "CASE", "--on", "2026-02-30"], "2026-02-30"),
        (["judge", "CASE", "--on", "yesterday"], "Write it as 2026-11-22"),
        (["judge", "CASE", "--on", "20261122"], "20261122"),
        (["judge", "CASE", "--edition", "kunshan"], "there is: initial"),
        (["judge", "CASE", "--draft", "nowhere.yaml"], "nowhere.yaml"),
        (["explain", "R99"], "nearest: R09"),
        (["explain"], "rule"),
        (["judge"], "file"),
        ([], "command"),
        (["juge", "x"], "juge"),
    ],
    ids=str,
)
def test_bad_arguments_end_with_2(
    case_file: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    language = ["--lang", "en"] if arguments and arguments[0] in ("judge", "explain") else []
    assert main([str(case_file) if item == "CASE" else item for item in arguments] + language) == 2
    assert words in capsys.readouterr().err


def test_bytes_that_are_no_utf_8_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "case.json"
    path.write_bytes('{"kind": "农村"}'.encode("gb18030"))
    assert main(["judge", str(path), "--lang", "en"]) == 2
    assert "not UTF-8" in capsys.readouterr().err


def test_messages_are_chinese_unless_asked_for_english(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "case.json"
    path.write_text('{"storeyz": 3}', "utf-8")
    assert main(["judge", str(path)]) == 2
    assert "最接近的名称：storeys" in capsys.readouterr().err
    assert main(["judge", str(tmp_path / "nowhere.json")]) == 2
    assert "读不了" in capsys.readouterr().err


def test_explain_prints_the_rule_its_source_and_its_history(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "R01"]) == 0
    printed = capsys.readouterr().out
    for words in (
        "人均使用面积 / Area per person",
        "不少于 4 m²",
        "at least 4 m²",
        "area / persons < min_area_per_person",
        "苏州市出租房屋居住安全管理条例",
        "2019-05-01",
        "15 天 / 15 days",
    ):
        assert words in printed


def test_explain_takes_small_letters_and_says_when_a_rule_is_not_in_force(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "u03", "--on", "2020-01-01"]) == 0
    assert "not in force on this day" in capsys.readouterr().out


def test_explain_shows_every_version_of_a_rule(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "draft.yaml"
    path.write_text("valid_from: 2027-01-01\nparameters: {min_area_per_person: 5}\nrules: {R01: {days: 7}}\n")
    assert main(["explain", "R01", "--draft", str(path), "--on", "2027-02-01"]) == 0
    printed = capsys.readouterr().out
    assert "– 2026-12-31" in printed
    assert "2027-01-01  本条施行" in printed
    assert "= 5 m²" in printed
    assert "不少于 5 m²" in printed


def test_judge_by_a_draft(case_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "draft.yaml"
    path.write_text("rules: {D20: null}\n")
    assert main(["judge", str(case_file), "--draft", str(path), "--on", "2026-11-22"]) == 0
    assert json.loads(capsys.readouterr().out)["verdict"] == "compliant"


def test_the_help_ends_with_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == 0
    assert "judge" in capsys.readouterr().out


def test_the_command_loads_neither_django_nor_the_analysis_engine(case_file: Path) -> None:
    code = (
        "import sys; from anju.standard.command import main; main(['judge', sys.argv[1]]);"
        "sys.exit(any(name in sys.modules for name in ('django', 'duckdb')))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(case_file)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr


def test_chinese_comes_out_whatever_the_machine_s_locale(case_file: Path) -> None:
    environment: dict[str, Any] = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    code = "import sys; from anju.standard.command import main; sys.exit(main(['judge', sys.argv[1]]))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(case_file)], capture_output=True, env=environment, check=False
    )
    assert "没有漏电保护" in done.stdout.decode("utf-8")
