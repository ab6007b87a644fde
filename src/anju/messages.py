"""Chinese texts: finds what code and templates say, keeps the .po files, compiles them.

The English text is the msgid itself. There is no GNU gettext on the machines this runs on, so Babel does the work; a
.mo is made when it is missing or older than its .po. Compiling needs Babel only, because building a wheel has no Django.
"""

import ast
import io
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

PACKAGE = Path(__file__).resolve().parent
LANGUAGE = "zh_Hans"
SHARED = "core"  # its translations serve every app

KEYWORDS: dict[str, Any] = {
    "_": None,
    "_t": None,  # gettext beside a lazy _
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
# without names and dates: a second run on the same texts must write the same file
HEADER = """# Chinese texts of anju.%s
msgid ""
msgstr ""
"Language: zh_Hans\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
PLACE = re.compile(r"%\((\w+)\)[sdf]")
LITERAL = re.compile(r"""_\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*\)""")


@dataclass(frozen=True, order=True)
class Message:
    id: str
    plural: str = ""
    context: str = ""

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.id

    def __str__(self) -> str:
        return f"{self.context}: {self.id}" if self.context else self.id


def po_file(app: str) -> Path:
    return PACKAGE / app / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def apps() -> list[str]:
    """Folders whose texts are loaded; config is no app, and the names of languages come with Django."""
    return sorted(
        folder.name for folder in PACKAGE.iterdir() if (folder / "__init__.py").exists() and folder.name != "config"
    )


def compile_all() -> list[Path]:
    """Compile every .po that is newer than its .mo; returns the files written."""
    done = []
    for po in sorted(PACKAGE.glob("*/locale/*/LC_MESSAGES/django.po")):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime_ns > po.stat().st_mtime_ns:
            continue
        compiled = io.BytesIO()
        write_mo(compiled, _read(po))
        _replace(mo, compiled.getvalue())
        done.append(mo)
    return done


def update(app: str) -> list[Message]:
    """Add what `app` says and its .po lacks, with an empty translation; existing entries stay. Returns the added."""
    if not (PACKAGE / app / "__init__.py").exists():
        raise ValueError(f"there is no app {app!r}; the apps are {', '.join(apps())}")
    po = po_file(app)
    catalog = _read(po) if po.exists() else Catalog(locale=LANGUAGE)
    known = _keys(catalog) | (_keys(_read(po_file(SHARED))) if po_file(SHARED).exists() else set())
    added = sorted({message for message in found_in(app) if message.key not in known})
    for message in added:
        text = (message.id, message.plural) if message.plural else message.id
        flags = ["python-format"] if PLACE.search(message.id + message.plural) else []
        catalog.add(text, context=message.context or None, flags=flags)
    if added or not po.exists():
        written = io.BytesIO()
        write_po(written, catalog, width=120, sort_output=True, no_location=True, omit_header=True)
        po.parent.mkdir(parents=True, exist_ok=True)
        _replace(po, (HEADER % app).encode() + written.getvalue())
    return added


def missing() -> dict[str, list[str]]:
    """Per app, what cannot be shown in Chinese: not translated, fuzzy, wrong placeholders, or two apps that disagree."""
    catalogs = {app: _read(po_file(app)) for app in apps() if po_file(app).exists()}
    good: dict[tuple[str, str], dict[str, str]] = {}
    wrong: dict[str, list[str]] = {}
    for app, catalog in catalogs.items():
        for entry in catalog:
            if not entry.id:
                continue
            fault = _fault(entry)
            if fault:
                wrong.setdefault(app, []).append(f"{fault}: {entry.id}")
            else:
                good.setdefault((entry.context or "", _first(entry.id)), {})[app] = _first(entry.string)
    for key, by_app in good.items():
        if len(set(by_app.values())) > 1:
            told = ", ".join(f"{app} “{text}”" for app, text in by_app.items())
            wrong.setdefault(min(by_app), []).append(f"apps disagree: {key[1]}: {told}")
    for app in apps():
        listed = {line.partition(": ")[2] for line in wrong.get(app, [])}
        for message in sorted(set(found_in(app))):
            if message.key not in good and message.id not in listed:
                wrong.setdefault(app, []).append(f"not translated: {message}")
    return wrong


def found_in(app: str) -> Iterator[Message]:
    """Every text that the app's code and templates hand to gettext; tests and migrations say nothing to people."""
    root = PACKAGE / app
    for file in sorted(root.rglob("*.py")):
        if not {"tests", "migrations"} & set(file.relative_to(root).parts):
            yield from _in_python(file.read_bytes())
    for folder in sorted(root.glob("templates")):
        for file in sorted(path for path in folder.rglob("*") if path.suffix in {".html", ".txt"}):
            yield from in_template(file.read_text())


def _in_python(source: bytes) -> Iterator[Message]:
    """A call inside an f-string is looked at by itself: before Python 3.12 such a string is one token, whatever it holds."""
    yield from _said(source)
    for string in ast.walk(ast.parse(source)):
        if isinstance(string, ast.JoinedStr):
            for call in ast.walk(string):
                if isinstance(call, ast.Call):
                    yield from _said(ast.unparse(call).encode())


def _said(source: bytes) -> Iterator[Message]:
    for _line, text, _comments, context in extract("python", io.BytesIO(source), keywords=KEYWORDS):
        first, plural = (text[0], text[1]) if isinstance(text, tuple) else (text, "")
        yield Message(str(first), str(plural), str(context or ""))


def in_template(source: str) -> Iterator[Message]:
    # imported here because compile_all also runs where Django is not installed
    from django.template.base import Lexer, Token, TokenType

    block: list[Token] = []
    for token in Lexer(source).tokenize():
        name = token.contents.split(" ")[0] if token.token_type == TokenType.BLOCK else ""
        if block:
            block.append(token)
            if name in {"endblocktranslate", "endblocktrans"}:
                yield _block_message(block)
                block = []
        elif name in {"blocktranslate", "blocktrans"}:
            block = [token]
        elif name in {"translate", "trans"}:
            yield from _translate_message(token.split_contents())
        if token.token_type in {TokenType.BLOCK, TokenType.VAR}:
            for quoted in LITERAL.findall(token.contents):
                yield Message(_unquoted(quoted))


def _translate_message(bits: list[str]) -> Iterator[Message]:
    if bits[1][0] in "\"'":
        context = _unquoted(bits[bits.index("context") + 1]) if "context" in bits else ""
        yield Message(_unquoted(bits[1].partition("|")[0]), context=context)


def _block_message(tokens: list[Any]) -> Message:
    bits = tokens[0].split_contents()
    trimmed = "trimmed" in bits
    parts: list[list[str]] = [[]]
    for token in tokens[1:-1]:
        if token.token_type.name == "BLOCK" and token.contents.strip() == "plural":
            parts.append([])
        elif token.token_type.name == "TEXT":
            parts[-1].append(token.contents.replace("%", "%%"))
        elif token.token_type.name == "VAR":
            parts[-1].append(f"%({token.contents.partition('|')[0].strip()})s")
    texts = ["".join(part) for part in parts]
    if trimmed:  # as Django does it: lines are stripped and joined by one space
        texts = [" ".join(line.strip() for line in text.strip().splitlines()) for text in texts]
    context = _unquoted(bits[bits.index("context") + 1]) if "context" in bits else ""
    return Message(texts[0], texts[1] if len(texts) > 1 else "", context)


def _unquoted(text: str) -> str:
    inner = text[1:-1].replace(f"\\{text[0]}", text[0]).replace("\\\\", "\\")
    return inner.replace("%", "%%")


def _fault(entry: Any) -> str:
    texts = entry.string if isinstance(entry.string, tuple | list) else (entry.string,)
    if not all(texts):
        return "not translated"
    if entry.fuzzy:
        return "fuzzy"
    ids = entry.id if isinstance(entry.id, tuple | list) else (entry.id,)
    wanted = {name for text in ids for name in PLACE.findall(text)}
    if any(set(PLACE.findall(text)) - wanted for text in texts):
        return "placeholder that the English does not have"
    return ""


def _first(text: Any) -> str:
    return str(text[0] if isinstance(text, tuple | list) else text)


def _keys(catalog: Catalog) -> set[tuple[str, str]]:
    return {(entry.context or "", _first(entry.id)) for entry in catalog if entry.id}


def _read(po: Path) -> Catalog:
    with po.open("rb") as handle:
        return read_po(handle, locale=LANGUAGE)


def _replace(file: Path, content: bytes) -> None:
    """Written beside and renamed: a process that reads meanwhile sees the old or the new, never half."""
    handle, draft = tempfile.mkstemp(dir=file.parent)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
    Path(draft).chmod(0o644)
    Path(draft).replace(file)
