from django.urls import path

from anju.portal.views import desk, objections

app_name = "reports"

urlpatterns = [
    # /reports/
    path("", desk.report_list, name="list"),
    path("export.xlsx", desk.export, name="export"),
    path("objections/", objections.objection_list, name="objections"),
    path("objections/export.xlsx", objections.export, name="objections-export"),
    path("objections/<str:code>/answer/", objections.answer, name="objection-answer"),
    path("objections/<str:code>/photos/<str:file>/", objections.photo, name="objection-photo"),
    # /reports/W…/
    path("<str:code>/", desk.report, name="report"),
    path("<str:code>/open/", desk.open_hazard, name="open"),
    path("<str:code>/answer/", desk.answer, name="answer"),
    path("<str:code>/reject/", desk.reject, name="reject"),
    path("<str:code>/photos/<str:file>/", desk.photo, name="photo"),
]
