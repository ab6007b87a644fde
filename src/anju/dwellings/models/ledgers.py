"""A ledger that an office imports, row by row, and what was learnt of its columns."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Area
from anju.areas.scope import NOTHING, Scope
from anju.areas.scoping import ScopedModel
from anju.core.ids import new_code
from anju.core.time import today
from anju.files.models import StoredFile


def import_code() -> str:
    return new_code("L", 8)


class LedgerImport(ScopedModel):
    """One uploaded ledger on its way: read, columns matched, previewed, written as a whole or not at all, perhaps undone."""

    class State(models.TextChoices):
        READING = "reading", _("Being read")
        COLUMNS = "columns", _("Columns to be matched")
        CHECKING = "checking", _("Being checked")
        PREVIEW = "preview", _("Ready to be written")
        WRITING = "writing", _("Being written")
        DONE = "done", _("Written")
        UNDOING = "undoing", _("Being undone")
        UNDONE = "undone", _("Undone")
        FAILED = "failed", _("Failed")
        GIVEN_UP = "given_up", _("Given up")

    code = models.CharField(max_length=16, unique=True, default=import_code)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")  # whose homes it may touch
    area_path = models.CharField(max_length=20, db_index=True)
    file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.READING)
    as_of = models.DateField(default=today)  # what the ledger says was so on this day; a later observation outweighs it
    error = models.TextField(blank=True)
    columns = models.JSONField(default=dict)  # {"sheets", "sheet", "header_row", "columns": [guess with "confirmed"]}
    corrections = models.JSONField(default=list)  # [[target, cell text, new text]]
    groups = models.JSONField(default=list)  # equal errors with their number and correction
    counts = models.JSONField(default=dict)  # rows, create, update, same, error, error_cells, changed_cells
    only_good = models.BooleanField(default=False)  # written without the rows that have errors
    job = models.CharField(max_length=16, blank=True)  # code of the job that works on it now
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return scope.under_areas("area_path") if scope.area_paths else NOTHING


class LedgerRow(ScopedModel):
    """One row of an import: what it says, what is wrong, what it will do or did."""

    scope_parent = "ledger"

    ledger = models.ForeignKey(LedgerImport, on_delete=models.CASCADE, related_name="rows")
    sheet = models.CharField(max_length=60)
    number = models.PositiveIntegerField()  # as the office sees it
    cells = models.JSONField()  # {column letter: text}; phones and ID numbers masked
    values = models.JSONField(default=dict)  # {"address", "facts", "people" (sealed), "says", "std_code"}
    errors = models.JSONField(default=list)  # [{"column", "target", "value", "code", "params", "suggestion"}]
    action = models.CharField(max_length=8)  # create, update, same, error
    changes = models.JSONField(default=dict)  # {target: [old, new]} as shown
    dwelling_id = models.BigIntegerField(null=True, blank=True)
    undo = models.JSONField(default=dict)  # what stood before, and the rows that were made
    written = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ledger", "sheet", "number"], name="ledger_row_once")]
        indexes = [models.Index(fields=["ledger", "action", "id"], name="ledger_row_action")]

    def __str__(self) -> str:
        return f"{self.sheet} {self.number}"

    @classmethod
    def visible(cls, scope: Scope) -> Q:
        return scope.under_areas("ledger__area_path") if scope.area_paths else NOTHING


class ColumnMemory(models.Model):
    """Which column an office's header meant last time."""

    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="+")
    header = models.CharField(max_length=80)  # normalised
    target = models.CharField(max_length=40)  # "" = not imported

    class Meta:
        constraints = [models.UniqueConstraint(fields=["area", "header"], name="column_memory_once")]

    def __str__(self) -> str:
        return f"{self.header} → {self.target}"
