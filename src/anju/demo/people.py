"""Invented people: names from lists, telephone numbers 199 000x xxxx, ID numbers of a region that does not exist."""

from datetime import date, timedelta
from random import Random

SURNAMES = "王李张刘陈杨黄赵周吴徐孙朱马胡郭林何高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘蒋蔡余杜叶程苏魏吕丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦白江阎薛尹段雷钱汤顾俞严"
LOCAL = "周吴沈钱俞顾朱陆徐蒋丁曹王张金陈姚许"  # landlords are mostly of the place
MEN = "伟强军磊勇杰涛明超刚平辉鹏华飞鑫波斌宇浩凯健俊帆帅旭宁龙林阳建国志文"
WOMEN = "芳娜静敏丽艳娟霞秀燕玲桂英萍红莉梅琴云洁雪婷慧莹倩丹珍晶凤春兰月菊"
SECOND = "小晓文建志国海春玉金永美雅佳思子嘉俊天宏德荣庆福根宝惠雪"
OLD = (
    "桂芳",
    "国平",
    "宝根",
    "秀英",
    "建平",
    "洪生",
    "巧云",
    "林生",
    "水根",
    "惠明",
    "雪珍",
    "永兴",
    "菊妹",
    "金根",
    "福生",
    "阿妹",
    "根发",
    "云珍",
)
COMPANIES = ("安泾", "新居", "康邻", "瑞家", "恒寓", "乐栖", "同里", "鹿城", "江南客", "蓝领之家")
REGION = "990000"  # no region of China; the number has its right form and check character all the same
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"


def name(chance: Random, *, local: bool = False) -> str:
    surname = chance.choice(LOCAL if local else SURNAMES)
    if local and chance.random() < 0.5:
        return surname + chance.choice(OLD)
    last = chance.choice(MEN if chance.random() < 0.55 else WOMEN)
    return surname + (chance.choice(SECOND) + last if chance.random() < 0.7 else last)


def phone(number: int) -> str:
    """The number-th telephone: 199 0000 0000 and on. The block 1990000xxxx–1990009xxxx stands for nobody in the demo."""
    return f"1990{number % 10_000_000:07d}"


def id_number(chance: Random, today: date) -> str:
    born = today - timedelta(days=chance.randint(19 * 365, 62 * 365))
    first = f"{REGION}{born:%Y%m%d}{chance.randint(1, 999):03d}"
    return first + CHECKS[sum(int(digit) * weight for digit, weight in zip(first, WEIGHTS, strict=True)) % 11]


def office_phone(number: int) -> str:
    """A duty telephone of the form 0512-5000 xxxx."""
    return f"0512-5000{number % 10_000:04d}"
