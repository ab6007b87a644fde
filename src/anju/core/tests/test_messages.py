"""Chinese texts: nothing is shown untranslated, and the tools keep what people wrote."""

import gettext
from pathlib import Path

import pytest

from anju import messages
from anju.messages import Message

PO = """msgid ""
msgstr ""
"Language: zh_Hans\\n"
"Plural-Forms: nplurals=1; plural=0;\\n"
"Content-Type: text/plain; charset=utf-8\\n"

msgid "Kept"
msgstr "留下"
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(messages, "PACKAGE", tmp_path)
    for app in ("core", "shop"):
        (tmp_path / app / "templates").mkdir(parents=True)
        (tmp_path / app / "__init__.py").touch()
    (tmp_path / "shop" / "views.py").write_text('_("Kept")\n_("New %(n)s")\nngettext("%(n)d home", "%(n)d homes", 2)')
    return tmp_path


def write(po: Path, text: str) -> Path:
    po.parent.mkdir(parents=True, exist_ok=True)
    po.write_text(text)
    return po


def test_every_text_has_its_chinese() -> None:
    wrong = messages.missing()
    lines = [f"{app}: {line}" for app, found in wrong.items() for line in found]
    assert not lines, "write these in locale/zh_Hans/LC_MESSAGES/django.po of the app:\n" + "\n".join(lines)


def test_update_adds_what_is_new_and_keeps_what_was_written(package: Path) -> None:
    write(messages.po_file("shop"), PO)
    added = messages.update("shop")
    assert [message.id for message in added] == ["%(n)d home", "New %(n)s"]
    assert 'msgstr "留下"' in messages.po_file("shop").read_text()
    before = messages.po_file("shop").read_bytes()
    assert messages.update("shop") == []
    assert messages.po_file("shop").read_bytes() == before


def test_what_stands_in_an_f_string_is_found(package: Path) -> None:
    (package / "shop" / "views.py").write_text(
        """f"{_('Empty list')}.xlsx {one['a']} {gettext('of %(n)s') % {'n': 1}}" """
    )
    assert [message.id for message in messages.update("shop")] == ["Empty list", "of %(n)s"]


def test_update_leaves_to_core_what_core_translates(package: Path) -> None:
    write(messages.po_file("core"), PO)
    assert "Kept" not in {message.id for message in messages.update("shop")}


def test_update_of_an_unknown_app_names_the_apps(package: Path) -> None:
    with pytest.raises(ValueError, match="core, shop"):
        messages.update("shp")


def test_missing_names_untranslated_fuzzy_and_foreign_placeholders(package: Path) -> None:
    (package / "shop" / "views.py").write_text('_("Kept")\n_("Never")\n_("Doubt")\n_("At %(day)s")')
    write(
        messages.po_file("shop"),
        PO + '\n#, fuzzy\nmsgid "Doubt"\nmsgstr "疑"\n\nmsgid "At %(day)s"\nmsgstr "%(date)s"\n',
    )
    assert sorted(messages.missing()["shop"]) == [
        "fuzzy: Doubt",
        "not translated: Never",
        "placeholder that the English does not have: At %(day)s",
    ]


def test_two_apps_that_translate_one_text_differently_are_told(package: Path) -> None:
    write(messages.po_file("core"), PO)
    write(messages.po_file("shop"), PO.replace("留下", "保留"))
    assert any("apps disagree: Kept" in line for line in messages.missing()["core"])


def test_compiling_writes_what_gettext_reads_and_only_when_needed(package: Path) -> None:
    po = write(messages.po_file("shop"), PO)
    assert messages.compile_all() == [po.with_suffix(".mo")]
    with po.with_suffix(".mo").open("rb") as handle:
        assert gettext.GNUTranslations(handle).gettext("Kept") == "留下"
    assert messages.compile_all() == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('{% translate "Save" %}', [Message("Save")]),
        ('{% translate "May" context "month" as m %}', [Message("May", context="month")]),
        ("{% translate name %}", []),
        ('{% field form.x hint=_("Why") %}{{ x|default:_("none") }}', [Message("Why"), Message("none")]),
        ("{% blocktranslate %}50 % of {{ n|num }}{% endblocktranslate %}", [Message("50 %% of %(n)s")]),
        (
            "{% blocktranslate count n=x trimmed %}\n {{ n }}\n home\n{% plural %} {{ n }} homes {% endblocktranslate %}",
            [Message("%(n)s home", "%(n)s homes")],
        ),
        ('{% translate "100 %" %}', [Message("100 %%")]),
    ],
)
def test_template_texts_are_found_as_django_looks_them_up(source: str, found: list[Message]) -> None:
    assert list(messages.in_template(source)) == found
