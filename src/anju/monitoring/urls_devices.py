from django.urls import path

from anju.monitoring.views import (
    devices,
    devices_batches,
    devices_coverage,
    devices_edit,
    devices_keys,
    devices_labels,
)

app_name = "devices"

urlpatterns = [
    # /devices/
    path("", devices.device_list, name="devices"),
    path("export.xlsx", devices.export, name="export"),
    path("labels.pdf", devices_labels.many, name="labels"),
    path("new/", devices_edit.new, name="new"),
    # /devices/silent/, /devices/coverage/
    path("silent/", devices_coverage.silent, name="silent"),
    path("coverage/", devices_coverage.estates, name="coverage"),
    path("coverage.xlsx", devices_coverage.estates_export, name="coverage-export"),
    path("coverage/<str:code>/", devices_coverage.estate, name="coverage-estate"),
    # /devices/unknown/
    path("unknown/", devices_edit.unknown, name="unknown"),
    path("unknown/<str:address>/adopt/", devices_edit.adopt, name="adopt"),
    # /devices/batches/
    path("batches/", devices_batches.batch_list, name="batches"),
    path("batches/upload/", devices_batches.upload, name="upload"),
    path("batches/lay-out/", devices_batches.lay_out, name="lay-out"),
    path("batches/template.xlsx", devices_batches.template, name="template"),
    path("batches/<str:code>/", devices_batches.batch, name="batch"),
    path("batches/<str:code>/progress/", devices_batches.progress, name="batch-progress"),
    path("batches/<str:code>/write/", devices_batches.write, name="batch-write"),
    path("batches/<str:code>/give-up/", devices_batches.give_up, name="batch-give-up"),
    path("batches/<str:code>/keys.xlsx", devices_batches.keys, name="batch-keys"),
    path("batches/<str:code>/wrong-rows.xlsx", devices_batches.wrong_rows, name="batch-wrong"),
    # /devices/T…/
    path("<str:code>/", devices.device, name="device"),
    path("<str:code>/rejected/", devices.rejected, name="rejected"),
    path("<str:code>/label.pdf", devices_labels.one, name="label"),
    path("<str:code>/edit/", devices_edit.edit, name="edit"),
    path("<str:code>/move/", devices_edit.move, name="move"),
    path("<str:code>/retire/", devices_edit.retire, name="retire"),
    path("<str:code>/quiet/", devices_edit.quiet, name="quiet"),
    path("<str:code>/quiet/end/", devices_edit.quiet_end, name="quiet-end"),
    path("<str:code>/key/", devices_keys.key, name="key"),
    path("<str:code>/key/rotate/", devices_keys.rotate, name="key-rotate"),
    path("<str:code>/key/revoke/", devices_keys.revoke, name="key-revoke"),
]
