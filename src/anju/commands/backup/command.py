"""`anju backup FILE`, `anju restore FILE --dir DIR`, `anju upgrade`."""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import django

from anju.commands.failures import Failure


def backup(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="anju backup", description="Everything into one FILE, while the city runs.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--without-keys", action="store_true", help="leave keys out; keep them elsewhere yourself")
    chosen = parser.parse_args(arguments)
    from anju.commands.backup import archive

    manifest = archive.write(chosen.file.absolute(), keys=not chosen.without_keys, say=_quiet)
    _report(chosen.file, manifest)
    return 0


def restore(arguments: list[str]) -> int:
    """Django loads only after the folder is known: it is another one than the city's."""
    parser = argparse.ArgumentParser(prog="anju restore", description="A city from a backup, in an empty folder.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--dir", help="the new folder; must be empty or not exist yet")
    chosen = parser.parse_args(arguments)
    if not chosen.file.is_file():
        raise Failure(f"there is no file {chosen.file}. Check the spelling.")
    target = Path(os.environ.get("ANJU_DIR") or Path.cwd() / "anju-data").absolute()
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise Failure(
            f"{target} is not empty, and a restore never overwrites a city. Choose another folder with --dir."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        _restore_into(draft, chosen.file.absolute())
        if target.exists():
            target.rmdir()
        draft.rename(target)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    sys.stdout.write(
        f"Restored into {target}. Start it: anju {'demo' if (target / 'demo.json').exists() else 'serve'} --dir {target}\n"
    )
    return 0


def _restore_into(draft: Path, file: Path) -> None:
    os.environ["ANJU_DIR"] = str(draft)
    django.setup()
    from django.db import connections

    from anju.commands.backup import archive, restoring

    manifest = archive.read_manifest(file)
    if not manifest["keys"]:
        sys.stderr.write(
            "anju: the backup holds no keys. Put keys.json and secret-key into the folder before you start.\n"
        )
    restoring.fill(file, manifest, _tell)
    connections.close_all()


def upgrade(arguments: list[str]) -> int:
    """Back up, migrate, and see that no table which kept its columns changed a row."""
    parser = argparse.ArgumentParser(prog="anju upgrade", description="Brings the database to this version of Anju.")
    parser.add_argument("--backup", type=Path, help="where the backup goes (default: backups/ in the data folder)")
    chosen = parser.parse_args(arguments)
    from anju.commands.backup import upgrading

    return upgrading.run(chosen.backup, _tell)


def _report(file: Path, manifest: dict[str, Any]) -> None:
    total = sum(table["rows"] for table in manifest["tables"].values())
    sys.stdout.write(
        f"{file}: {total} rows in {len(manifest['tables'])} tables, {len(manifest['files'])} files, {len(manifest['keys'])} keys.\n"
    )
    if manifest["keys"]:
        sys.stdout.write("It holds the keys of personal data: keep it where only the right people can read it.\n")


def _quiet(line: str) -> None:
    pass


def _tell(line: str) -> None:
    sys.stderr.write(f"anju: {line}\n")
