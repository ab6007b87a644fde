"""List pages: filters, sorting and pages that live in the URL, empty states, rows to tick."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import template
from django.http import HttpRequest, QueryDict
from django.template.context import Context
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from anju.core.templatetags.state_tags import icon

register = template.Library()
Text = str | Promise
AFTER = "after"  # the keyset token; any other change of the query starts again on the first page

# Only the part #list is exchanged; the address changes along. page.html holds #list.
LIVE = mark_safe(  # constant
    'hx-boost="true" hx-target="#list" hx-select="#list" hx-swap="outerHTML show:none" hx-indicator="#wait"'
)


@register.simple_tag
def live() -> SafeString:
    """Attributes for a wrapper whose links and GET forms exchange only #list."""
    return LIVE


def _query(context: Context) -> QueryDict:
    request: HttpRequest | None = context.get("request")
    return request.GET.copy() if request else QueryDict(mutable=True)


def _address(query: QueryDict) -> str:
    text = query.urlencode()
    return f"?{text}" if text else "?"


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """{% query state="overdue" %}: this address with changes, back on the first page; None or "" takes a name away."""
    found = _query(context)
    found.pop(AFTER, None)
    for name, value in changes.items():
        if value in (None, ""):
            found.pop(name, None)
        else:
            found[name] = str(value)
    return _address(found)


@register.inclusion_tag("components/sort_header.html", takes_context=True)
def sort_header(context: Context, label: Text, field: str, css: str = "", default: str = "") -> dict[str, Any]:
    """{% sort_header _("Due") "due_at" default="due_at" %}: a <th> that sorts; again turns it round."""
    current = _query(context).get("sort") or default
    active = current.lstrip("-") == field
    down = active and current.startswith("-")
    return {
        "label": label, "css": css, "active": active, "down": down, "live": LIVE,
        "url": query(context, sort=f"-{field}" if active and not down else field),
    }  # fmt: skip


@register.inclusion_tag("components/filter_menu.html", takes_context=True)
def filter_menu(
    context: Context,
    name: str,
    label: Text,
    choices: Iterable[tuple[Any, Text]],
    everything: Text = "",
    default: str = "",
) -> dict[str, Any]:
    """{% filter_menu "severity" _("Severity") choices %}: a button with its options; set, it shows the value and an ×.

    choices: (value, label) pairs. everything: the word for "all". default: the value that counts as not set.
    """
    current = _query(context).get(name) or default
    options = [
        {"value": str(value), "label": text, "url": query(context, **{name: value}), "on": str(value) == current}
        for value, text in choices
        if str(value)
    ]
    chosen = next((option for option in options if option["on"]), None)
    return {
        "label": label, "options": options, "chosen": chosen if current != default else None, "shown": chosen, "name": name,
        "everything": everything, "clear": query(context, **{name: None}), "live": LIVE,
    }  # fmt: skip


@register.inclusion_tag("components/filter_search.html", takes_context=True)
def filter_search(context: Context, label: Text, name: str = "q") -> dict[str, Any]:
    """{% filter_search _("Find in these 412") %}: the box at the left of the filters; keeps the other filters."""
    found = _query(context)
    value = found.get(name, "")
    kept = [(key, item) for key, items in found.lists() if key not in (name, AFTER) for item in items]
    return {"label": label, "name": name, "value": value, "kept": kept, "live": LIVE}


@register.inclusion_tag("components/filter_clear.html", takes_context=True)
def filter_clear(context: Context, *keep: str) -> dict[str, Any]:
    """{% filter_clear "state" "sort" %}: shown when any filter but the named ones is set."""
    found = _query(context)
    names = [name for name in found if name not in (*keep, AFTER, "sort")]
    for name in [*names, AFTER]:
        found.pop(name, None)
    return {"any": bool(names), "url": _address(found), "live": LIVE}


@register.inclusion_tag("components/tabs.html", takes_context=True)
def tabs(
    context: Context, choices: Sequence[Sequence[Any]], name: str = "state", default: str = "", label: Text = ""
) -> dict[str, Any]:
    """{% tabs rows name="state" %}: rows of (value, label, count); the first is the default unless default= says so."""
    first = default or (str(choices[0][0]) if choices else "")
    current = _query(context).get(name) or first
    rows = [
        {
            "label": row[1], "count": row[2] if len(row) > 2 else None, "on": str(row[0]) == current,
            "url": query(context, **{name: None if str(row[0]) == first else row[0]}),
        }
        for row in choices
    ]  # fmt: skip
    return {"rows": rows, "label": label, "live": LIVE}


@register.inclusion_tag("components/pages.html", takes_context=True)
def pages(context: Context, page: Any) -> dict[str, Any]:
    """{% pages page %} of core.paging.Page: to the first page, to the next; back is the browser's."""
    found = _query(context)
    found.pop(AFTER, None)
    start = _address(found)
    following = ""
    if page.next_token:
        found[AFTER] = page.next_token
        following = _address(found)
    return {"first": page.first, "start": start, "next": following, "count": len(page.rows), "live": LIVE}


@register.inclusion_tag("components/blank.html")
def blank(
    title: Text, text: Text = "", drawing: str = "clipboard-check", url: str = "", action: Text = "", action_icon: str = "",
    good: bool = False, other_url: str = "", other: Text = "",
) -> dict[str, Any]:  # fmt: skip
    """{% blank title text "search" url action %}: an empty list says why and what to do next; good=True is good news."""
    return {
        "title": title, "text": text, "drawing": drawing, "url": url, "action": action, "action_icon": action_icon,
        "good": good, "other_url": other_url, "other": other,
    }  # fmt: skip


@register.inclusion_tag("components/blank_filtered.html", takes_context=True)
def blank_filtered(context: Context, title: Text, *keep: str) -> dict[str, Any]:
    """{% blank_filtered _("No hazard matches") "state" %}: filters emptied the list, one click goes back."""
    return {"title": title, **filter_clear(context, *keep)}


@register.inclusion_tag("components/skeleton.html")
def skeleton(headers: Sequence[Text], rows: int = 5, said: Text = "") -> dict[str, Any]:
    """Rows that wait, with the heads of the table, so that nothing jumps."""
    return {"headers": headers, "rows": range(rows), "said": said}


@register.inclusion_tag("components/note.html")
def note(
    state: str, title: Text, text: Text = "", url: str = "", action: Text = "", drawing: str = ""
) -> dict[str, Any]:
    """{% note "bad" title text url action %}: state bad, due, ok or info; what is wrong and what to do."""
    icons = {"bad": "circle-x", "due": "alert-triangle", "ok": "circle-check", "info": "info-circle"}
    return {
        "state": state, "title": title, "text": text, "url": url, "action": action,
        "drawing": drawing or icons.get(state, "info-circle"), "role": "alert" if state == "bad" else "status",
    }  # fmt: skip


@register.simple_tag
def tick_all(label: Text) -> SafeString:
    return format_html('<input class="a-check" type="checkbox" data-tick-all aria-label="{}">', label)


@register.simple_tag
def tick(value: Any, label: Text, form: str = "bulk") -> SafeString:
    """A box of one row; it belongs to the form with id "bulk" at the foot of the page."""
    return format_html(
        '<input class="a-check" type="checkbox" data-tick name="ids" value="{}" form="{}" aria-label="{}">',
        value,
        form,
        label,
    )


@register.simple_tag
def link_button(url: str, label: Text, name: str = "", css: str = "") -> SafeString:
    """{% link_button url _("Export") "download" %}; css: primary, danger, quiet, sm, lg."""
    drawing = icon(name) if name else ""
    return format_html('<a class="a-btn {}" href="{}">{}{}</a>', css, url, drawing, label)


@register.simple_tag
def first_items(menu: Iterable[dict[str, Any]] | None, count: int) -> list[dict[str, Any]]:
    """The entries of the phone's foot: the first of the menu across its groups."""
    return [item for group in menu or () for item in group["items"]][:count]
