"""Second stage: who works in the city. The demo accounts can sign in; everybody else is only a name in the records."""

from datetime import date, timedelta
from random import Random

from django.conf import settings
from django.contrib.auth.hashers import make_password

from anju.accounts.models import User
from anju.areas.models import Area, Department, Place, Posting
from anju.demo import people
from anju.demo.accounts import ACCOUNTS, Account
from anju.demo.geography import CITY, ZONES
from anju.documents.models import IssuingBody

CITY_BODIES = (
    ("housing", "昆山市住房和城乡建设局", "昆建"),
    ("fire", "昆山市消防救援大队", "昆消"),
    ("urban", "昆山市城市管理局", "昆城"),
    ("planning", "昆山市自然资源和规划局", "昆规"),
    ("market", "昆山市市场监督管理局", "昆市监"),
    ("water", "昆山市自来水公司", "昆水"),
    ("power", "昆山市供电公司", "昆电"),
    ("gas", "昆山市燃气公司", "昆燃"),
)
SHORT = {zone.name: zone.short for zone in ZONES}
SERVED_FOR = timedelta(days=520)  # longer than the year that is played, and the ledgers before it


def make(chance: Random, today: date) -> None:
    since = today - SERVED_FOR
    for account in ACCOUNTS:
        _account(account, since)
    city = Area.objects.get(kind="city")
    for department, _name, _short in CITY_BODIES:
        _colleague(chance, f"{department}-1", str(Department(department).label), department, city, since)
    for area in Area.objects.exclude(kind="city").order_by("path"):
        for department, title in _posts_of(area):
            _colleague(chance, f"{department}-{area.path}", title, department, area, since)
    _bodies(city)


def _posts_of(area: Area) -> list[tuple[str, str]]:
    if area.kind == "zone":
        return [
            ("office", f"{area.name}安居办"),
            ("police", area.police_office),
            ("urban", f"{area.name}综合行政执法局"),
        ]
    if area.kind == "community":
        return [("community", f"{area.name}居委会" if area.name.endswith("社区") else f"{area.name}村委会")]
    return [("grid", f"{area.name}网格员")]


def set_passwords() -> None:
    """At every start: the password that is printed is the one that works. One hash for all: they share it anyway."""
    rows = User.objects.filter(username__in=[account.username for account in ACCOUNTS])
    if not rows[0].check_password(settings.ANJU_DEMO_PASSWORD):
        rows.update(password=make_password(settings.ANJU_DEMO_PASSWORD))


def _account(account: Account, since: date) -> None:
    user = User.objects.create(
        username=account.username,
        display_name=account.name,
        title=account.title,
        is_staff_member=account.is_staff,
        password=make_password(None),
    )
    Posting.objects.create(
        user=user,
        department=account.department,
        is_leader=account.is_leader,
        area=Area.objects.get(name=account.area, kind__in=_kinds(account)) if account.area else None,
        place=Place.objects.get(kind="estate", name=account.place) if account.place else None,
        since=since,
    )


def _kinds(account: Account) -> list[str]:
    """A village is a community and bears its estate's name; a town's account means the town."""
    return ["grid"] if account.department == "grid" else ["city"] if account.area == CITY else ["zone"]


def _colleague(chance: Random, username: str, title: str, department: str, area: Area, since: date) -> User:
    user = User.objects.create(
        username=username, display_name=people.name(chance), title=title[:80], password=make_password(None)
    )
    Posting.objects.create(user=user, department=department, area=area, since=since)
    return user


def _bodies(city: Area) -> None:
    rows = [IssuingBody(department=kind, area=city, name=name, short_name=short) for kind, name, short in CITY_BODIES]
    rows.append(IssuingBody(department="office", area=city, name="昆山市安居办", short_name="昆安"))
    for zone in Area.objects.filter(kind="zone"):
        short = SHORT[zone.name]
        rows.append(IssuingBody(department="office", area=zone, name=f"{zone.name}安居办", short_name=f"{short}安"))
        rows.append(IssuingBody(department="police", area=zone, name=zone.police_office, short_name=f"{short}公"))
        rows.append(
            IssuingBody(department="urban", area=zone, name=f"{zone.name}综合行政执法局", short_name=f"{short}综")
        )
    for number, body in enumerate(rows):
        body.phone = people.office_phone(1000 + number)
    IssuingBody.objects.bulk_create(rows)
