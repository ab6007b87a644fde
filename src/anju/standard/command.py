"""``anju standard judge`` and ``anju standard explain``: the standard from the command line, with no database."""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from anju.standard.checking import FactError
from anju.standard.drafts import load_draft
from anju.standard.edition import CATEGORIES, FORCES, PARTIES, SEVERITIES, SUPPLIES, Edition, Rule
from anju.standard.expressions import nearest, params_of
from anju.standard.facts import Text, plain
from anju.standard.judging import judge, judge_for
from anju.standard.loading import current_edition, load_edition
from anju.standard.mistakes import EditionError

BAD_INPUT = 2


class InputError(Exception):
    """Input that cannot be used; says in both languages what is wrong and what to do."""

    def __init__(self, zh: str, en: str) -> None:
        self.text = Text(zh, en)
        super().__init__(en)


def main(argv: list[str]) -> int:
    """Run one command; return 0, or 2 with a message on stderr when the input is wrong."""
    try:
        options = _parser().parse_args(argv)
    except SystemExit as stop:  # argparse has said why
        return stop.code if isinstance(stop.code, int) else BAD_INPUT
    try:
        on = _day(options.on)
        edition = _edition(options, on)
        output = _judge(options, on, edition) if options.command == "judge" else _explain(options, on, edition)
    except InputError as error:
        return _fail(error.text.of(options.lang))
    except (EditionError, FactError) as error:
        return _fail(error.in_words(options.lang))
    _write(sys.stdout, output)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="anju standard",
        description="Judge dwellings by the standard, and explain it.",
        epilog="anju standard what-if FILE.yaml judges all homes of a city by a draft: see anju standard what-if --help",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("judge", help="judge one dwelling given as JSON")
    one.add_argument("file", help="a JSON file, or - for standard input")
    rule = commands.add_parser("explain", help="print a rule, its sources and its history")
    rule.add_argument("rule", help="the rule's id, such as R01")
    for command in (one, rule):
        command.add_argument("--on", metavar="DATE", help="the day to judge by, such as 2026-11-22; today if left out")
        command.add_argument("--lang", choices=("zh", "en"), default="zh", help="the language of texts and messages")
        command.add_argument("--edition", help="an edition's name or folder, instead of the one valid on the day")
        command.add_argument("--draft", help="a YAML file with changes to the edition, to try them")
    return parser


def _day(text: str | None) -> date:
    if text is None:
        return (datetime.now(UTC) + timedelta(hours=8)).date()  # the day in China, whatever the machine's clock zone
    try:
        if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise InputError(f"--on {text}：没有这一天。写成 2026-11-22", f"--on {text}: no such day. Write it as 2026-11-22")


def _edition(options: argparse.Namespace, on: date) -> Edition:
    if options.draft:
        return load_draft(Path(options.draft), on)
    if not options.edition:
        return current_edition(on)
    folder = Path(options.edition)
    return load_edition(folder if (folder / "edition.yaml").is_file() else options.edition)


def _judge(options: argparse.Namespace, on: date, edition: Edition) -> str:
    found = judge(_case(options.file), on, edition, options.lang)
    return json.dumps(found.as_dict(), ensure_ascii=False, indent=2)


def _case(name: str) -> Any:
    shown = "-" if name == "-" else name
    try:
        content = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"{shown}：读不了（{reason}）", f"{shown}: cannot be read ({reason})") from None
    except ValueError as error:  # a NUL in the name
        raise InputError(f"{shown!r}：不是文件名（{error}）", f"{shown!r}: no file name ({error})") from None
    try:
        return json.loads(content.decode("utf-8-sig"), object_pairs_hook=_once)
    except UnicodeDecodeError:
        raise InputError(f"{shown}：不是 UTF-8。存成 UTF-8", f"{shown}: not UTF-8. Save it as UTF-8") from None
    except json.JSONDecodeError as error:
        line, column, reason = error.lineno, error.colno, error.msg
        raise InputError(
            f'{shown}：第 {line} 行第 {column} 列不是 JSON（{reason}）。应填 {{"kind": "rural", …}}',
            f'{shown}: no valid JSON ({reason}, line {line}, column {column}). Expected: {{"kind": "rural", …}}',
        ) from None
    except (ValueError, RecursionError) as error:
        raise InputError(f"{shown}：JSON 用不了（{error}）", f"{shown}: no usable JSON ({error})") from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"{twice} 在一个对象里出现两次。只写一次", f"{twice} stands twice in one object. Give it once")
    return found


def _explain(options: argparse.Namespace, on: date, edition: Edition) -> str:
    try:
        versions = edition.versions(options.rule.upper())
    except KeyError:
        near = nearest(options.rule.upper(), sorted({rule.id for rule in edition.rules}))
        raise InputError(
            f"没有规则 {options.rule}。最接近的：{near}", f"no rule {options.rule}; nearest: {near}"
        ) from None
    in_force = [rule for rule in versions if rule.in_force(on)]
    shown = in_force[0] if in_force else versions[-1]
    lines = [*_head(edition, shown, on), *_details(edition, shown), *_history(edition, versions)]
    return "\n".join(lines)


def _head(edition: Edition, rule: Rule, on: date) -> Iterator[str]:
    compiled = judge_for(edition, max(on, rule.valid_from))
    yield f"{rule.id}  {rule.words.title.zh} / {rule.words.title.en}"
    yield f"{edition.label.zh} / {edition.label.en} ({edition.name})"
    if not rule.in_force(on):
        yield f"{on}: 这一天不用本条 / not in force on this day"
    yield ""
    for label, text in (
        (Text("规定", "says"), rule.words.says),
        (Text("违反", "wrong"), rule.words.wrong),
        (Text("为什么", "why"), rule.words.why),
        (Text("怎么改", "what to do"), rule.words.todo),
    ):
        yield f"{label.zh}  {compiled.words(text, 'zh')}"
        yield f"  {label.en}: {compiled.words(text, 'en')}"


def _details(edition: Edition, rule: Rule) -> Iterator[str]:
    severity, force, category = SEVERITIES[rule.severity], FORCES[rule.force], CATEGORIES[rule.category]
    kind = Text("工作日", "working days") if rule.day_kind == "working" else Text("天", "days")
    limit = Text(f"{rule.days} {kind.zh}", f"{rule.days} {kind.en}") if rule.days else Text("立即", "at once")
    yield ""
    yield f"适用 applies   {rule.applies_text}"
    yield f"违反 violated  {rule.violated_text}"
    yield f"{severity.zh} / {severity.en}; {category.zh} / {category.en}; {limit.zh} / {limit.en}"
    binding = f" ({FORCES['binding'].zh} / {FORCES['binding'].en}: {rule.binding_text})" if rule.binding_when else ""
    yield f"{force.zh} / {force.en}{binding}"
    yield f"责任人 bound, in order: {', '.join(f'{PARTIES[one].zh} / {PARTIES[one].en}' for one in rule.bound)}"
    if rule.remedy:
        yield f"用品 supplies: {', '.join(f'{SUPPLIES[one.item].zh} / {SUPPLIES[one.item].en}' for one in rule.remedy)}"
    if rule.security:
        yield "计入治安隐患 / counted as a security hazard"
    yield f"条款 clauses: {', '.join(rule.clauses)}"
    for ref in rule.reads:
        label = edition.fact(ref.entity, ref.name).label
        yield f"事实 fact {ref.text}: {label.zh} / {label.en}"
    if rule.note:
        yield f"说明 note: {rule.note.zh} / {rule.note.en}"
    yield ""
    for source in rule.sources:
        note = f" ({source.law.note.zh} / {source.law.note.en})" if source.law.note else ""
        yield f"来源 source: {source.text.zh} / {source.text.en}, {source.law.in_force}{note}"


def _history(edition: Edition, versions: tuple[Rule, ...]) -> Iterator[str]:
    """Every day on which something about the rule changed: its versions, its numbers, its sources."""
    events: list[tuple[date, str]] = []
    for rule in versions:
        until = f" – {rule.valid_to}" if rule.valid_to else ""
        condition = f"{rule.applies_text} → {rule.violated_text}"
        events.append((rule.valid_from, f"本条施行 / in force{until}: {condition}"))
        named = {*rule.parameters, *(params_of(rule.binding_when) if rule.binding_when else ())}
        for name in sorted(named):
            parameter = edition.parameters[name]
            label = f"{parameter.label.zh} / {parameter.label.en} ({name})"
            for entry in parameter.values:
                value = f"{plain(entry.value)} {parameter.unit}".strip()
                events.append((entry.valid_from, f"{label} = {value}, {entry.source.text.zh}"))
        events += [
            (source.law.in_force, f"{source.text.zh} / {source.text.en} 施行 / takes effect") for source in rule.sources
        ]
    yield ""
    yield "经过 history:"
    for day, text in dict.fromkeys(sorted(events)):
        yield f"  {day}  {text}"


def _fail(message: str) -> int:
    _write(sys.stderr, message)
    return BAD_INPUT


def _write(stream: Any, text: str) -> None:
    # Chinese must come out whatever the machine's locale says.
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding="utf-8")
    stream.write(f"{text}\n")
