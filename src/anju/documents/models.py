"""Documents with gapless numbers per body and year, and how they were served."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area, Department
from anju.areas.scope import NOTHING, Scope
from anju.areas.scoping import ScopedModel
from anju.core.ids import new_code
from anju.files.models import StoredFile


def document_code() -> str:
    return new_code("W", 10)


class IssuingBody(models.Model):
    """An office that issues documents under its own name and number series, e.g. 周市镇安居办."""

    department = models.CharField(max_length=12, choices=Department)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="bodies")
    name = models.CharField(_("name"), max_length=80)
    short_name = models.CharField(_("short name in numbers"), max_length=20)  # 周安
    phone = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["department", "area"], name="one_issuing_body_per_department_and_area"),
            models.UniqueConstraint(fields=["short_name"], name="body_short_name_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Series(models.Model):
    """The last number a body gave to a kind of document in a year; locked while the next one is given."""

    body = models.ForeignKey(IssuingBody, on_delete=models.PROTECT, related_name="series")
    kind = models.CharField(max_length=16)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["body", "kind", "year"], name="one_series_per_body_kind_year")]

    def __str__(self) -> str:
        return f"{self.body} {self.kind} {self.year}"


class Document(ScopedModel):
    """One issued document. Never changed after issue; a wrong one is voided, keeps its number, and a new one is issued."""

    class Kind(models.TextChoices):
        NOTICE = "notice", _("Hazard notice")  # 安全隐患告知书
        ORDER = "order", _("Legal order to correct")  # 责令限期改正通知书
        HAND_OVER = "hand_over", _("Hand-over letter")  # 流转函
        REQUEST = "request", _("Letter to a department")  # 抄告函

    code = models.CharField(max_length=16, unique=True, default=document_code)
    kind = models.CharField(max_length=16, choices=Kind)
    body = models.ForeignKey(IssuingBody, on_delete=models.PROTECT, related_name="documents")
    area_path = models.CharField(max_length=20, db_index=True)  # of what it is about
    year = models.PositiveSmallIntegerField()
    number = models.PositiveIntegerField()
    reference = models.CharField(max_length=60)  # 周安告〔2026〕17 号
    title = models.CharField(max_length=120)
    addressee = models.CharField(max_length=80)
    data = models.JSONField()  # everything the two files were made from
    word = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    pdf = models.ForeignKey(StoredFile, null=True, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    voided_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["body", "kind", "year", "number"], name="document_number_once")]
        indexes = [models.Index(fields=["area_path", "issued_at"], name="document_area_time")]

    def __str__(self) -> str:
        return self.reference

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return (scope.under_areas("area_path") if scope.area_paths else NOTHING) | scope.granted("documents.document")


class Service(models.Model):
    """How a document reached its addressee; the kind of service starts the clock."""

    class How(models.TextChoices):
        IN_PERSON = "in_person", _("In person, signed for")
        LEFT = "left", _("Left with a witness or on video")
        POST = "post", _("By post")
        ELECTRONIC = "electronic", _("Electronically to a confirmed address")
        PUBLIC = "public", _("Public notice")

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="services")
    how = models.CharField(max_length=12, choices=How)
    served_at = models.DateTimeField()  # when it took effect: delivery, or the end of the public notice
    served_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    second_officer = models.CharField(max_length=60, blank=True)
    receiver = models.CharField(max_length=60, blank=True)
    witness = models.CharField(max_length=60, blank=True)
    refused_to_sign = models.BooleanField(default=False)  # a fact about service, not a refusal to correct
    tracking = models.CharField(max_length=60, blank=True)  # post
    address_confirmation = models.CharField(max_length=60, blank=True)  # number of the 送达地址确认书
    posted_on = models.DateField(null=True, blank=True)  # first day of a public notice
    proof = models.ManyToManyField(StoredFile, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["document", "how", "served_at"], name="document_service_once"),
        ]

    def __str__(self) -> str:
        return f"{self.get_how_display()} {self.served_at:%F}"
