"""The people who can sign in to a demo. Plain data: the program prints it without loading anything."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Account:
    """`area`/`place` are names of the geography; both empty: the person sees what is his own (landlord, tenant)."""

    username: str
    name: str
    title: str
    department: str
    area: str = ""
    place: str = ""
    is_leader: bool = False
    is_staff: bool = True


ACCOUNTS = (
    Account("city", "沈立群", "昆山市安居办 主任", "office", area="昆山市", is_leader=True),
    Account("town", "陆雪芳", "周市镇安居办 主任", "office", area="周市镇", is_leader=True),
    Account("police", "钱志远", "周市派出所 民警", "police", area="周市镇"),
    Account("housing", "徐明华", "昆山市住建局 科长", "housing", area="昆山市", is_leader=True),
    Account("grid", "顾小妹", "兰泾社区第 2 网格 网格员", "grid", area="兰泾社区第 2 网格"),
    Account("station", "朱建国", "兰泾花苑微型消防站 站长", "station", place="兰泾花苑"),
    Account("property", "冯丽", "安泾物业 兰泾花苑项目经理", "property", place="兰泾花苑"),
    Account("operator", "唐俊杰", "新居房屋租赁公司 运营经理", "operator", is_staff=False),
    Account("landlord", "周金根", "出租人", "landlord", is_staff=False),
    Account("tenant", "刘洋", "承租人", "tenant", is_staff=False),
    Account("audit", "严正", "昆山市审计专员", "audit", area="昆山市"),
)
