"""What the public sees and never sees; what who lets and who lives do on their own pages (A3.1, A3.7, A10.1, X5)."""

import re
from datetime import timedelta
from pathlib import Path

import pypdf
import pytest
from django.test import Client

from anju import assets
from anju.core import time
from anju.core.errors import NotAllowed, Refused
from anju.dwellings.testing import make_dwelling, make_party
from anju.files import signatures
from anju.inspections.models import Hazard
from anju.inspections.testing import make_hazard, make_upload
from anju.outreach.models import ConventionSigning
from anju.outreach.selectors import coverage
from anju.outreach.services import conventions
from anju.portal.models import Invitation, Objection
from anju.portal.services import objections
from anju.portal.testing import (
    ID_WOMAN,
    LANDLORD,
    STRANGER,
    STROKES,
    TENANT,
    House,
    code_sent_to,
    come_in,
    hang,
    make_house,
)
from anju.registration.models import Declaration, Guarantee
from anju.registration.services import declarations
from anju.registration.services.guarantees import decide_guarantee
from anju.signage.models import Sign

pytestmark = pytest.mark.django_db
OUTSIDE = re.compile(r"何雨桐|13800001234|13900128816|11010519491231|顾建明|2 people|登记 \d 人")


def page_of(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code, answer.get("Location"))
    return answer.content.decode()


# --- anybody -------------------------------------------------------------------------------------------------------------


def test_x5_the_public_page_says_what_was_found_on_a_day_in_both_languages_and_names_no_tenant() -> None:
    house = make_house()
    chinese = page_of(Client(), f"/q/{house.sign}/")
    english = page_of(Client(headers={"accept-language": "en"}), f"/q/{house.sign}/")
    day = time.today()
    assert f"{day.year}年{day.month}月{day.day}日核查时符合" in chinese
    assert "Met the rules when checked on" in english
    assert "顾先生" in chinese
    assert "0512-50001234" in chinese
    assert "准租" not in chinese  # what was found, never that it may be let
    for page in (chinese, english):
        assert OUTSIDE.findall(page) == []


def test_a_home_that_is_not_in_order_is_being_corrected_and_one_not_let_says_nothing() -> None:
    house = make_house()
    red = make_dwelling(house.grid, facts={"kitchen_flame": True, "rooms_let": 1}, rooms={"A": {"let": True, "window": False, "origin": "kitchen"}}, landlord=house.landlord)  # fmt: skip
    red.refresh_from_db()
    assert red.verdict == "non_compliant"
    assert "改造中" in page_of(Client(), f"/q/{hang(red)}/")
    empty = make_dwelling(house.grid, facts={"letting_state": "vacant"}, landlord=house.landlord)
    assert "暂无公示信息" in page_of(Client(), f"/q/{hang(empty)}/")


def test_hidden_and_unknown_homes_answer_alike() -> None:
    house = make_house()
    code = house.sign
    type(house.home)._base_manager.filter(pk=house.home.pk).update(hidden=True)
    strip = re.compile(r'value="[^"]*"')
    for page in ("/q/{}/", "/p/home/{}/report/", "/p/home/{}/tenant/", "/p/home/{}/convention/"):
        one = Client(REMOTE_ADDR="203.0.113.1").get(page.format(code))
        two = Client(REMOTE_ADDR="203.0.113.2").get(page.format("ABCDEFGH2345"))
        assert one.status_code == two.status_code == 404
        first, second = (strip.sub("", answer.content.decode()) for answer in (one, two))
        assert first.replace(code, "ABCDEFGH2345") == second


def test_the_first_view_weighs_less_than_150_kb_and_keeps_the_strict_policy() -> None:
    house = make_house()
    answer = Client().get(f"/q/{house.sign}/")
    vendor = Path(assets.ensure())
    loaded = set(
        re.findall(r'(?:href|src)="/static/(?:vendor/)?([\w.-]+\.(?:css|js|svg|woff2))', answer.content.decode())
    )
    assert {"portal.css", "portal.js", "portal.svg"} <= loaded <= {"portal.css", "portal.js", "portal.svg", "icon.svg"}
    styles = (vendor / "portal.css").read_text()
    assert "@font-face" not in styles  # the phone's own font: no bytes
    assert "url(" not in styles
    bare = len(answer.content) + sum((vendor / name).stat().st_size for name in loaded - {"icon.svg"})
    assert bare < 150_000, bare  # even where nothing on the way compresses
    assert "'unsafe-inline'" not in answer["Content-Security-Policy"]
    text = answer.content.decode()
    assert not re.search(r'style="|<style|onclick=|<script(?![^>]*src=)', text)
    assert "tabler" not in text
    assert "fonts.css" not in text


# --- who lets -------------------------------------------------------------------------------------------------------------


def test_who_lets_sees_why_it_is_red_what_to_do_and_by_when() -> None:
    house = make_house()
    hazard = make_hazard(by=house.worker, dwelling=house.home, days=3)
    page = page_of(come_in(LANDLORD), f"/p/mine/{house.home.code}/")
    assert "灭火器不足" in page
    assert "自购符合国标产品同样认可" in page
    assert f"{hazard.due_on.month}月{hazard.due_on.day}日" in page


def test_a8_5_who_lets_sees_which_signs_hang_what_they_say_of_him_and_which_are_out_of_date() -> None:
    house = make_house()
    client, where = come_in(LANDLORD), f"/p/mine/{house.home.code}/"
    assert "缺牌" in page_of(client, where)
    sign = Sign._base_manager.get(code=house.sign)
    page = page_of(client, where)
    assert "牌上写" in page
    assert "顾先生" in page
    assert sign.code not in page  # it stands on the sheet, and opens public pages only
    Sign._base_manager.filter(pk=sign.pk).update(outdated=["officers"], outdated_since=time.now())
    assert "已过时" in page_of(client, where)
    hang(house.home, Sign.Kind.INSIDE)
    page = page_of(client, where)
    assert "住 1 人" in page
    assert "何雨桐" not in page


def test_a_correction_needs_a_photo_and_goes_to_the_officer() -> None:
    house = make_house()
    hazard = make_hazard(by=house.worker, dwelling=house.home)
    client = come_in(LANDLORD)
    assert client.post(f"/p/put-right/{hazard.code}/", {"text": "换了"}).status_code == 422
    assert client.post(f"/p/put-right/{hazard.code}/", {"text": "换了", "photos": make_upload()}).status_code == 302
    hazard.refresh_from_db()
    assert hazard.state == "reinspect"
    assert hazard.corrections.get().by == house.landlord.__class__._base_manager.get(pk=house.landlord.pk).user


def test_an_objection_is_answered_by_somebody_else_and_stands_in_the_history() -> None:
    house = make_house()
    hazard = make_hazard(by=house.worker, dwelling=house.home)
    client = come_in(LANDLORD)
    assert client.post(f"/p/object/{hazard.code}/", {"text": "灭火器在年检"}).status_code == 302
    assert client.post(f"/p/object/{hazard.code}/", {"text": "再说一次"}).status_code == 422
    row = Objection._base_manager.get()
    with pytest.raises(NotAllowed):
        objections.decide(
            by=house.worker, objection=row, right=False, answer="现场没有"
        )  # found it, and may not review
    objections.decide(by=house.office, objection=row, right=True, answer="已核实")
    assert Hazard._base_manager.get(pk=hazard.pk).state == "void"
    assert "已核实" in " ".join(hazard.events.values_list("text", flat=True))


def test_the_home_and_the_hazard_of_somebody_else_do_not_exist() -> None:
    house = make_house()
    other = make_dwelling(house.grid, landlord=make_party(house.grid, "别人"))
    hazard = make_hazard(by=house.worker, dwelling=other)
    client = come_in(LANDLORD)
    for where in ("", "guarantee/", "rooms/", "arrive/", "lease/"):
        assert client.get(f"/p/mine/{other.code}/{where}").status_code == 404
    for where in ("put-right", "object"):
        assert client.get(f"/p/{where}/{hazard.code}/").status_code == 404
    assert client.post(f"/p/mine/{other.code}/invite/").status_code == 404
    assert client.get(f"/p/living/{house.home.code}/").status_code == 403  # lets, does not live


def test_a3_1_a_guarantee_signed_by_hand_keeps_text_strokes_hash_and_copy_and_waits_for_the_police() -> None:
    house = make_house()
    client = come_in(LANDLORD)
    page = page_of(client, f"/p/mine/{house.home.code}/guarantee/")
    assert "房屋出租治安责任保证书" in page
    answer = client.post(f"/p/mine/{house.home.code}/guarantee/", {"edition": "1", "strokes": STROKES, "read": "on"})
    assert answer.status_code == 302
    row = Guarantee._base_manager.get()
    assert (row.how, row.state, row.party, row.text_edition) == ("phone", "pending", house.landlord, "1")
    assert len(row.text_sha256) == 64
    assert signatures.read(row.strokes).strokes
    assert "strokes" not in row.strokes_sealed
    assert row.signature is not None
    copy = client.get(f"/p/papers/{row.code}.pdf")
    assert copy["Content-Type"] == "application/pdf"
    import io

    text = "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(copy.content)).pages)
    assert "顾建明" in text
    assert row.text_sha256[:32] in text.replace("\n", "")
    decide_guarantee(by=house.police, guarantee=row, genuine=True)
    assert "有效" in page_of(client, f"/p/mine/{house.home.code}/")


def test_a3_1_without_a_script_a_photo_of_the_signature_on_paper_will_do_and_nothing_else() -> None:
    house = make_house()
    client = come_in(LANDLORD)
    where = f"/p/mine/{house.home.code}/guarantee/"
    assert client.post(where, {"edition": "1", "read": "on"}).status_code == 422
    assert (
        client.post(where, {"edition": "1", "strokes": '{"ratio":2,"strokes":[[[0,0,0]]]}', "read": "on"}).status_code
        == 422
    )
    assert client.post(where, {"edition": "1", "strokes": STROKES}).status_code == 422  # not read
    assert client.post(where, {"edition": "9", "strokes": STROKES, "read": "on"}).status_code == 422  # another text
    assert client.post(where, {"edition": "1", "photo": make_upload(), "read": "on"}).status_code == 302
    assert Guarantee._base_manager.get().how == "paper"


# --- declarations ---------------------------------------------------------------------------------------------------------


def person(house: House, **over: str) -> dict[str, str]:
    return {"token": "tok", "room": "A", "name": "何雨桐二", "id_kind": "resident", "id_number": ID_WOMAN, "phone": "13811112222", "since": time.today().isoformat(), **over}  # fmt: skip


def test_a3_7_a_tenant_proves_a_telephone_declares_and_an_officer_accepts() -> None:
    house = make_house()
    client = Client()
    where = f"/p/home/{house.sign}/move-in/"
    assert client.get(where)["Location"] == f"/p/home/{house.sign}/tenant/"
    assert "3 天内登记" in page_of(client, f"/p/home/{house.sign}/tenant/")
    client.post(f"/p/home/{house.sign}/tenant/", {"phone": STRANGER})
    typing = page_of(client, "/p/sign-in/code/")  # whoever is new here must not read "if you are in the records"
    assert f"验证码已经发到 {STRANGER[:3]}••••{STRANGER[-4:]}" in typing
    assert f'href="/p/home/{house.sign}/tenant/"' in typing  # another number is asked for where this one was
    client.post("/p/sign-in/code/", {"digits": code_sent_to(STRANGER)})
    page = page_of(client, where)
    assert "checked" not in page.split("sign_name")[1][:80]  # consent is never ticked beforehand
    answer = client.post(where, person(house, name="新租客", id_number="11010519900307123X"[:17] + "4"))
    assert answer.status_code == 422  # the check digit is told
    from anju.dwellings.identity import check_character

    number = "11010519900307123" + check_character("11010519900307123")
    answer = client.post(where, person(house, name="新租客", id_number=number))
    assert answer.status_code == 302
    row = Declaration._base_manager.get()
    assert (row.proof, row.said["phone"], row.state) == ("phone", STRANGER, "waiting")
    assert number not in row.said_sealed
    assert house.home.occupants.filter(until=None).count() == 1  # nothing counts before an officer accepts
    declarations.accept(by=house.worker, declaration=row)
    lives = house.home.occupants.get(party__name="新租客")
    assert lives.registration == "declared"
    status = page_of(client, answer["Location"])
    assert "已接收" in status
    assert "新租客" not in status


def test_a3_7_the_invitation_of_who_lets_opens_the_form_without_a_code_a_few_times_only() -> None:
    house = make_house()
    landlord = come_in(LANDLORD)
    address = re.search(
        r"/p/join/\w+/", landlord.post(f"/p/mine/{house.home.code}/invite/", {"room": "A"}).content.decode()
    )
    assert address is not None
    tenant = Client()
    assert house.home.address in page_of(tenant, address.group())
    answer = tenant.post(address.group(), person(house))
    assert answer.status_code == 302
    assert Declaration._base_manager.get().proof == "invitation"
    Invitation.objects.update(uses_left=0)
    assert Client().get(address.group()).status_code == 404


def test_a3_7_the_declared_and_the_observed_both_stay_and_less_than_was_seen_needs_a_look() -> None:
    house = make_house()
    client = come_in(LANDLORD)
    data = {"token": "rooms", "rooms_let": "1", "beds_let": "1", "let_0": "on", "persons_0": "1"}
    assert client.post(f"/p/mine/{house.home.code}/rooms/", data).status_code == 302
    row = Declaration._base_manager.select_related("dwelling__current").get()
    lower = {(one.fact, one.declared, one.seen) for one in declarations.lower_than_seen(row)}
    assert ("persons", 1, 2) in lower
    with pytest.raises(Refused, match="现场看到|seen"):
        declarations.accept(by=house.worker, declaration=row)
    declarations.accept(by=house.worker, declaration=row, looked=True)
    sources = set(house.home.observations.values_list("source", flat=True))
    assert sources >= {"inspection", "declaration"}
    house.home.current.refresh_from_db()
    assert house.home.current.rooms["A"]["persons"] == 1


def test_a3_7_arrivals_raise_the_number_of_people_and_departures_do_not_lower_it() -> None:
    house = make_house()
    landlord = come_in(LANDLORD)
    from anju.dwellings.identity import check_character

    for number in range(2):
        first = f"110105199003{number + 10:02d}123"
        said = person(house, token=f"n{number}", name=f"租客{'甲乙'[number]}", phone=f"1381111000{number}", id_number=first + check_character(first))  # fmt: skip
        assert landlord.post(f"/p/mine/{house.home.code}/arrive/", said).status_code == 302
        declarations.accept(by=house.worker, declaration=Declaration._base_manager.get(token=f"n{number}"))
    house.home.current.refresh_from_db()
    assert house.home.current.rooms["A"]["persons"] == 3
    gone = house.home.occupants.get(party__name="租客甲")
    assert landlord.post(f"/p/mine/{house.home.code}/people/{gone.party.code}/leave/", {"token": "out", "until": time.today().isoformat()}).status_code == 302  # fmt: skip
    declarations.accept(by=house.worker, declaration=Declaration._base_manager.get(token="out"))
    house.home.current.refresh_from_db()
    assert house.home.current.rooms["A"]["persons"] == 3
    assert house.home.occupants.filter(until=None).count() == 2


def test_a3_7_who_lets_does_not_read_what_a_tenant_declared_and_a_returned_one_tells_why() -> None:
    house = make_house()
    row = declarations.declare(
        by=None, dwelling=house.home, kind="arrival", said={k: v for k, v in person(house).items() if k != "token"}, role="tenant",
        proof="phone", token="t",
    )  # fmt: skip
    landlord = come_in(LANDLORD)
    assert row.code not in page_of(landlord, "/p/me/")
    assert not Declaration.objects.for_user(type(house.landlord)._base_manager.get(pk=house.landlord.pk).user).exists()
    declarations.send_back(by=house.worker, declaration=row, reason="请带证件到警务室")
    assert "请带证件到警务室" in page_of(Client(), f"/p/declared/{row.code}/")


def test_a3_7_the_police_compare_with_the_card_and_nobody_else() -> None:
    house = make_house()
    address = f"/registration/homes/{house.home.code}/residence/{house.tenant.code}/check/"
    worker, police = Client(), Client()
    worker.force_login(house.worker)
    police.force_login(house.police)
    assert worker.post(address, {"verdict": "right"}).status_code == 403
    assert "何*桐" in page_of(police, "/registration/residence/")
    assert police.post(address, {"verdict": "right"}).status_code == 302
    house.lives.refresh_from_db()
    assert house.lives.registration == "checked"
    assert police.post(address, {"verdict": "right"}).status_code == 409


def test_a_lease_declared_and_handed_in_is_filed_on_the_day_it_was_declared() -> None:
    house = make_house()
    landlord = come_in(LANDLORD)
    day = time.today()
    said = {"token": "lease", "name": "何雨桐", "id_kind": "resident", "id_number": ID_WOMAN, "phone": TENANT, "rooms": "A", "contract": "model", "signed_on": day.isoformat(), "starts": day.isoformat(), "ends": (day + timedelta(days=365)).isoformat(), "file": "on"}  # fmt: skip
    assert landlord.post(f"/p/mine/{house.home.code}/lease/", said).status_code == 302
    declarations.accept(by=house.worker, declaration=Declaration._base_manager.get())
    lease = house.home.leases.get()
    assert (lease.lessee, lease.filed_on, lease.lessor) == (house.tenant, day, house.landlord)


# --- who lives ------------------------------------------------------------------------------------------------------------


def test_a10_1_a_tenant_signs_the_convention_of_the_community_once_and_it_counts_for_the_home() -> None:
    house = make_house()
    text = conventions.new_edition(
        by=house.office, area=house.community, title="防火安全公约", body="电动车不进楼。", since=time.today()
    )
    client = come_in(TENANT)
    assert "没签" in page_of(client, f"/p/living/{house.home.code}/")
    where = f"/p/living/{house.home.code}/convention/"
    assert client.post(where, {"edition": "1", "strokes": STROKES, "read": "on"}).status_code == 302
    assert client.post(where, {"edition": "1", "strokes": STROKES, "read": "on"}).status_code == 302
    row = ConventionSigning._base_manager.get()
    assert (row.party, row.convention, row.text_sha256) == (house.tenant, text, text.sha256)
    line = coverage(house.office, [house.community], time.today())[0]
    assert (line.signed, line.homes) == (1, 1)


def test_a10_1_a_new_edition_is_signed_anew_and_the_old_signature_stays() -> None:
    house = make_house()
    conventions.new_edition(by=house.office, area=house.community, title="公约", body="一。", since=time.today())
    client = come_in(TENANT)
    where = f"/p/living/{house.home.code}/convention/"
    client.post(where, {"edition": "1", "strokes": STROKES, "read": "on"})
    conventions.new_edition(by=house.office, area=house.community, title="公约", body="二。", since=time.today())
    assert (
        client.post(where, {"edition": "1", "strokes": STROKES, "read": "on"}).status_code == 422
    )  # read another text
    assert "没签" in page_of(client, f"/p/living/{house.home.code}/")
    assert ConventionSigning._base_manager.count() == 1


def test_consent_is_given_and_withdrawn_and_never_for_a_minor() -> None:
    house = make_house()
    client = come_in(TENANT)
    where = f"/p/living/{house.home.code}/consent/"
    assert client.post(where, {"do": "give"}).status_code == 302
    consent = house.home.consents.get()
    assert (consent.party, consent.text_edition, consent.withdrawn_at) == (house.tenant, "1", None)
    assert client.post(where, {"do": "withdraw"}).status_code == 302
    consent.refresh_from_db()
    assert consent.withdrawn_at is not None
    from anju.dwellings.identity import check_character

    first = f"110105{time.today().year - 10}0101123"
    house.tenant.refresh_from_db()
    house.tenant.id_number = first + check_character(first)
    house.tenant.save()
    assert client.post(where, {"do": "give"}).status_code == 409
