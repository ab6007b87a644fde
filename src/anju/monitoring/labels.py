"""QR labels for devices as PDF: one, or an A4 sheet of them. The code leads to the device's page; nothing secret stands on it."""

import io
import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import segno
import typst
from django.utils.translation import gettext as _

from anju import assets
from anju.core.errors import Refused
from anju.monitoring.models import Device

SOURCE = Path(__file__).with_name("labels.typ")
MOST = 720  # 30 sheets


def pdf(devices: Sequence[Device], address_of: Callable[[Device], str]) -> bytes:
    """address_of: the address of a device's page, which the QR code holds."""
    if not devices:
        raise Refused(_("There is no device in this selection, so there is no label to print."))
    if len(devices) > MOST:
        raise Refused(
            _("%(n)s labels are too many for one file; at most %(most)s.") % {"n": len(devices), "most": MOST},
            instead=_("Narrow the list by estate or kind, and print one after the other."),
        )
    with tempfile.TemporaryDirectory(prefix="anju-labels-") as folder:
        (Path(folder) / "labels.typ").write_bytes(SOURCE.read_bytes())
        labels = []
        for device in devices:
            (Path(folder) / f"{device.code}.svg").write_bytes(_qr(address_of(device)))
            labels.append(
                {
                    "qr": f"{device.code}.svg", "id": device.code, "kind": str(device.get_kind_display()), "name": device.name,
                    "where": device.where, "serial": device.serial and f"SN {device.serial}",
                }
            )  # fmt: skip
        sheet = {
            "title": _("Labels of devices"),
            "foot": _("Scan for state and faults. Do not cover or remove."),
            "labels": labels,
        }
        return bytes(
            typst.compile(
                str(Path(folder) / "labels.typ"),
                root=folder,
                ignore_system_fonts=True,
                font_paths=[str(assets.ensure() / "fonts")],
                sys_inputs={"sheet": json.dumps(sheet, ensure_ascii=False)},
            )
        )


def _qr(text: str) -> bytes:
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(out, kind="svg", border=0, xmldecl=False)
    return out.getvalue()
