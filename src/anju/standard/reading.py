"""YAML files of an edition as plain data. A key that stands twice is an error, not a silent overwrite."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from anju.standard.facts import Text
from anju.standard.mistakes import EditionError, at

if TYPE_CHECKING:
    _Base = yaml.SafeLoader
else:
    _Base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

HOME = Path(__file__).parent / "editions"


@dataclass
class Raw:
    """An edition as it stands in its files: head, parameters, facts per entity, rules each with its entity."""

    head: dict[str, Any]
    parameters: dict[str, Any] = field(default_factory=dict)
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)
    rules: list[dict[str, Any]] = field(default_factory=list)


class _Loader(_Base):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[Hashable] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):  # YAML reads on, yes and no as true and false
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key!r} is no name; quote it", key_node.start_mark
                )
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key!r} stands twice", key_node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> dict[str, Any]:
    """Read one file whose top is a mapping; raise EditionError with file and line otherwise."""
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 - a safe loader's subclass
    except OSError as error:
        raise _unreadable(path, f"读不了（{error.strerror}）", f"cannot be read ({error.strerror})") from None
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise _unreadable(path, f"不是有效的 YAML：{reason}", f"no valid YAML: {reason}") from None
    if not isinstance(data, dict):
        raise _unreadable(path, "最外层应是“名称: 值”的对照", "a mapping (name: value) is expected at the top")
    return data


def _unreadable(path: Path, zh: str, en: str) -> EditionError:
    return EditionError([at(str(path), str(path), Text(zh, en))])


def read_folder(folder: Path) -> Raw:
    """Read edition.yaml, parameters.yaml, facts/*.yaml and rules/*.yaml of one edition."""
    raw = Raw(head=read_yaml(folder / "edition.yaml"), parameters=read_yaml(folder / "parameters.yaml"))
    for path in sorted((folder / "facts").glob("*.yaml")):
        data = read_yaml(path)
        raw.facts.setdefault(str(data.get("entity")), {}).update(data.get("facts") or {})
    for path in sorted((folder / "rules").glob("*.yaml")):
        data = read_yaml(path)
        raw.rules += [{"entity": data.get("entity"), **rule} for rule in data.get("rules") or []]
    return raw
