"""XML from strangers, read without a tree: no document type, no entities, little depth, little text."""

import re
from xml.parsers import expat

LARGEST = 64 * 1024  # bytes of one document
DEEPEST, MOST = 16, 2000  # elements inside each other, and in all
CHINESE = re.compile(rb"""^\s*<\?xml[^>]{0,80}encoding=["'](?:gb2312|gbk|gb18030)["']""", re.IGNORECASE)


class BadXml(Exception):
    """Not XML, or XML that has no business here."""


def read(raw: bytes) -> tuple[str, dict[str, str]]:
    """Name of the root, and the text of every leaf by its path below the root ("AID/illegalTrafficEvent").

    Namespaces are dropped: firmware versions disagree about them. Of leaves with the same path the first counts. Raises
    BadXml.
    """
    if len(raw) > LARGEST:
        raise BadXml(f"{len(raw)} bytes of XML; the most is {LARGEST}")
    if CHINESE.match(raw):  # expat knows no encoding of several bytes but UTF
        raw = raw.decode("gb18030", "replace").encode()
    reader = _Reader()
    parser = expat.ParserCreate("utf-8" if not raw.startswith((b"\xff\xfe", b"\xfe\xff")) else None)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(raw, True)
    except expat.ExpatError as error:
        raise BadXml(str(error)) from None
    return reader.root, reader.found


def _refuse(*_about: object) -> None:
    raise BadXml("a document type or an entity is declared")


class _Reader:
    def __init__(self) -> None:
        self.root = ""
        self.found: dict[str, str] = {}
        self._path: list[str] = []
        self._text: list[str] = []
        self._count = 0

    def start(self, name: str, _attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > MOST or len(self._path) >= DEEPEST:
            raise BadXml(f"more than {MOST} elements, or more than {DEEPEST} inside each other")
        own = name.rpartition(":")[2]
        if not self._path:
            self.root = own
        self._path.append(own)
        self._text.clear()

    def text(self, text: str) -> None:
        self._text.append(text)

    def end(self, _name: str) -> None:
        text = "".join(self._text).strip()
        if text:
            self.found.setdefault("/".join(self._path[1:]), text)
        self._text.clear()
        self._path.pop()
