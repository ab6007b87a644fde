"""The simulator as a program: a kitchen burns, the gateway is killed meanwhile, and everything that follows happens, once."""

import json
import re
import signal
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest

from tests.program.devices import City, free_port, listeners

pytestmark = pytest.mark.nodatabase
PATIENCE = 120.0

SET_UP = """
import django; django.setup()
import json
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from anju.core import time
from anju.monitoring.testing import hear, make_device, make_message
from anju.stations.testing import make_site

def session(user):
    kept = import_module(settings.SESSION_ENGINE).SessionStore()
    kept[SESSION_KEY], kept[BACKEND_SESSION_KEY] = str(user.pk), settings.AUTHENTICATION_BACKENDS[0]
    kept[HASH_SESSION_KEY] = user.get_session_auth_hash()
    kept.save()
    return kept.session_key

site = make_site()
kitchen = make_device("smoke", dwelling=site.home, name="厨房烟感")
lift = make_device("lift_blocker", place=site.estate)
pile = make_device("charging_pile", place=site.estate)
unit = make_device("transmission_unit", place=site.estate, address="790300000001")
hall = make_device("smoke", place=site.estate, name="门厅烟感", parent=unit, part="1-1-01000000")
for device in (kitchen, lift, pile, unit, hall):
    hear(make_message(device, at=time.now(), event="heartbeat", source="mqtt"), received=time.now())
print(json.dumps({
    "home": site.home.code, "kitchen": kitchen.code, "pile": pile.code, "hall": hall.code, "head": session(site.head),
    "office": session(site.office), "cookie": settings.SESSION_COOKIE_NAME, "estate": site.estate.code,
}))
"""

FIRE = """
title: {zh: 起火, en: Fire}
about: {zh: 一直加大。, en: It grows.}
cast:
  kitchen: {kind: smoke, named: 厨房}
  hall: {kind: smoke, behind_unit: true}
  pile: {kind: charging_pile}
steps:
  - {at: 0, who: kitchen, values: {smoke: 0.61}}
  - {at: 0.2, who: kitchen, values: {smoke: 13.01}, event: fire}
  - {at: 0.3, who: hall, event: fault}
  - {at: 0.4, who: pile, event: port_fault, detail: {port: "2"}}
  - {at: 4, who: kitchen, values: {smoke: 14.02}}
  - {at: 4.2, who: kitchen, values: {smoke: 15.03}}
  - {at: 4.4, who: kitchen, values: {smoke: 16.04}}
  - {at: 5, who: pile, event: restored, detail: {port: "2"}}
  - {at: 6, who: kitchen, values: {smoke: 17.05}}
"""
ALARMS = "SELECT d.code, a.kind FROM monitoring_alarm a JOIN monitoring_device d ON d.id = a.device_id"
SAID = [0.61, 13.01, 14.02, 15.03, 16.04, 17.05]


class Person:
    """Somebody with a browser that keeps cookies; signed in by the session of the set-up."""

    def __init__(self, web: str, cookie: str, session: str) -> None:
        self.web, self.head = web, f"{cookie}={session}"
        self.jar = CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.jar))

    def open(self, path: str, data: dict[str, str] | None = None) -> str:
        cookies = "; ".join([self.head, *(f"{one.name}={one.value}" for one in self.jar)])
        body = urllib.parse.urlencode(data).encode() if data is not None else None
        headers = {"Cookie": cookies, "Referer": self.web}
        request = urllib.request.Request(f"{self.web}{path}", data=body, headers=headers)  # noqa: S310  # our own city
        with self.opener.open(request, timeout=60) as answer:
            return str(answer.read().decode())

    def press(self, page: str, action: str, **data: str) -> str:
        """Send the form of a page that leads to `action`."""
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        assert token, page[:500]
        return self.open(action, {"csrfmiddlewaretoken": token[1], **data})


def until(found: Callable[[], Any], what: str) -> Any:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if answer := found():
            return answer
        time.sleep(0.2)
    raise AssertionError(f"{what} did not come")


@pytest.fixture
def city(tmp_path: Path) -> Iterator[City]:
    made = City(tmp_path / "city")
    made.environment["ANJU_DEMO"] = "1"
    yield made
    made.close()


def _program(city: City, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "anju.cli", *words]
    process = subprocess.Popen(command, env=city.environment, stdout=subprocess.PIPE, text=True)
    city.running.append(process)
    return process


def _anju(city: City, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "anju.cli", *words]
    return subprocess.run(command, env=city.environment, capture_output=True, text=True, check=False, timeout=PATIENCE)


def test_a4_4_a_kitchen_burns_the_gateway_is_killed_the_station_comes_and_a_hazard_is_on_the_home(
    city: City, tmp_path: Path
) -> None:
    made = json.loads(city.python("-c", SET_UP))
    mqtt, frames, web = free_port(), free_port(), free_port()
    gateway = city.start(*listeners(mqtt, frames))
    city.start_web(web)
    _program(city, "worker")
    where = ["--mqtt-port", str(mqtt), "--gb26875-port", str(frames), "--web", f"http://127.0.0.1:{web}"]
    _program(city, "simulate", *where)
    until((city.folder / "simulator.sock").exists, "the simulator's desk")
    second = _anju(city, "simulate", *where)
    assert second.returncode != 0
    assert "a simulator runs in this folder already" in second.stderr
    office, head = (Person(f"http://127.0.0.1:{web}", made["cookie"], made[who]) for who in ("office", "head"))
    assert made["kitchen"] not in office.open("/alarms/")

    fire = tmp_path / "fire.yaml"
    fire.write_text(FIRE)
    scene = _program(city, "simulate", "--scenario", str(fire))
    assert scene.stdout is not None
    told = []
    for line in scene.stdout:
        told.append(line)
        if "fire" in line and "confirmed" in line:
            break
    city.end(gateway, signal.SIGKILL)
    page = office.open("/alarms/")  # what was confirmed is there, whoever died since
    assert "火警" in page
    city.start(*listeners(mqtt, frames))
    told += list(scene.stdout)
    assert scene.wait(PATIENCE) == 0, told
    city.running.remove(scene)
    scene.stdout.close()
    assert told[-1] == "all 9 messages are confirmed\n", told

    rows = city.rows(
        'SELECT d.code, r."values" FROM monitoring_reading r JOIN monitoring_device d ON d.id = r.device_id'
    )
    smoke = [json.loads(values).get("smoke") for code, values in rows if code == made["kitchen"]]
    assert sorted(value for value in smoke if value in SAID) == SAID
    count = city.count()
    assert count["rows"] == count["keys"]
    alarms = city.rows(ALARMS)
    assert sorted(alarms) == sorted([(made["kitchen"], "fire"), (made["hall"], "fault"), (made["pile"], "pile")])

    called = until(lambda: re.search(r'data-callout="(\w+)"', head.open("/station/")), "the call on the phone")[1]
    for step, data in (("accept", {}), ("arrive", {}), ("report", {"outcome": "real"})):
        head.press(head.open("/station/"), f"/station/{called}/{step}/", **data)
    form = head.open(f"/station/{called}/close/")
    head.press(form, f"/station/{called}/close/", finding="油锅起火，已扑灭", lessons="灭火毯放近一些")
    ended = city.rows(
        "SELECT c.code, c.state, c.outcome, w.code FROM stations_callout c"
        " JOIN inspections_hazard h ON h.id = c.hazard_id JOIN dwellings_dwelling w ON w.id = h.dwelling_id"
    )
    assert ended == [(called, "closed", "real", made["home"])]


def test_a_list_of_the_register_is_enough_to_play_from_outside_and_a_wrong_key_is_told(
    city: City, tmp_path: Path
) -> None:
    made = json.loads(city.python("-c", SET_UP))
    gateway = city.start(*listeners())
    port = ["--mqtt-port", gateway.first.split("MQTT at ")[1].split(",")[0]]  # type: ignore[attr-defined]
    added = _anju(city, "device", "add", "--kind", "smoke", "--dwelling", made["home"], "--name", "厨房烟感", "--json")
    assert added.returncode == 0, added.stderr
    keys = tmp_path / "keys.json"
    keys.write_text(added.stdout)
    battery = tmp_path / "battery.yaml"
    battery.write_text(
        "title: {zh: 电, en: B}\nabout: {zh: 电, en: B}\ncast:\n  one: {kind: smoke}\n"
        "steps:\n  - {at: 0, who: one, values: {battery: 4}}\n"
    )
    played = _anju(city, "simulate", "--keys", str(keys), "--scenario", str(battery), *port)
    assert (played.returncode, played.stderr) == (0, "")
    assert "all 1 messages are confirmed" in played.stdout
    code = json.loads(added.stdout)["id"]
    assert (code, "battery") in city.rows(ALARMS)


def test_a_real_city_lends_no_device_and_a_wrong_scenario_is_told_with_its_line(city: City, tmp_path: Path) -> None:
    city.environment["ANJU_DEMO"] = "0"
    refused = _anju(city, "simulate")
    assert refused.returncode != 0
    assert "holds no demo" in refused.stderr
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(FIRE.replace("smoke: 13.01", "smok: 13.01"))
    told = _anju(city, "simulate", "--scenario", str(wrong))
    assert told.returncode != 0
    assert (
        "wrong.yaml, line 10, steps 2, values, smok: there is no reading 'smok'. Did you mean 'smoke'?" in told.stderr
    )
    assert _anju(city, "simulate", "--scenario", "kitchen-fir").stderr.count("Did you mean 'kitchen-fire'?") == 1
