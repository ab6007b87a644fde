"""What a column of a ledger can hold: the targets of the mapping, with the words offices use for them.

Facts carry the names of the standard. Left out on purpose: what only a department decides (illegal building, change of
use, appraisal) and what follows from the register (expired equipment, days since the lease), except the guarantee, whose
paper register this ledger often is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext_lazy as _

Choices = dict[str, tuple[str, ...]]
"""Code of the standard → words for it. The first word is the one suggested and shown."""


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    kind: str
    """text, place, number_part, door, address, int, float, date, bool, choice, phone, id_number, code"""
    label: Any
    words: tuple[str, ...]
    """Headers that mean exactly this."""
    weak: tuple[str, ...] = ()
    """Headers that may mean this; the user is asked."""
    least: float = 0
    most: float = 0
    choices: Choices = field(default_factory=dict)
    near: dict[str, str] = field(default_factory=dict)
    """Words that are not accepted but hint at a choice: 民房 → rural."""
    fact: bool = False


KIND: Choices = {
    "commercial": ("商品房", "商品房住宅", "商品住宅", "商品住房", "住宅小区", "小区房", "小区商品房", "commercial"),
    "rural": ("自建房", "农村自建房", "农民自建房", "农房", "农村住房", "宅基地房", "农民房", "村民自建房", "rural"),
}
LETTING: Choices = {
    "let": ("在租", "出租", "已出租", "出租中", "正在出租", "租赁中", "let"),
    "vacant": ("空置", "空关", "空房", "闲置", "待租", "vacant"),
    "self_occupied": ("自住", "自用", "业主自住", "房东自住", "self-occupied"),
    "suspended": ("停租", "暂停出租", "已停租", "suspended"),
    "cleared": ("清退", "已清退", "清空", "cleared"),
}
STRUCTURE: Choices = {
    "concrete": ("钢筋混凝土", "钢混", "混凝土", "框架", "框架结构", "剪力墙"),
    "masonry": ("砖混", "砖混结构", "砖石", "砌体"),
    "steel": ("钢结构", "钢构"),
    "timber": ("木结构", "砖木", "砖木结构"),
    "sandwich_panel": ("彩钢板", "夹芯板", "彩钢夹芯板", "泡沫夹芯板"),
}
STAIR: Choices = {
    "concrete": ("混凝土", "混凝土楼梯", "水泥"),
    "protected_metal": ("有防火保护的金属", "防火金属"),
    "unprotected_metal": ("金属", "铁楼梯", "钢楼梯", "无保护金属"),
    "wood": ("木", "木楼梯", "木质"),
}
MIXED: Choices = {
    "none": ("无", "否", "没有"),
    "trade": ("经营", "商铺", "店铺", "沿街店面"),
    "storage": ("储存", "仓储", "仓库"),
    "production": ("生产", "作坊", "加工"),
}
EXIT: Choices = {
    "clear": ("畅通", "通畅", "正常"),
    "blocked": ("堵塞", "堆物", "堵占", "不畅"),
    "locked": ("锁闭", "上锁", "锁住"),
}
HEATER: Choices = {
    "none": ("无", "没有"),
    "electric": ("电", "电热水器", "电热"),
    "gas_flued": ("燃气强排", "强排式", "燃气烟道式", "强排"),
    "gas_unflued": ("燃气直排", "直排式", "直排"),
    "gas_in_bathroom": ("燃气装在卫生间", "卫生间燃气热水器"),
}
CYLINDER: Choices = {
    "kitchen": ("厨房",),
    "bedroom": ("卧室", "房间", "居室"),
    "basement": ("地下室",),
    "balcony": ("阳台",),
    "none": ("无", "没有"),
}
WIRING: Choices = {
    "protected": ("穿管", "穿管保护", "规范", "线槽"),
    "exposed": ("明敷裸露", "裸露", "明线"),
    "illicit": ("私拉乱接", "私拉", "乱接", "飞线"),
}

ADDRESS: tuple[Field, ...] = (
    Field("town", "place", _("Town"), ("镇", "街道", "乡镇", "镇街道", "区镇", "所属区镇", "所属乡镇", "town")),
    Field("community", "place", _("Community"), ("社区", "所属社区", "村居", "村社区", "社区村", "居委会", "村委会", "community")),
    Field("grid", "text", _("Grid"), ("网格", "所属网格", "网格名称", "网格编号", "网格号", "grid")),
    Field(
        "estate", "place", _("Estate or village"),
        ("小区", "小区名称", "小区名", "小区村", "小区或村", "小区自然村", "小区或自然村", "自然村", "村名", "楼盘", "estate", "estate or village", "village"),
        weak=("名称", "项目", "村", "位置"),
    ),
    Field("door", "door", _("Building, unit and room, or group and number"), ("门牌", "门牌号", "门牌号码", "房号", "幢单元室", "幢单元室号", "幢单元室或组号", "幢号房号", "楼栋房号", "户号", "door number")),
    Field("building", "number_part", _("Building number"), ("幢", "幢号", "栋", "栋号", "楼号", "楼栋", "楼栋号", "楼幢", "building")),
    Field("unit", "number_part", _("Unit number"), ("单元", "单元号", "门栋", "unit")),
    Field("room", "number_part", _("Room number"), ("室", "室号", "房间号", "房间编号", "户室", "room", "room number")),
    Field("address", "address", _("Full address"), ("地址", "详细地址", "房屋地址", "房屋坐落", "坐落", "坐落地址", "出租房地址", "出租房屋地址", "租赁房屋地址", "租住地址", "full address", "address", "address 1"), weak=("address 2", "address 3")),
    Field("std_code", "code", _("Standard address code"), ("标准地址编码", "标准地址码", "地址编码", "房屋编码", "标准地址", "std address code", "address code"), weak=("编码", "门牌编码", "uprn")),
)  # fmt: skip

PEOPLE: tuple[Field, ...] = (
    Field("landlord_name", "text", _("Landlord"), ("出租人", "房东", "房东姓名", "出租人姓名", "户主", "业主", "业主姓名", "房主", "房屋所有人", "产权人", "landlord", "landlord name", "owner"), weak=("姓名",)),
    Field("landlord_phone", "phone", _("Landlord's phone"), ("出租人电话", "房东电话", "房东联系电话", "房东手机", "出租人联系电话", "出租人联系方式", "房东联系方式", "业主电话", "户主电话", "landlord phone"), weak=("电话", "联系电话", "手机", "手机号", "手机号码", "联系方式", "phone")),
    Field("landlord_id", "id_number", _("Landlord's ID number"), ("出租人身份证", "房东身份证", "房东身份证号", "出租人身份证号", "出租人身份证号码", "房东身份证号码", "出租人证件号码", "landlord id number"), weak=("身份证", "身份证号", "身份证号码", "证件号码")),
    Field("sublessor_name", "text", _("Sub-lessor"), ("二房东", "二房东姓名", "转租人", "转租人姓名", "承租转租人", "sublessor")),
    Field("sublessor_phone", "phone", _("Sub-lessor's phone"), ("二房东电话", "转租人电话", "转租人联系方式", "二房东联系方式", "sublessor phone")),
    Field("operator_name", "text", _("Operator"), ("经营单位", "运营单位", "租赁企业", "托管公司", "运营公司", "受托人", "中介公司", "operator")),
    Field("occupants", "int", _("Number of tenants"), ("租客数", "承租人数", "租住人数", "居住人数", "入住人数", "租客人数", "租户人数", "实住人数", "permitted occupants", "occupants", "tenants"), weak=("人数",), most=500),
)  # fmt: skip

DATES: tuple[Field, ...] = (
    Field("lease_signed_on", "date", _("Lease signed on"), ("合同签订日", "合同签订日期", "合同日", "签约日期", "签约日", "租约签订日", "合同日期", "租赁合同签订日期", "合同签订时间", "lease signed", "lease date"), weak=("合同", "日期", "租期")),
    Field("guarantee_signed_on", "date", _("Guarantee signed on"), ("保证书签订日", "保证书签订日期", "保证书日期", "保证书签订时间", "guarantee date")),
)  # fmt: skip


def _yes(name: str, label: Any, *words: str, weak: tuple[str, ...] = ()) -> Field:
    return Field(name, "bool", label, words, weak=weak, fact=True)


def _count(name: str, label: Any, *words: str, most: float, weak: tuple[str, ...] = ()) -> Field:
    return Field(name, "int", label, words, weak=weak, most=most, fact=True)


def _one_of(name: str, label: Any, choices: Choices, *words: str, weak: tuple[str, ...] = ()) -> Field:
    return Field(name, "choice", label, words, weak=weak, choices=choices, fact=True)


FACTS: tuple[Field, ...] = (
    Field("kind", "choice", _("Kind of housing"), ("房屋类别", "房屋类型", "房屋性质", "住房类型", "类别", "房屋种类", "kind"), weak=("性质", "类型"), choices=KIND, near={"民房": "rural", "私房": "rural", "平房": "rural", "楼房": "commercial", "公寓": "commercial", "住宅": "commercial"}, fact=True),
    _one_of("letting_state", _("Letting state"), LETTING, "出租状态", "租赁状态", "房屋状态", "使用状态", "是否出租", "使用情况", "letting state", weak=("状态",)),
    _count("rooms_let", _("Rooms let"), "出租居室数", "出租间数", "出租房间数", "间数", "房间数", "居室数", "出租室数", "rooms let", "rooms", most=300, weak=("套间数",)),
    _count("beds_let", _("Beds let"), "出租床位数", "床位数", "床位", "床数", "床", "铺位数", "beds let", "beds", most=1000),
    _count("storeys", _("Storeys"), "地上层数", "层数", "楼层数", "总层数", "房屋层数", "storeys", most=120, weak=("楼层",)),
    _count("stairs", _("Evacuation stairs"), "疏散楼梯数", "楼梯数", "stairs", most=20),
    _count("extinguishers_3kg", _("Extinguishers of 3 kg or more"), "灭火器", "灭火器数", "灭火器数量", "3公斤灭火器", "3kg灭火器", "干粉灭火器", "extinguishers", most=500),
    _count("rope_ladders", _("Floors with a rope ladder"), "逃生软梯", "软梯", "软梯数", "逃生绳梯", "rope ladders", most=50),
    _count("respirators", _("Respirators"), "自救呼吸器", "呼吸器", "防烟面罩", "respirators", most=500),
    _count("lpg_cylinders", _("LPG cylinders"), "液化气瓶数", "液化气瓶", "煤气瓶", "气瓶数", "钢瓶数", "lpg cylinders", most=50),
    _count("unrelated_people", _("People who are not one family"), "非同一家庭居住人数", "合租人数", "非家庭成员人数", "unrelated people", most=500),
    _count("living_room_splits", _("Rooms made out of the living room"), "起居室分隔间数", "客厅分隔间数", "客厅隔间数", "隔间数", "living room splits", most=20, weak=("户型", "隔断")),
    _count("need_help", _("People who need help to get out"), "需协助疏散人数", "老弱病残人数", "行动不便人数", "need help", most=200),
    Field("living_room_area", "float", _("Living room area before any partition"), ("起居室原面积", "起居室面积", "客厅面积", "living room area"), most=500, fact=True),
    _one_of("structure", _("Structure"), STRUCTURE, "建筑结构", "房屋结构", "结构", "structure"),
    _one_of("stair_material", _("Stair material"), STAIR, "楼梯材料", "楼梯材质", "stair material"),
    _one_of("mixed_use", _("Trade, storage or production in the same building"), MIXED, "三合一", "生产经营储存", "合用场所", "mixed use"),
    _one_of("inner_exit", _("Exit of the dwelling"), EXIT, "户内出口", "安全出口", "疏散出口", "inner exit"),
    _one_of("water_heater", _("Water heater"), HEATER, "热水器", "热水器类型", "water heater"),
    _one_of("lpg_place", _("Place of the cylinders"), CYLINDER, "气瓶位置", "液化气瓶位置", "lpg place"),
    _one_of("wiring", _("Wiring"), WIRING, "电气线路", "线路敷设", "电线敷设", "电气线路敷设", "wiring"),
    _yes("whole_let_one_family", _("Let whole to one family"), "整套租给一家", "整租", "是否整租", "整户出租", "whole let"),
    _yes("guarantee_signed", _("Guarantee signed"), "保证书", "保证书签订", "是否签订保证书", "治安责任保证书", "治安保证书", "保证书是否签订", "guarantee signed", "guarantee", weak=("责任书", "备案")),
    _yes("common_alarm", _("Alarm in the common part"), "公共部位报警器", "烟感", "烟感报警器", "公共烟感", "独立式烟感", "common alarm", weak=("报警器",)),
    _yes("gas_alarm", _("Gas alarm"), "可燃气体报警器", "燃气报警器", "燃气报警", "煤气报警器", "gas alarm"),
    _yes("flameout_protection", _("Flame-failure cut-off"), "熄火保护", "灶具熄火保护", "flameout protection"),
    _yes("kitchen_flame", _("Open flame in the kitchen"), "明火厨房", "是否明火", "明火", "kitchen flame"),
    _yes("kitchen_fire_door", _("Fire door of the kitchen"), "乙级防火门", "厨房防火门", "kitchen fire door", weak=("防火门",)),
    _yes("rcd", _("Residual-current protection"), "漏电保护", "漏电保护器", "漏保", "rcd"),
    _yes("ebike_inside", _("E-bike or battery inside"), "电动自行车入户", "电瓶入户", "电动车入户", "电瓶车入户", "电动自行车电瓶入户", "ebike inside"),
    _yes("emergency_lights", _("Emergency lights"), "应急照明", "应急灯", "emergency lights"),
    _yes("exit_signs", _("Exit signs"), "疏散指示", "疏散指示标志", "exit signs"),
    _yes("hazmat_storage", _("Inflammable goods stored"), "存放易燃易爆", "存放易燃易爆危险品", "易燃易爆", "hazmat storage"),
    _yes("combustible_fitout", _("Combustible fit-out"), "易燃可燃装修", "可燃装修", "combustible fitout"),
    _yes("mixed_use_separated", _("Mixed use separated"), "防火分隔", "防火分隔与独立疏散", "mixed use separated"),
    _yes("sublet", _("Sublet"), "是否转租", "转租", "sublet"),
    _yes("sublet_consent", _("Landlord consents to subletting"), "转租同意", "出租人同意转租", "房东同意转租", "sublet consent"),
)  # fmt: skip

AREA = Field(
    "area",
    "float",
    _("Usable area"),
    ("面积", "使用面积", "房屋面积", "建筑面积", "出租面积", "套内面积", "area", "floor area"),
    least=1,
    most=20_000,
)

FIELDS: tuple[Field, ...] = (*ADDRESS, *FACTS[:4], AREA, *PEOPLE, *DATES, *FACTS[4:])
BY_NAME: dict[str, Field] = {f.name: f for f in FIELDS}
FACT_NAMES: frozenset[str] = frozenset(f.name for f in FIELDS if f.fact)

# Columns every ledger has and no dwelling needs: recognised, so that nobody is asked about them.
IGNORED: tuple[str, ...] = (
    "序号",
    "编号",
    "行号",
    "备注",
    "备注说明",
    "说明",
    "原因",
    "填表人",
    "no",
    "no.",
    "remarks",
    "reason",
    "serial",
)
