from django.urls import path

from anju.stations.views import callouts, drills, people, roster, stations

app_name = "stations"

urlpatterns = [
    # /stations/
    path("", stations.station_list, name="stations"),
    path("export.xlsx", stations.export, name="export"),
    path("new/", stations.station_new, name="station-new"),
    # /stations/drills/
    path("drills/", drills.drill_list, name="drills"),
    path("drills/new/", drills.drill_new, name="drill-new"),
    path("drills/<str:code>/", drills.drill, name="drill"),
    path("drills/<str:code>/cancel/", drills.drill_cancel, name="drill-cancel"),
    path("drills/<str:code>/photos/<str:file>/", drills.photo, name="drill-photo"),
    # /stations/callouts/
    path("callouts/", callouts.callout_list, name="callouts"),
    path("callouts/export.xlsx", callouts.export, name="callouts-export"),
    path("callouts/new/", callouts.callout_new, name="callout-new"),
    path("callouts/<str:code>/", callouts.callout, name="callout"),
    path("callouts/<str:code>/do/<str:step>/", callouts.step, name="callout-step"),
    path("callouts/<str:code>/photos/<str:file>/", callouts.photo, name="callout-photo"),
    # /stations/S…/
    path("<str:code>/", stations.station, name="station"),
    path("<str:code>/edit/", stations.station_edit, name="station-edit"),
    path("<str:code>/close/", stations.station_close, name="station-close"),
    path("<str:code>/roster/", roster.month, name="roster"),
    path("<str:code>/roster.xlsx", roster.export, name="roster-export"),
    path("<str:code>/people/new/", people.member_new, name="member-new"),
    path("<str:code>/people/<str:member>/", people.member, name="member"),
    path(
        "<str:code>/people/<str:member>/certificates/<str:piece>/withdraw/",
        people.certificate_withdraw,
        name="certificate-withdraw",
    ),
    path(
        "<str:code>/people/<str:member>/certificates/<str:piece>/photo/",
        people.certificate_photo,
        name="certificate-photo",
    ),
    path("<str:code>/kit/", stations.kit_new, name="kit-new"),
    path("<str:code>/kit/<str:piece>/remove/", stations.kit_remove, name="kit-remove"),
    path("<str:code>/coverage/", stations.cover_new, name="cover-new"),
    path("<str:code>/coverage/<str:place>/remove/", stations.cover_remove, name="cover-remove"),
    path("<str:code>/notes/<str:place>/", stations.site_note, name="site-note"),
]
