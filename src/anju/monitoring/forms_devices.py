"""Forms of the register of devices: new, change, move, retire, maintenance, keys, adoption, a ledger, an estate."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from anju.areas.models import Place
from anju.areas.selectors import estates_of
from anju.core import time
from anju.core.forms import DayInput, MomentInput
from anju.dwellings.ledger.problems import Problem
from anju.dwellings.services.imports.register import building_key
from anju.monitoring import thresholds
from anju.monitoring.ledgers.problems import text_of
from anju.monitoring.models import Device
from anju.monitoring.selectors.device_page import limits_of
from anju.monitoring.selectors.spots import Found, Spots, rooms_of
from anju.monitoring.services.register import Spot

ADDRESS_HELP = _("Six bytes as 12 hexadecimal digits in the order of the wire, e.g. 790300000000")


class WhereForm(forms.Form):
    """Where a device hangs: a home and perhaps a room of it, or a place without one. Gives `spot`."""

    where = forms.CharField(
        label=_("Where it hangs"), max_length=120,
        help_text=_("Code or address of a home, or an estate, building or unit: D2345678, 兰泾花苑12幢2单元302, 兰泾花苑12幢"),
    )  # fmt: skip
    room = forms.CharField(
        label=_("Room of the home"), max_length=20, required=False,
        help_text=_("As on its door: A, B, 主卧. Empty: the common part of the home, or a place without a home"),
    )  # fmt: skip

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("where"):
            self._place(data)
        return data

    def _place(self, data: dict[str, Any]) -> None:
        spots, text = Spots.of(self.user), data["where"].strip()
        found: Found | Problem = spots.by_code(text) if text.isascii() and text.isalnum() else spots.by_address(text)
        if isinstance(found, Problem):
            self.add_error("where", f"“{text}”: {text_of(found.code, dict(found.params))}")
            return
        room = data.get("room", "").strip()
        if room and found.dwelling is None:
            self.add_error("room", text_of("room_without_home", {}))
            return
        if room and found.dwelling is not None:
            rooms = rooms_of(found.dwelling)
            if rooms and room not in rooms:
                self.add_error("room", text_of("room_unknown", {"rooms": _t(", ").join(rooms)}))
                return
        data["spot"] = Spot(found.dwelling, room, found.place)


class AboutForm(forms.Form):
    """What a device is. Cleaned data are `details` of `services.register`."""

    name = forms.CharField(
        label=_("Name of the device"),
        max_length=60,
        required=False,
        help_text=_("How people call it: 厨房烟感, 3 号桩"),
    )
    profile = forms.CharField(
        label=_("Vendor profile"), max_length=40, required=False,
        help_text=_("Maker and type; for a transmission unit the profile by which its frames are read"),
    )  # fmt: skip
    serial = forms.CharField(label=_("Serial number"), max_length=60, required=False)
    installed_on = forms.DateField(label=_("Installed on"), widget=DayInput(), required=False)
    calibrated_until = forms.DateField(
        label=_("Calibrated until"),
        widget=DayInput(),
        required=False,
        help_text=_("Gas detectors are calibrated every year"),
    )
    battery_changed_on = forms.DateField(label=_("Battery changed on"), widget=DayInput(), required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        today = time.today()
        for name in ("installed_on", "battery_changed_on"):
            if data.get(name) and data[name] > today:
                self.add_error(name, ValidationError(_t("This day lies in the future.")))
        if (
            data.get("installed_on")
            and data.get("calibrated_until")
            and data["calibrated_until"] < data["installed_on"]
        ):
            self.add_error("calibrated_until", ValidationError(_t("It ends before the device was installed.")))
        return data


class NewDeviceForm(WhereForm, AboutForm):
    kind = forms.ChoiceField(label=_("Kind of device"), choices=[("", _("Choose a kind")), *Device.Kind.choices])
    address = forms.CharField(label=_("Wire address"), max_length=30, required=False, help_text=ADDRESS_HELP)
    unit = forms.CharField(
        label=_("Behind a transmission unit"), max_length=16, required=False,
        help_text=_("Code of the unit, when the detector speaks through one; it then has no key of its own"),
    )  # fmt: skip
    part = forms.CharField(
        label=_("Part of the unit"), max_length=40, required=False, help_text=_("As the unit names it: 1-1-00000200")
    )
    field_order = ("kind", "where", "room", "name", "address", "unit", "part", "profile", "serial", "installed_on")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        kind, address = data.get("kind"), data.get("address", "")
        if kind == Device.Kind.TRANSMISSION_UNIT and not address:
            self.add_error("address", text_of("wire_missing", {}))
        if kind and kind != Device.Kind.TRANSMISSION_UNIT and address:
            self.add_error("address", text_of("wire_not_here", {}))
        if data.get("unit") or data.get("part"):
            data["parent"] = Device.objects.for_user(self.user).filter(code=data.get("unit", "").upper()).first()
            if data["parent"] is None:
                self.add_error("unit", _t("There is no device with this code in your area."))
        return data

    def details(self) -> dict[str, Any]:
        """For `services.register.add_device`."""
        data = self.cleaned_data
        plain = (
            "kind",
            "spot",
            "name",
            "address",
            "part",
            "profile",
            "serial",
            "installed_on",
            "calibrated_until",
            "battery_changed_on",
        )
        return {**{name: data[name] for name in plain}, "parent": data.get("parent")}


class EditDeviceForm(AboutForm):
    """With the device's own limits: one field for each threshold of its kind."""

    room = forms.CharField(label=_("Room of the home"), max_length=20, required=False)
    silent_after = forms.IntegerField(
        label=_("Silent after, in minutes"), min_value=1, max_value=60 * 24 * 30, required=False,
        help_text=_("Empty: the time of its kind"),
    )  # fmt: skip
    version = forms.IntegerField(widget=forms.HiddenInput)
    field_order = (
        "name",
        "room",
        "profile",
        "serial",
        "installed_on",
        "calibrated_until",
        "battery_changed_on",
        "silent_after",
    )

    def __init__(self, *args: Any, device: Device, **kwargs: Any) -> None:
        kwargs.setdefault(
            "initial", {name: getattr(device, name) for name in (*AboutForm.base_fields, "room", "version")}
        )
        if device.silent_after:
            kwargs["initial"]["silent_after"] = device.silent_after // 60
        super().__init__(*args, **kwargs)
        if device.dwelling_id is None:
            del self.fields["room"]
        kept = thresholds.rules_of(device.kind, time.today()).silent_after
        if kept is not None:
            self.fields["silent_after"].help_text = _t("Empty: the time of its kind, %(hours)s hours") % {
                "hours": f"{kept / 3600:g}"
            }
        given = {rule.id: rule for rule in thresholds.rules_of(device.kind, time.today()).rules}
        for limit in limits_of(device, time.today()):
            self.fields[f"limit_{limit.rule.id}"] = forms.FloatField(
                label=_t("Own limit: %(reading)s, %(raises)s (%(unit)s)")
                % {"reading": limit.reading, "raises": limit.raises, "unit": limit.rule.unit},
                required=False, initial=device.limits.get(limit.rule.id),
                help_text=_t("Empty: %(limit)s, the edition's limit. Source: %(source)s")
                % {"limit": f"{given[limit.rule.id].limit:g}", "source": limit.source},
            )  # fmt: skip

    def details(self) -> dict[str, Any]:
        data = dict(self.cleaned_data)
        data.pop("version")
        minutes = data.pop("silent_after")
        own = {name.removeprefix("limit_"): data.pop(name) for name in list(data) if name.startswith("limit_")}
        return {
            **data, "silent_after": minutes * 60 if minutes else None,
            "limits": {name: value for name, value in own.items() if value is not None},
        }  # fmt: skip


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class QuietForm(ReasonForm):
    until = forms.DateTimeField(
        label=_("Maintenance until"),
        widget=MomentInput(),
        help_text=_("Within seven days. Until then danger counts as a test, the rest is left out"),
    )
    field_order = ("until", "reason")


class AdoptForm(WhereForm):
    name = forms.CharField(
        label=_("Name of the device"), max_length=60, required=False, help_text=_("How people call it: 3 幢消控主机")
    )
    profile = forms.CharField(
        label=_("Vendor profile"), max_length=40, required=False, help_text=_("Empty: as the standard says")
    )
    field_order = ("where", "name", "profile")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["room"]
        self.fields["where"].help_text = _t("An estate, building or unit: 兰泾花苑, 兰泾花苑12幢")


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("Ledger of devices"), help_text=_("Excel or CSV with a row that names the columns; see the empty ledger"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.txt"}), allow_empty_file=True,
    )  # fmt: skip


class LayOutForm(forms.Form):
    """One device of a kind wherever an estate, or one of its buildings, lacks one."""

    estate = forms.ModelChoiceField(
        Place.objects.none(), label=_("Estate or village"), empty_label=_("Choose an estate")
    )
    building = forms.CharField(
        label=_("Building or group"),
        max_length=20,
        required=False,
        help_text=_("Empty: the whole estate. Else 12幢 or 3组"),
    )
    kind = forms.ChoiceField(label=_("Kind of device"), choices=[])
    per = forms.ChoiceField(
        label=_("One for"), choices=[("room", _("every room let")), ("home", _("every home that is let"))],
        widget=forms.RadioSelect, initial="room",
    )  # fmt: skip
    profile = AboutForm.base_fields["profile"]

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["estate"].queryset = estates_of(user).order_by("area_path", "name")  # type: ignore[attr-defined]
        own = [pair for pair in Device.Kind.choices if pair[0] in IN_HOMES]
        self.fields["kind"].choices = own  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        estate, name = data.get("estate"), data.get("building", "").strip()
        data["place"] = estate
        if estate is not None and name:
            inside = Place.objects.filter(parent=estate, kind=Place.Kind.BUILDING).select_related("area", "parent")
            data["place"] = next((row for row in inside if building_key(row.name) == building_key(name)), None)
            if data["place"] is None:
                self.add_error("building", text_of("building_unknown", {"estate": estate.name}))
        return data

    def details(self) -> dict[str, Any]:
        """For `services.batches.lay_out`."""
        return {name: self.cleaned_data[name] for name in ("place", "kind", "per", "profile")}


K = Device.Kind
IN_HOMES = (K.SMOKE, K.GAS, K.RESIDUAL_CURRENT, K.CABLE_TEMPERATURE, K.ARC, K.BREAKER, K.LOCK)
