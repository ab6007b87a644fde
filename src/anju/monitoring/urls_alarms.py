from django.urls import path

from anju.monitoring.views import alarm, alarms, duty, history, live

app_name = "alarms"

urlpatterns = [
    # /alarms/
    path("", alarms.queue, name="queue"),
    path("stream/", live.stream, name="stream"),
    path("since/", live.since, name="since"),
    path("duty/", duty.wall, name="duty"),
    path("history/", history.listing, name="history"),
    path("history.xlsx", history.export, name="export"),
    # /alarms/AL…/
    path("<str:code>/", alarm.page, name="alarm"),
    path("<str:code>/do/<str:move>/", alarm.step, name="step"),
]
