from django.urls import path

from anju.field.views import api, records, shell, uploads

app_name = "field"

urlpatterns = [
    # /field/: the app itself
    path("", shell.shell, name="app"),
    path("sw.js", shell.worker, name="worker"),
    path("manifest.webmanifest", shell.manifest, name="manifest"),
    path("rulebook-<str:mark>.mjs", api.rulebook, name="rulebook"),
    # /field/api/v1/: what the app calls (docs/field-api.md)
    path("api/v1/me", api.me, name="me"),
    path("api/v1/wiped", api.wiped, name="wiped"),
    path("api/v1/book", api.book, name="book"),
    path("api/v1/grid", api.grid, name="grid"),
    path("api/v1/envelopes", api.envelopes, name="envelopes"),
    path("api/v1/envelopes/<str:code>", api.envelope, name="envelope"),
    path("api/v1/envelopes/<str:code>/decide", api.decide, name="envelope-decide"),
    path("api/v1/photos/<str:sha256>", api.photo, name="photo"),
    path("api/v1/uploads/", uploads.begin, name="uploads"),
    path("api/v1/uploads/<str:code>", uploads.upload, name="upload"),
    # pages of the staff
    path("records/", records.records, name="records"),
    path("records/export.xlsx", records.export, name="export"),
    path("records/<str:code>/", records.record, name="record"),
    path("records/<str:code>/decide/", records.decide, name="decide"),
    path("records/<str:code>/retry/", records.retry, name="retry"),
    path("records/<str:code>/photos/<str:file>/", records.photo, name="record-photo"),
    path("phones/", records.phone_list, name="phones"),
    path("phones/<str:code>/wipe/", records.wipe, name="wipe"),
]
