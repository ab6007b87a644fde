"""YAML with the line of every value, so that a mistake can be shown where it stands."""

from typing import Any

import yaml

Path = tuple[str | int, ...]


class NotYaml(Exception):
    """The text is no YAML, or a table of it names something twice. line: from 1."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(problem)
        self.line, self.problem = line, problem


def read(text: str) -> tuple[Any, dict[Path, int]]:
    """The data, and for the path of each value (keys and positions) the line on which it begins. Raises NotYaml."""
    lines: dict[Path, int] = {}
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        data = None if node is None else _built(yaml.SafeLoader(""), node, (), lines)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise NotYaml(line, f"not YAML: {error.problem}") from error
    except (yaml.YAMLError, ValueError) as error:  # a stray control character; a date that no calendar has
        raise NotYaml(1, f"not YAML: {error}") from error
    return data, lines


def _built(loader: yaml.SafeLoader, node: yaml.Node, path: Path, lines: dict[Path, int]) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.SequenceNode):
        return [_built(loader, one, (*path, number), lines) for number, one in enumerate(node.value)]
    if not isinstance(node, yaml.MappingNode):
        return loader.construct_object(node)
    found: dict[str, Any] = {}
    for key_node, value in node.value:
        key = str(loader.construct_object(key_node))
        line = key_node.start_mark.line + 1
        if key in found:
            raise NotYaml(line, f"{key} stands here twice")
        lines[(*path, key)] = line
        found[key] = _built(loader, value, (*path, key), lines)
    return found
