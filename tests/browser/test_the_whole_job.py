"""The whole job by hand, in Chinese: what `anju demo` promises, done in a browser by the people who do it.

Each test is a chapter of its own with its own home. After each of them nothing may have been noticed on any page.
"""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.city import City
from tests.browser.visitor import Visitor

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("demo")]
Person = Callable[[str], Visitor]


@pytest.fixture(autouse=True)
def nothing_wrong(watched: list[Visitor]) -> Iterator[None]:
    """No error in the console, nothing blocked or failed, nothing wider than a telephone, no English left."""
    for visitor in watched:
        visitor.wrong.clear()
    yield
    found = [line for visitor in watched for line in visitor.wrong]
    assert not found, "\n".join(dict.fromkeys(found))


def code_of(visitor: Visitor) -> str:
    """The last code in the address: D… of a home, H… of a hazard."""
    found = re.findall(r"/([A-Z][0-9A-Z]{6,})/", visitor.page.url)
    assert found, visitor.page.url
    return str(found[-1])


# --- the ledger ---------------------------------------------------------------------------------------------------------


def test_x4_a_town_imports_the_messy_sample_corrects_it_and_may_undo_it(person: Person, tmp_path: Path) -> None:
    town = person("town")
    town.go("/ledger/")
    with town.page.expect_download() as loading:
        town.page.locator("main").get_by_role("link", name="杂乱样表").first.click()
    sample = tmp_path / "台账.xlsx"
    loading.value.save_as(sample)
    town.press("导入台账")
    town.page.locator("input[type=file]").set_input_files(sample)
    town.press("上传并核对")
    wait_for_the_worker(town)
    town.sees("原表")
    for _column in range(6):
        waiting = town.page.locator("form.q")
        if not waiting.count():
            break
        town.press("是", where=waiting.first, exact=True)
        wait_for_the_worker(town)
    before = town.page.locator(".a-errs li").count()
    assert before, "the messy sample should have errors to correct"
    while town.page.locator(".a-errs form.fix").count():
        with town.page.expect_navigation():
            town.page.locator(".a-errs form.fix button").first.click()
        town.look()
        wait_for_the_worker(town)
    assert town.page.locator(".a-errs li").count() < before
    town.page.locator("button[data-opens=write-good]").click()
    dialog = town.page.locator("dialog#write-good")
    assert dialog.is_visible()
    with town.page.expect_navigation():
        dialog.locator("button.primary").click()
    town.look()
    wait_for_the_worker(town)
    assert re.search(r"新增 [1-9]\d* 户", town.page.locator("h1").inner_text()), town.page.locator("h1").inner_text()
    town.page.locator("button[data-opens=undo]").click()
    with town.page.expect_navigation():
        town.page.locator("dialog#undo button.danger").click()
    town.look()
    wait_for_the_worker(town)
    assert "撤销" in town.page.locator("h1").inner_text()


def wait_for_the_worker(visitor: Visitor) -> None:
    """Until the waiting page has reloaded itself."""
    visitor.page.locator("#progress").wait_for(state="detached", timeout=120_000)
    visitor.look()


# --- a red home ---------------------------------------------------------------------------------------------------------


def test_a2_5_a_red_home_says_why_who_does_what_by_when_and_what_nobody_knows(person: Person) -> None:
    town = person("town")
    town.go("/dwellings/?state=non_compliant")
    town.page.locator("td.main a").first.click()
    town.look()
    band = town.page.locator(".a-verdict")
    assert "不合规" in band.inner_text()
    lines = band.locator(".ask")
    assert lines.count()
    for number in range(lines.count()):
        line = lines.nth(number).inner_text()
        assert re.search(r"\b[A-Z]\d\d\b", line), line  # the rule
        assert re.search(r"剩|超|今天|复查|已|待|停", line), line  # the clock or the state
    assert "平台初始规则（非昆山官方清单）" in band.inner_text()
    rule = lines.first.locator("a[href^='/rules/']").first
    town.go(str(rule.get_attribute("href")))
    town.sees("来源", "案例")
    town.page.go_back()
    town.go(f"/dwellings/{code_of(town)}/file/")


# --- inspect, notify, correct, re-inspect, close --------------------------------------------------------------------------


def inspect(grid: Visitor, state: str, answers: dict[str, str], photo: Path) -> str:
    """Take the last home of the list in this state, answer by taps, confirm the rest; returns the home's code."""
    grid.go(f"/dwellings/?state={state}")
    grid.go(str(grid.page.locator("td.main a").last.get_attribute("href")))
    home = code_of(grid)
    grid.go(f"/inspections/homes/{home}/visit/")
    for name, value in answers.items():
        reveal(grid, name)
        field = grid.page.locator(f"[name={name}]")
        if field.first.get_attribute("type") == "radio":
            grid.page.locator(f"label:has(> [name={name}][value={value}])").click()
        else:
            field.first.fill(value)
    grid.page.locator("input[type=file][name=photo-door]").set_input_files(photo)
    for tick in grid.page.locator("input[name^=same-]").all():
        tick.check()
    grid.press("记录上门")
    return home


def reveal(visitor: Visitor, name: str) -> None:
    """Open the fold in which a known answer stands."""
    field = visitor.page.locator(f"[name={name}]").first
    assert field.count(), f"{name} is not asked: {visitor.text()[:2000]}"
    fold = visitor.page.locator(f"details:has([name={name}])").last
    if fold.count() and not field.is_visible():
        fold.locator("summary").first.click()


def hazard_of(visitor: Visitor, home: str, rule: str) -> str:
    """Open the hazard of this rule from the home's page."""
    visitor.go(f"/dwellings/{home}/")
    line = visitor.page.locator(f".a-verdict .ask:has(a[href='/rules/{rule}/'])").first
    visitor.go(str(line.locator("a[href^='/hazards/']").first.get_attribute("href")).split("do/")[0])
    return code_of(visitor)


def report_correction(visitor: Visitor, hazard: str, photo: Path) -> None:
    visitor.go(f"/hazards/{hazard}/do/correct/")
    visitor.page.locator("textarea[name=text]").fill("已更换并现场测试")
    visitor.page.locator("input[name=photos]").set_input_files(photo)
    visitor.press("报整改")


def reinspect(visitor: Visitor, hazard: str, photo: Path, *, status: int = 0) -> None:
    visitor.go(f"/hazards/{hazard}/do/reinspect/")
    visitor.page.locator("[name=result][value=yes]").check()
    visitor.page.locator("input[name=photos]").set_input_files(photo)
    visitor.press("复查", status=status)


def test_a2_5_from_the_inspection_to_the_closing_by_other_people(person: Person, photo: Path) -> None:
    grid, town, police = person("grid"), person("town"), person("police")
    home = inspect(grid, "compliant", {"d-extinguishers_3kg": "0", "d-rcd": "no"}, photo)
    grid.sees("不合规", "严重", "一般")
    minor, severe = hazard_of(grid, home, "D09"), hazard_of(grid, home, "D20")

    # the notice, with its number, its papers and its service
    grid.go(f"/hazards/notice/?home={home}")
    grid.press("生成告知书")
    grid.sees("告知书", "号")
    assert re.search(r"〔20\d\d〕\s*\d+\s*号", grid.text())
    paper = grid.page.locator("a[href$='/pdf/']").first
    answer = grid.page.request.get(grid.base + str(paper.get_attribute("href")))
    assert answer.ok
    assert answer.body()[:5] == b"%PDF-"
    word = grid.page.request.get(grid.base + str(grid.page.locator("a[href$='/word/']").first.get_attribute("href")))
    assert word.body()[:2] == b"PK"
    grid.go(str(grid.page.locator("main a[href$='/serve/']").first.get_attribute("href")))
    grid.page.locator("[name=receiver]").fill("本人")
    grid.page.locator("input[name=proof]").set_input_files(photo)
    grid.press("记录送达")
    grid.sees("已送达")

    # corrected by the grid worker, who may not re-inspect it; another person does and closes the minor one
    for hazard in (minor, severe):
        report_correction(grid, hazard, photo)
    reinspect(grid, minor, photo, status=409)
    grid.sees("顾小妹", "复查")
    reinspect(town, minor, photo)
    town.sees("已销号")

    # the severe one waits for a second person
    reinspect(town, severe, photo)
    town.sees("待第二人确认")
    town.go(f"/hazards/{severe}/do/confirm/")
    town.press("确认销号", status=409)
    town.sees("陆雪芳")
    police.go(f"/hazards/{severe}/")
    police.press("确认销号")
    police.press("确认销号")
    police.sees("已销号", "已更换并现场测试")
    town.go(f"/dwellings/{home}/")


# --- legal order ------------------------------------------------------------------------------------------------------


def test_a11_5_a_department_with_power_orders_and_a_town_is_refused_with_the_reason(
    person: Person, photo: Path
) -> None:
    grid, town, housing = person("grid"), person("town"), person("housing")
    home = inspect(grid, "compliant", {"r0-family": "no", "r0-area": "6", "r0-persons": "2", "d-rcd": "no"}, photo)
    hazard = hazard_of(grid, home, "R01")

    town.go(f"/hazards/{hazard}/")
    town.press("责令限期改正")
    town.sees("告知书", "权")
    assert not town.page.get_by_role("button", name="下达").count()

    housing.go(f"/enforcement/orders/new/?hazard={hazard}")
    page = housing.page
    page.locator("[name=second_officer]").select_option(index=1)
    page.locator("[name=certificate]").fill("苏E0512001")
    with page.expect_response(lambda answer: "second_certificate=" in answer.url):
        page.locator("[name=second_certificate]").fill("苏E0512002")
        page.locator("[name=second_certificate]").blur()
    issue = page.locator("#checks button[type=submit]")
    expect(issue).to_be_enabled()
    with page.expect_navigation():
        issue.click()
    housing.look()
    assert re.search(r"〔20\d\d〕\s*\d+\s*号", housing.text())
    housing.go(str(page.locator("main a[href$='/serve/']").first.get_attribute("href")))
    page.locator("[name=receiver]").fill("本人")
    page.locator("[name=second_officer]").fill("陈建明")
    page.locator("input[name=proof]").set_input_files(photo)
    housing.press("记录送达")
    housing.sees("已送达")
    housing.go(f"/hazards/{hazard}/")
    housing.sees("责令")
    housing.go("/enforcement/orders/")


# --- hand over ----------------------------------------------------------------------------------------------------------


def test_a3_4_a_hazard_is_handed_over_and_accepted_by_the_other_body(person: Person, photo: Path) -> None:
    grid, town, police = person("grid"), person("town"), person("police")
    home = inspect(grid, "compliant", {"d-rcd": "no"}, photo)
    hazard = hazard_of(grid, home, "D20")
    town.go(f"/hazards/{hazard}/do/hand_over/")
    town.page.locator("[name=to_department]").select_option("police")
    town.page.locator("[name=reason]").fill("涉及治安管理，属派出所职责")
    town.press("流转", exact=True)
    town.sees("流转", "派出所")
    police.go("/hazards/inbox/")
    row = police.page.locator(f"tr:has(a[href='/hazards/{hazard}/'])")
    police.press("接收", where=row)
    police.page.locator("[name=text]").fill("已受理")
    police.press("接收流转")
    police.sees("已受理")
    town.go(f"/hazards/{hazard}/")
    town.sees("公安")


# --- the clock, the counts, the log ---------------------------------------------------------------------------------------


def open_of(visitor: Visitor) -> int:
    visitor.go("/hazards/")
    found = re.search(r"在办 ([\d,]+)", visitor.page.locator(".a-head").inner_text())
    assert found
    return int(found[1].replace(",", ""))


def test_a3_5_what_is_found_moves_the_counts_of_the_town(person: Person, photo: Path) -> None:
    grid, town = person("grid"), person("town")
    before = red_homes(town)
    inspect(grid, "compliant", {"d-extinguishers_3kg": "0"}, photo)
    for _try in range(30):
        if red_homes(town) == before + 1:
            break
        town.page.wait_for_timeout(1000)
    assert red_homes(town) == before + 1
    town.go("/indicators/")
    town.sees("保证书签订", "群租房登记", "治安隐患整改", "非管辖隐患流转")
    for address in {str(link.get_attribute("href")) for link in town.page.locator("main a.a-fig").all()[:4]}:
        town.go(address)


def red_homes(town: Visitor) -> int:
    """Homes that are not compliant, as the home page counts them."""
    town.go("/")
    figure = town.page.locator("main a[href*='non_compliant']").first
    return int(figure.inner_text().replace(",", ""))


def test_a11_1_a_term_that_runs_out_is_overdue_and_a_severe_one_rises_to_tier_2(
    person: Person, photo: Path, city: City
) -> None:
    grid, town = person("grid"), person("town")
    home = inspect(grid, "compliant", {"d-rcd": "no"}, photo)
    hazard = hazard_of(grid, home, "D20")
    town.go(f"/hazards/{hazard}/")
    town.sees("一级")
    city.run("demo-clock", "+20d")
    for _try in range(40):
        town.page.goto(f"{town.base}/hazards/{hazard}/")
        if "二级" in town.page.locator(".a-head").inner_text():
            break
        town.page.wait_for_timeout(1500)
    town.look()
    town.sees("二级", "超")
    reason = town.page.locator("dl.a-kv").filter(has_text="处置层级").last.inner_text()
    assert "严重" in reason, reason
    town.go("/hazards/?when=overdue")
    town.go("/")
    town.go("/hazards/board/")


def test_x2_the_auditor_sees_who_did_what_and_that_nobody_tampered_with_the_log(person: Person) -> None:
    audit = person("audit")
    audit.go("/audit/")
    audit.page.locator("main td a").first.click()
    audit.look()
    audit.go("/audit/verification/")
    audit.page.locator(".a-note[data-state=ok]").wait_for(timeout=120_000)
    audit.look()
    audit.sees("日志完整")


def test_whoever_signs_out_sees_nothing_more(person: Person) -> None:
    audit = person("audit")
    audit.page.locator("header details.a-menu.end summary").click()
    with audit.page.expect_navigation():
        audit.page.locator("header details.a-menu.end form button[type=submit]").click()
    audit.look()
    audit.page.goto(f"{audit.base}/audit/")
    assert "/accounts/login/" in audit.page.url
