"""One box that finds a home: by part of an address, a name, a phone's last digits, a code (Chinese, at once).

Each home is one line of tokens in a full-text index of the database (FTS5, tsvector): Chinese as pairs of neighbouring
characters, everything else as words, phones and ID numbers only as keyed hashes of the whole and of the last four
digits, and the paths it lies under, so that the index itself keeps to the person's areas. Tokens of the last two kinds
hold an underscore, which nothing that a person types does. What it finds still goes through `.for_user`.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import connection, transaction

from anju.accounts.models import User
from anju.areas.permissions import can
from anju.areas.scope import Scope, scope_of
from anju.core import crypto, paths
from anju.dwellings.models import Dwelling, Occupant, Party
from anju.jobs.pacing import Pace
from anju.jobs.services import every

TABLE = "dwellings_search"
MOST = 60
_pages = Pace(first=16, most=24)
_PIECE = re.compile(r"[㐀-鿿豈-﫿𠀀-𯿿]+|[0-9A-Za-z]+")
_FULL_WIDTH = str.maketrans({chr(0xFF01 + n): chr(0x21 + n) for n in range(94)} | {"\u3000": " "})


def is_chinese(piece: str) -> bool:
    return not piece[0].isascii()


def _pieces(text: str) -> list[str]:
    return _PIECE.findall(text.translate(_FULL_WIDTH).lower())


def tokens_of(text: str) -> list[str]:
    """Index tokens of a text: 兰泾花苑302 → 兰泾 泾花 花苑 302; a lone character stands for itself."""
    found = []
    for piece in _pieces(text):
        if is_chinese(piece):
            found += [piece[i : i + 2] for i in range(max(1, len(piece) - 1))]
            found.append(piece[-1] + "_")  # so that the last character is found alone, too
        else:
            found.append(piece)
    return found


def _hash_tokens(party: Party) -> list[str]:
    return [
        f"h_{value[:20]}"
        for value in (party.phone_index, party.phone_tail_index, party.id_index, party.id_tail_index)
        if value
    ]


def _path_tokens(dwelling: Dwelling) -> list[str]:
    return [f"a_{path}" for path in paths.ancestors(dwelling.area_path)] + [
        f"p_{path}" for path in paths.ancestors(dwelling.place_path)
    ]


def line_of(dwelling: Dwelling, occupants: Iterable[Party] = ()) -> str:
    """The tokens of one home, which must come with its landlord, sub-lessor and operator loaded."""
    tokens = [
        *tokens_of(dwelling.address),
        dwelling.code.lower(),
        *tokens_of(dwelling.standard_code),
        *_path_tokens(dwelling),
    ]
    for party in (dwelling.landlord, dwelling.sublessor, dwelling.operator):
        if party is not None:
            tokens += [*tokens_of(party.name), *_hash_tokens(party)]
    for party in occupants:
        tokens += _hash_tokens(party)
    return " ".join(dict.fromkeys(tokens))


def index(dwelling: Dwelling) -> None:
    """Write the home's line anew; call it in the transaction of a change of address, party or occupant."""
    lives = [o.party for o in dwelling.occupants.filter(until=None).select_related("party")]
    write([(dwelling.pk, line_of(dwelling, lives))])


def lines_of(homes: Sequence[Dwelling]) -> list[tuple[int, str]]:
    """The lines of many homes, which come with their three parties loaded; one query for who lives there."""
    lives: dict[int, list[Party]] = {}
    rows = Occupant._base_manager.filter(dwelling__in=homes, until=None).select_related("party")
    for occupant in rows:
        lives.setdefault(occupant.dwelling_id, []).append(occupant.party)
    return [(home.pk, line_of(home, lives.get(home.pk, []))) for home in homes]


def write(lines: Sequence[tuple[int, str]]) -> None:
    """Write many lines, for imports and seeds that made them with `line_of`."""
    if not lines:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.executemany(
                # array_to_tsvector and ::tsquery take tokens as they are; the text parser would split them anew
                f"INSERT INTO {TABLE} (id, body) VALUES (%s, array_to_tsvector(%s::text[])) "  # noqa: S608
                "ON CONFLICT (id) DO UPDATE SET body = EXCLUDED.body",
                [(pk, line.split()) for pk, line in lines],
            )
        else:
            cursor.executemany(f"DELETE FROM {TABLE} WHERE rowid = %s", [(pk,) for pk, _line in lines])  # noqa: S608
            cursor.executemany(f"INSERT INTO {TABLE} (rowid, body) VALUES (%s, %s)", lines)  # noqa: S608


def rebuild() -> int:
    """The whole index anew: it is derived, so a backup leaves it out. Returns how many homes it holds."""
    last, count, pace = 0, 0, Pace(first=50, most=500)
    rows = Dwelling._base_manager.select_related("landlord", "sublessor", "operator").order_by("pk")
    while batch := list(rows.filter(pk__gt=last)[: pace.size]):
        lines = lines_of(batch)
        with pace.transaction(len(batch)):
            write(lines)
        tidy()
        last, count = batch[-1].pk, count + len(batch)
    return count


def tidy() -> None:
    """Join the pieces that writing leaves behind, some pages in a transaction. SQLite would do it by itself in the middle of
    somebody's write, for seconds once the index is large, so it is told to leave it (PostgreSQL has its autovacuum)."""
    while connection.vendor == "sqlite" and _joined():
        pass


def _joined() -> bool:
    """One transaction of it; False when nothing was left to join."""
    with _pages.transaction(_pages.size), connection.cursor() as cursor:
        before = connection.connection.total_changes
        cursor.execute(f"INSERT INTO {TABLE}({TABLE}, rank) VALUES ('merge', %s)", [_pages.size])  # noqa: S608
        done: int = connection.connection.total_changes - before
    return done > 1  # one is the command itself


@every("tidy the search index", timedelta(minutes=1))
def _tidy(moment: datetime) -> None:
    tidy()


def forget(ids: Sequence[int]) -> None:
    column = "id" if connection.vendor == "postgresql" else "rowid"
    with connection.cursor() as cursor:
        cursor.executemany(f"DELETE FROM {TABLE} WHERE {column} = %s", [(pk,) for pk in ids])  # noqa: S608


Term = tuple[str, bool]  # token, and whether longer tokens that begin with it count too


def _terms(piece: str, people: bool) -> list[list[Term]]:
    """What must hold for one piece of the question: all of the lists, any of the terms in each.

    `people`: whether the person may know phones and ID numbers; else digits are those of an address or a code.
    """
    if is_chinese(piece):
        if len(piece) == 1:
            return [[(piece, True)]]
        return [[(piece[i : i + 2], False)] for i in range(len(piece) - 1)]
    any_of: list[Term] = [(piece, True)]
    if not people:
        return [any_of]
    if re.fullmatch(r"\d{4}|\d{3}x", piece):
        tail = piece.upper()
        any_of += [
            (f"h_{crypto.index(tail, 'phone-tail')[:20]}", False),
            (f"h_{crypto.index(tail, 'id-tail')[:20]}", False),
        ]
    if re.fullmatch(r"\d{11}", piece):
        any_of.append((f"h_{crypto.index(piece, 'phone')[:20]}", False))
    if re.fullmatch(r"\d{17}[\dx]", piece):
        any_of.append((f"h_{crypto.index(piece.upper(), 'id')[:20]}", False))
    return [any_of]


def _question(text: str, scope: Scope, people: bool) -> list[list[Term]]:
    terms = [term for piece in _pieces(text) for term in _terms(piece, people)]
    roots = [f"a_{path}" for path in scope.area_paths] + [f"p_{path}" for path in scope.place_paths]
    whole_city = any(len(path) <= paths.STEP for path in scope.area_paths)
    if terms and roots and not whole_city and not scope.everything:
        terms.append([(root, False) for root in roots])
    return terms


def _match(terms: list[list[Term]]) -> str:
    """The question in the database's own language; tokens are letters, digits and Chinese only, so nothing needs quoting twice."""
    if connection.vendor == "postgresql":
        return " & ".join(
            "(" + " | ".join(f"'{t}'{':*' if prefix else ''}" for t, prefix in any_of) + ")" for any_of in terms
        )
    return " AND ".join(
        "(" + " OR ".join(f'"{t}"{"*" if prefix else ""}' for t, prefix in any_of) + ")" for any_of in terms
    )


def find_ids(user: User, text: str, limit: int = MOST) -> list[int]:
    """Ids in the person's areas; whoever shows the rows still narrows them by `.for_user`."""
    terms = _question(text, scope_of(user), can(user, "person.view"))
    if not terms:
        return []
    if connection.vendor == "postgresql":
        sql = f"SELECT id FROM {TABLE} WHERE body @@ %s::tsquery ORDER BY id LIMIT %s"  # noqa: S608
    else:
        sql = f"SELECT rowid FROM {TABLE} WHERE {TABLE} MATCH %s ORDER BY rowid LIMIT %s"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [_match(terms), limit])
        return [row[0] for row in cursor.fetchall()]


def find(user: User, text: str, limit: int = MOST) -> list[Dwelling]:
    """Homes that the person may see, in the order they were registered. At most `limit`."""
    ids = find_ids(user, text, limit)
    rows = Dwelling.objects.for_user(user).filter(pk__in=ids).select_related("area", "place", "landlord")
    return list(rows.order_by("pk"))
