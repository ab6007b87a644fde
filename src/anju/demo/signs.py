"""Signs of some estates of the demo: most hang and are right, some are old, wait to be posted, are missing, revoked, or were
met at a wrong place: what the pages are there to find. Whoever is out of date is so because the print says something else than
the record, not because a column says so.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageDraw

from anju.accounts.models import User
from anju.areas.models import Area, Place
from anju.core import paths, time
from anju.demo import people
from anju.demo.rows import insert_many, update_many
from anju.dwellings.models import Current, Dwelling, Occupant
from anju.dwellings.services.judging import judge_dwelling
from anju.files.models import StoredFile
from anju.files.services import store_photo
from anju.jobs import services as jobs
from anju.registration import texts
from anju.registration.models import Consent, TextEdition
from anju.signage.models import Contact, Scan, Sign, SignBatch, SignStyle
from anju.signage.selectors import boards, missing, naming
from anju.signage.selectors.doors import chinese
from anju.signage.selectors.drafts import Draft, drafts, hash_of
from anju.signage.services import batches, comparing, facts, printing

ESTATES = ("兰泾花苑", "娄江新村C7区", "紫竹品苑", "东方村")
ROUND = "惠泽嘉园"  # whose boards come from a round of printing with its files
ISSUER = "昆山市“331”整治火灾隐患专项行动工作专班 监制"
BASE = "http://127.0.0.1:8000"
AT_ONCE = 200
K, S = Sign.Kind, Sign.State
REVOKED = ("有人复印后贴在别的门上", "牌子被撕掉，已经找不到", "门牌号改了")


@dataclass
class Crew:
    office: User
    photos: dict[str, StoredFile]


def make(chance: Random, today: date) -> None:
    crew = Crew(User.objects.get(username="city"), {})
    crew.photos = {kind: _photo(kind, crew.office) for kind in K.values}
    _look(chance, crew.office)
    signs: list[Sign] = []
    for name in ESTATES:
        signs += _of_estate(chance, Place.objects.get(kind="estate", name=name), crew, today)
    insert_many(signs)
    _stories(chance, signs, crew, today)
    _judge_inside(today)
    _round(crew.office)


# --- the office's look and who is on duty --------------------------------------------------------------------------------


def _look(chance: Random, by: User) -> None:
    city = Area.objects.get(kind="city")
    stamp = {"updated_at": time.now(), "updated_by": by}
    SignStyle.objects.create(area=city, issuer=ISSUER, **stamp)
    rows = [
        Contact(
            role="police",
            area=area,
            name=people.name(chance, local=True),
            phone=people.office_phone(chance.randint(0, 9999)),
            **stamp,
        )
        for area in Area.objects.filter(kind="community").order_by("path")
    ]
    for name in (*ESTATES, ROUND):
        place = Place.objects.get(kind="estate", name=name)
        if place.property_company:
            phone = people.office_phone(chance.randint(0, 9999))
            rows.append(Contact(role="property", place=place, name=people.name(chance), phone=phone, **stamp))
        phone = people.office_phone(chance.randint(0, 9999))
        rows.append(Contact(role="station", place=place, name=f"{name}东门岗"[:12], phone=phone, **stamp))
        units = Place.objects.filter(paths.under("path", place.path), kind="unit").order_by("path")
        rows += [
            Contact(role="head", place=unit, name=people.name(chance, local=True), **stamp)
            for unit in units
            if chance.random() < 0.7
        ]
    insert_many(rows)


def _photo(kind: str, by: User) -> StoredFile:
    """A door or a hall with a sheet on it, drawn; the sheet cannot be read."""
    wall, sheet = Image.new("RGB", (900, 1200), "#8a7f72"), (250, 170)
    draw = ImageDraw.Draw(wall)
    draw.rectangle((120, 60, 780, 1200), fill="#5d4636" if kind in ("outside", "inside") else "#d9d5cc")
    left, top = 330, 360
    draw.rectangle((left, top, left + sheet[0], top + 350), fill="white")
    draw.rectangle((left, top, left + sheet[0], top + 90), fill="#14703f" if kind == "outside" else "#173f94")
    draw.rectangle((left, top + 320, left + sheet[0], top + 350), fill="#173f94")
    draw.rectangle((left + 150, top + 150, left + 230, top + 230), fill="#17202c")
    for line in range(4):
        draw.rectangle((left + 18, top + 120 + line * 42, left + 120, top + 132 + line * 42), fill="#9aa4b0")
    out = io.BytesIO()
    wall.save(out, "JPEG")
    return store_photo(upload=SimpleUploadedFile("张贴.jpg", out.getvalue(), content_type="image/jpeg"), by=by)


# --- the signs of an estate ----------------------------------------------------------------------------------------------


def _of_estate(chance: Random, estate: Place, crew: Crew, today: date) -> list[Sign]:
    homes = list(
        Dwelling._base_manager.filter(paths.under("place_path", estate.path), letting_state="let", hidden=False)
        .select_related("area", "place", "landlord", "sublessor", "operator", "current").order_by("place_path", "id")
    )  # fmt: skip
    _consents(chance, homes, crew.office, today)
    places = Place.objects.filter(paths.under("path", estate.path), boards.board_places(K.UNIT)).select_related(
        "area", "parent__parent"
    )
    units = list(places.filter(pk__in={home.place_id for home in homes}).order_by("path"))
    inside = [home for home in homes if home.people]
    lots: list[tuple[str, Sequence[Any]]] = [
        (K.ESTATE, [estate]),
        (K.UNIT, units),
        (K.OUTSIDE, homes),
        (K.INSIDE, inside),
    ]
    return [sign for kind, subjects in lots for sign in _of_kind(chance, kind, subjects, crew, today)]


def _consents(chance: Random, homes: Sequence[Dwelling], by: User, today: date) -> None:
    rows = Occupant._base_manager.filter(dwelling__in=homes, until=None).select_related("party").order_by("pk")
    text = texts.current(TextEdition.Kind.SIGN_CONSENT, today)
    insert_many(
        Consent(
            dwelling_id=row.dwelling_id,
            party=row.party,
            purpose=Consent.Purpose.SIGN_NAME,
            how=Consent.How.PAPER,
            text_edition=str(text.edition),
            text_sha256=text.sha256,
            given_at=time.day_start(row.since),
            given_by=by,
        )  # fmt: skip
        for row in rows
        if chance.random() < 0.45 and naming.is_adult(row.party, today)
    )


def _of_kind(chance: Random, kind: str, subjects: Sequence[Any], crew: Crew, today: date) -> Iterable[Sign]:
    for start in range(0, len(subjects), AT_ONCE):
        some = subjects[start : start + AT_ONCE]
        made = drafts(kind, some, today)
        for subject in some:
            if kind == K.OUTSIDE and subject.verdict == Dwelling.Verdict.NON_COMPLIANT and chance.random() < 0.3:
                yield _hung(chance, kind, subject, _as_it_was(made[subject.pk], today), crew, today)
            if made[subject.pk].refusal or (kind in (K.OUTSIDE, K.INSIDE) and chance.random() < 0.04):
                continue  # nothing to print, or still missing
            yield _hung(chance, kind, subject, made[subject.pk], crew, today)


def _hung(chance: Random, kind: str, subject: Any, made: Draft, crew: Crew, today: date) -> Sign:
    """Printed some weeks ago and hung a few days later. A home whose record says that its sign inside is wrong gets one that is."""
    printed = _moment(chance, today - timedelta(days=chance.randint(3, 26)))
    sign = printing.sign_of(kind, subject, made, edition=1, by=crew.office)
    sign.printed_at = printed
    wrong = kind == K.INSIDE and subject.current.facts.get("inside_sign") is False
    if chance.random() < (0.5 if wrong else 0.03 if kind == K.OUTSIDE else 0.0):
        return sign
    sign.state, sign.posted_by, sign.photo = S.POSTED, crew.office, crew.photos[kind]
    sign.posted_at = min(printed + timedelta(days=chance.randint(1, 6)), time.now())
    if wrong or chance.random() < {K.OUTSIDE: 0.05, K.UNIT: 0.05, K.INSIDE: 0.015}.get(K(kind), 0.0):
        _misprint(chance, sign)
    return sign


def _as_it_was(made: Draft, today: date) -> Draft:
    """The sign of a home that was in order when it was printed and is not now: it has to come down."""
    day = today - timedelta(days=40)
    was = {"state": "ok", "checked": chinese(day), "next": f"{chinese(day + timedelta(days=92))}前"}
    return Draft({**made.data, **was, "next_on": (day + timedelta(days=92)).isoformat()})


def _moment(chance: Random, day: date) -> datetime:
    return time.day_start(day) + timedelta(hours=chance.randint(8, 17), minutes=chance.randint(0, 59))


def _misprint(chance: Random, sign: Sign) -> None:
    """What was right when it was printed: other people lived there, another officer was on duty, somebody else let it."""
    if sign.kind == K.INSIDE:
        sign.data["rooms"][0]["count"] += 1
    elif sign.kind == K.OUTSIDE and chance.random() < 0.5:
        sign.data["people"][-1]["name"] = f"{chance.choice(people.LOCAL)}先生"
    else:
        sign.data["people"][0] = {**sign.data["people"][0], "name": people.name(chance, local=True)}
    sign.data_hash = hash_of(sign.kind, sign.data)


# --- what happened since -------------------------------------------------------------------------------------------------


def _stories(chance: Random, signs: Sequence[Sign], crew: Crew, today: date) -> None:
    outside = [sign for sign in signs if sign.kind == K.OUTSIDE and sign.state == S.POSTED]
    for sign, why in zip(chance.sample(outside, k=len(REVOKED)), REVOKED, strict=True):
        printing.revoke(by=crew.office, sign=sign, reason=why, replace=True)
    kept = [sign for sign in outside if Sign._base_manager.filter(pk=sign.pk, state=S.POSTED).exists()]
    _scans(chance, chance.sample(kept, k=min(90, len(kept))), today)
    _compare()


def _scans(chance: Random, signs: Sequence[Sign], today: date) -> None:
    rows = []
    for number, sign in enumerate(signs):
        point = printing.place_point(sign)
        for _ in range(chance.randint(1, 4)):
            at = _moment(chance, today - timedelta(days=chance.randint(1, 20)))
            sign.scanned_at = max(sign.scanned_at or at, at)
            rows.append(Scan(sign=sign, at=at, result=Scan.Result.GOOD))
            if point and chance.random() < 0.3:
                rows[-1].latitude, rows[-1].longitude, rows[-1].metres = (
                    round(point[0], 3),
                    round(point[1], 3),
                    chance.randint(10, 90),
                )
        if number < 3 and point:  # met two kilometres away
            far = (round(point[0] + 0.019, 3), round(point[1] + 0.006, 3))
            rows[-1].latitude, rows[-1].longitude = far
            rows[-1].metres, rows[-1].elsewhere = printing.metres_off(sign, *far), True
            sign.elsewhere_at, sign.elsewhere_metres = rows[-1].at, rows[-1].metres
    insert_many(rows)
    update_many(list(signs), ("scanned_at", "elsewhere_at", "elsewhere_metres"))


def _compare() -> None:
    """Every sign with the record, as the nightly job does it."""
    last = 0
    while True:
        rows = Sign._base_manager.filter(pk__gt=last, state__in=[S.PRINTED, S.POSTED]).select_related(
            "dwelling", "place"
        )
        signs = list(rows.order_by("pk")[:AT_ONCE])
        if not signs:
            return
        comparing.compare(signs, time.now())
        update_many(signs, comparing.COLUMNS)
        last = signs[-1].pk


def _judge_inside(today: date) -> None:
    """The sign inside is a fact: where it says something else than was known, the home is judged anew, as the service does."""
    currents = (
        Current.objects.filter(dwelling__signs__kind=K.INSIDE)
        .select_related("dwelling__area", "dwelling__place")
        .distinct()
    )
    told = facts.inside_sign([current.dwelling for current in currents], today)
    same = []
    for current in currents:
        value = told[current.pk][0]["inside_sign"]
        known = {**current.facts, **current.register}.get("inside_sign")
        current.register = {**current.register, "inside_sign": value}
        if known == value:
            same.append(current)
        else:
            judge_dwelling(current.dwelling, today, current=current)
    update_many(same, ("register",))


def _round(by: User) -> None:
    estate = Place.objects.get(kind="estate", name=ROUND)
    where = {"area_path": estate.area_path, "place_path": estate.path}
    if missing.without(by, K.UNIT, **where).exists():
        batches.start_batch(
            by=by, title=f"{ROUND}公示牌首批", area=estate.area, place=estate, kinds=[K.ESTATE, K.UNIT],
            which=SignBatch.Which.MISSING, base=BASE, cut=True,
        )  # fmt: skip
        jobs.run_all()
