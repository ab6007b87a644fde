"""The city of the demo: zones and towns of Kunshan, communities and estates with their kinds. No Django here.

The eleven zones and towns are the city's real ones, and so are the four pilot estates of A1.1; the other estates and
villages carry names of their towns. Numbers of homes, officers and telephone numbers are invented.
"""

from dataclasses import dataclass

CITY = "昆山市"


@dataclass(frozen=True)
class Estate:
    """`homes` let dwellings; a commercial estate has `buildings` of `units` staircases, a village that many groups."""

    name: str
    kind: str  # areas.EstateKind
    community: str
    homes: int
    buildings: int
    units: int = 2
    storeys: int = 6
    pilot: bool = False
    property_company: str = ""  # "": drawn by lot, none in a village

    @property
    def rural(self) -> bool:
        return self.kind == "rural"


@dataclass(frozen=True)
class Zone:
    """Latitude and longitude (WGS-84) of the town's middle, to one kilometre. `behind`: how far it lags the city, 0.1 is much."""

    name: str
    short: str  # in document numbers
    latitude: float
    longitude: float
    estates: tuple[Estate, ...]
    grids: int = 3  # of each community
    behind: float = 0.0

    @property
    def communities(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(estate.community for estate in self.estates))


ZONES = (
    Zone("开发区", "开", 31.385, 121.01, (
        Estate("娄江新村C7区", "resettlement", "娄江社区", 320, 22, pilot=True),
        Estate("蝶湖湾", "large_commercial", "蝶湖湾社区", 180, 12, units=2, storeys=18),
    ), behind=0.02),
    Zone("高新区", "高", 31.395, 120.95, (
        Estate("紫竹品苑", "large_commercial", "紫竹社区", 280, 16, units=2, storeys=11, pilot=True),
        Estate("里厍新村", "small_old", "里厍社区", 150, 14, units=3, storeys=5),
        Estate("中华园小区", "large_commercial", "中华园社区", 140, 10, units=2, storeys=6),
    )),
    Zone("花桥镇", "花", 31.300, 121.085, (
        Estate("绿地21城", "large_commercial", "花溪社区", 170, 12, units=2, storeys=16),
        Estate("天福村", "rural", "天福村", 90, 6),
    ), behind=-0.02),
    Zone("张浦镇", "张", 31.275, 120.945, (
        Estate("施条新村", "resettlement", "施条社区", 240, 18, pilot=True),
        Estate("七桥村", "rural", "七桥村", 110, 7),
    ), behind=-0.01),
    Zone("周市镇", "周", 31.455, 120.985, (
        Estate("兰泾花苑", "resettlement", "兰泾社区", 330, 24, pilot=True, property_company="安泾物业"),
        Estate("市北新村", "small_old", "市北社区", 80, 8, units=3, storeys=5),
        Estate("惠泽嘉园", "large_commercial", "市北社区", 110, 8, units=2, storeys=11),
        Estate("东方村", "rural", "东方村", 130, 8),
        Estate("珠江村", "rural", "珠江村", 90, 6),
    ), behind=-0.02),
    Zone("陆家镇", "陆", 31.315, 121.045, (
        Estate("邹家角新村", "resettlement", "邹家角社区", 120, 10),
    ), behind=0.01),
    Zone("巴城镇", "巴", 31.450, 120.895, (
        Estate("正仪新村", "small_old", "正仪社区", 90, 8, units=3, storeys=5),
        Estate("东阳澄湖村", "rural", "东阳澄湖村", 70, 5),
    ), behind=0.03),
    Zone("千灯镇", "千", 31.265, 121.005, (
        Estate("炎武新村", "resettlement", "炎武社区", 110, 9),
    ), behind=0.12),
    Zone("淀山湖镇", "淀", 31.180, 121.025, (
        Estate("晟泰新村", "resettlement", "晟泰社区", 70, 6),
    ), grids=2, behind=-0.02),
    Zone("周庄镇", "庄", 31.115, 120.850, (
        Estate("贞丰新村", "small_old", "贞丰社区", 50, 5, storeys=5),
    ), grids=2, behind=-0.05),
    Zone("锦溪镇", "锦", 31.185, 120.895, (
        Estate("长云村", "rural", "长云村", 40, 4),
    ), grids=2, behind=0.04),
)  # fmt: skip

# Which home of an estate, in the order of its doors, has a story of its own (see `homes`).
HARD_CASES = {
    "娄江新村C7区": {7: "defiant"},
    "紫竹品苑": {7: "defiant"},
    "中华园小区": {13: "let_again"},
    "绿地21城": {7: "defiant"},
    "施条新村": {7: "defiant"},
    "兰泾花苑": {
        7: "defiant",
        13: "let_again",
        # the middle third of the homes, where the demo's grid worker goes
        **dict.fromkeys((116, 124, 133, 142, 151, 160, 169, 178, 187, 196, 205), "wrong"),
        **dict.fromkeys((120, 171), "unseen"),
        **dict.fromkeys((147, 192), "half_seen"),
    },
    "东方村": {7: "defiant"},
}


def grid_name(community: str, number: int) -> str:
    return f"{community}第 {number} 网格"
