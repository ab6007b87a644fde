from django.urls import path

from anju.monitoring.views.smart import doors, lanes, lifts, overview, patrol, piles

app_name = "smart"

urlpatterns = [
    # /smart/
    path("", overview.overview, name="overview"),
    # /smart/lanes/
    path("lanes/", lanes.lane_list, name="lanes"),
    path("lanes/export.xlsx", lanes.export, name="lanes-export"),
    path("lanes/campaigns/", lanes.campaign_list, name="campaigns"),
    path("lanes/campaigns/new/", lanes.campaign_new, name="campaign-new"),
    path("lanes/campaigns/<str:code>/", lanes.campaign, name="campaign"),
    # /smart/lifts/
    path("lifts/", lifts.lift_list, name="lifts"),
    path("lifts/export.xlsx", lifts.export, name="lifts-export"),
    path("lifts/<str:code>/", lifts.lift, name="lift"),
    path("lifts/<str:code>/do/<str:name>/", lifts.ask, name="lift-ask"),
    # /smart/patrol/
    path("patrol/", patrol.route_list, name="patrol"),
    path("patrol/export.xlsx", patrol.export, name="patrol-export"),
    path("patrol/new/", patrol.route_new, name="route-new"),
    path("patrol/<str:code>/", patrol.route, name="route"),
    path("patrol/<str:code>/edit/", patrol.route_edit, name="route-edit"),
    path("patrol/<str:code>/end/", patrol.route_end, name="route-end"),
    path("patrol/<str:code>/labels/", patrol.labels, name="route-labels"),
    # /smart/piles/
    path("piles/", piles.pile_list, name="piles"),
    path("piles/export.xlsx", piles.export, name="piles-export"),
    path("piles/estates/<str:code>/ebikes/", piles.ebikes, name="ebikes"),
    path("piles/<str:code>/", piles.pile, name="pile"),
    path("piles/<str:code>/ports/", piles.ports, name="ports"),
    # /smart/doors/
    path("doors/", doors.door_list, name="doors"),
    path("doors/export.xlsx", doors.export, name="doors-export"),
    path("doors/events/", doors.event_list, name="door-events"),
    path("doors/events.xlsx", doors.event_export, name="door-events-export"),
    path("doors/<str:code>/", doors.door, name="door"),
    path("doors/<str:code>/consent/", doors.consent_new, name="consent-new"),
    path("doors/<str:code>/consent/withdraw/", doors.consent_withdraw, name="consent-withdraw"),
    path("doors/<str:code>/ways/", doors.alternative_new, name="alternative-new"),
    path("doors/<str:code>/ways/<str:kind>/end/", doors.alternative_end, name="alternative-end"),
]
