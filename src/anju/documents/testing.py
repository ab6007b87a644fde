"""Builders for tests of this app and those above: a body with a number series, an issued notice."""

import itertools
from datetime import date, datetime
from typing import Any

from anju.accounts.models import User
from anju.accounts.services import system_actor
from anju.areas.models import Area, Posting
from anju.core import paths
from anju.documents.models import Document, IssuingBody
from anju.documents.services import issue
from anju.files.models import StoredFile
from anju.files.services import store_bytes

_numbers = itertools.count(1)

NOTICE_DATA: dict[str, Any] = {
    "place": "周市镇市北村新镇花园 12 幢 1 单元 302 室",
    "party": "出租人周桂芳",
    "found_on": "2026-11-22",
    "hazards": [
        {
            "code": "HTEST2345",
            "title": "灭火器不足 2 具",
            "where": "",
            "severity": "一般",
            "todo": "配备 2 具 3 kg 以上干粉灭火器。",
            "source": "《苏州市出租房屋居住安全管理条例》",
            "force": "binding",
            "due_on": "2026-11-25",
        }
    ],
}


def make_area(kind: str = "zone", parent: Area | None = None) -> Area:
    """An area below `parent`, else below the one city."""
    n = next(_numbers)
    if parent is None:
        parent, _new = Area.objects.get_or_create(kind="city", defaults={"name": "昆山市", "path": paths.child("", 1)})
    return Area.objects.create(kind=kind, name=f"{kind}{n}", parent=parent, path=paths.child(parent.path, n))


def make_user(area: Area, department: str = "office", *, is_leader: bool = False) -> User:
    user = User.objects.create(username=f"writer{next(_numbers)}", display_name="陆晓岚")
    Posting.objects.create(user=user, department=department, area=area, is_leader=is_leader, since=date(2020, 1, 1))
    return user


def make_body(area: Area, department: str = "office", name: str = "", short_name: str = "") -> IssuingBody:
    n = next(_numbers)
    body, _created = IssuingBody.objects.get_or_create(
        department=department,
        area=area,
        defaults={"name": name or f"{area.name}安居办", "short_name": short_name or f"测{n}", "phone": "0512-55500000"},
    )
    return body


def make_slip(by: Any = None) -> StoredFile:
    """The photo of a signed slip."""
    return store_bytes(data=b"\xff\xd8\xff slip", name="回证.jpg", media_type="image/jpeg", by=by or system_actor())


def make_document(
    area: Area, *, by: Any = None, kind: str = Document.Kind.NOTICE, body: IssuingBody | None = None,
    addressee: str = "周桂芳", data: dict[str, Any] | None = None, at: datetime | None = None,
) -> Document:  # fmt: skip
    return issue(
        by=by or system_actor(),
        kind=kind,
        body=body or make_body(area),
        addressee=addressee,
        title="安全隐患告知书",
        data=data or NOTICE_DATA,
        area_path=area.path,
        at=at,
    )
