"""`docs/devices.md` says what the code does."""

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from anju.monitoring.gateway import dialects, isapi
from anju.monitoring.gateway.gb26875 import STANDARD, Profile
from anju.monitoring.gateway.http import reception
from anju.monitoring.gateway.push import LARGEST, MOST, parse, signature
from anju.monitoring.messages import Message
from anju.monitoring.vocabulary import COMMANDS, EVENTS, REASONS, VALUES

pytestmark = pytest.mark.nodatabase
FOLDER = Path(reception.__file__).parent
TEXT = (Path(__file__).resolve().parents[4] / "docs" / "devices.md").read_text()


def table(heading: str) -> list[list[str]]:
    """Rows of the first table behind a heading, or behind its first column's title."""
    lines = TEXT[TEXT.index(heading) :].splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("|---"))
    rows = []
    for line in lines[start + 1 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip().strip("`") for cell in line.strip("|").split("|")])
    return rows


def test_every_reading_is_published_with_its_unit() -> None:
    assert {row[0]: row[1] for row in table("### Readings")} == VALUES


def test_every_event_is_published() -> None:
    assert [row[0] for row in table("### Events")] == list(EVENTS)


def test_every_reason_of_a_refusal_is_published() -> None:
    assert [row[0] for row in table("| reason |")] == list(REASONS)


def test_every_command_is_published() -> None:
    (row,) = [row for row in table("### Commands") if row[0] == "name"]
    assert re.findall(r"[a-z_]+", row[1].replace(" or ", " ")) == list(COMMANDS)


def test_the_table_of_camera_events_is_published_as_it_is() -> None:
    published = {row[0]: (row[1], row[2]) for row in table("| `eventType`")}
    built = {name: (mapped.event, mapped.ended or "") for name, mapped in isapi.TABLE.items()}
    assert published == built | {"videoloss": ("fault", "heartbeat")}


def test_the_limits_are_those_of_the_code() -> None:
    assert f"at most {LARGEST:,} bytes" in TEXT
    assert f"a list of up to {MOST}" in TEXT


def test_the_example_is_a_message() -> None:
    example = re.findall(r"```json\n(.*?)\n```", TEXT, re.DOTALL)[0]
    found = parse(example.encode(), device="D1", source="mqtt", received=datetime(2026, 11, 22, 12, tzinfo=UTC))
    assert isinstance(found, Message)
    (shell,) = re.findall(r"-m '(.*?)'", TEXT)
    assert json.loads(shell)["event"] == "test"


def test_the_signature_of_the_example_is_good() -> None:
    key, body = re.findall(r"key `(\S+)` and the body `(.+?)`", TEXT)[0]
    (header,) = re.findall(r"# X-Anju-Signature: (\S+)", TEXT)
    assert signature.make(body.encode(), key=key.encode(), at=1795348800) == header
    signature.verify(header, body.encode(), keys=[key.encode()], now=1795348800)


def test_the_word_of_the_examples_camera_address_is_right() -> None:
    (label, key, word) = re.findall(
        r"printf '([^']+)' \| openssl dgst -sha256 -hmac (\S+) .*\n# ([0-9a-f]{32})\n", TEXT
    )[0]
    assert label.encode() == isapi.access.LABEL
    assert isapi.word(key.encode()) == word


def test_every_answer_of_the_push_endpoint_is_published() -> None:
    source = "".join((FOLDER / name).read_text() for name in ("views.py", "reception.py"))
    raised = {(int(status), error) for status, error in re.findall(r"Refusal\(\s*(\d{3}),\s*\"(\w+)\"", source)}
    published = {(int(row[0]), error) for row in table("| status |") for error in re.findall(r"\w+", row[1])}
    assert raised - {(401, "unknown_camera")} == published


def test_the_example_of_dialects_is_understood() -> None:
    (example,) = re.findall(r"```yaml\n(.*?)\n```", TEXT, re.DOTALL)
    found = dialects.read(example)
    assert found.camera_events["ebikedetection"].event == "ebike_in_lift"
    profile = found.unit("current-monitor")
    assert profile is not None
    assert set(Profile.__struct_fields__) - {"name"} == {
        field for field in Profile.__struct_fields__ if getattr(profile, field) != getattr(STANDARD, field)
    } - {"name"}, "the example shows every field"
