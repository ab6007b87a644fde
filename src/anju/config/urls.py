"""All addresses: each app's list is included here under its own first word."""

from django.urls import include, path

from anju.portal.views import violations

urlpatterns = [
    path("", include("anju.overview.urls")),
    path("", include("anju.core.urls")),
    path("accounts/", include("anju.accounts.urls")),
    path("audit/", include("anju.audit.urls")),
    path("jobs/", include("anju.jobs.urls")),
    path("areas/", include("anju.areas.urls")),
    path("documents/", include("anju.documents.urls")),
    path("search/", include("anju.dwellings.urls_search")),
    path("dwellings/", include("anju.dwellings.urls")),
    path("moves/", include("anju.dwellings.urls_moves")),
    path("ledger/", include("anju.dwellings.urls_ledger")),
    path("rules/", include("anju.rulebook.urls")),
    path("registration/", include("anju.registration.urls")),
    path("signs/", include("anju.signage.urls")),
    path("q/", include("anju.signage.urls_scan")),
    path("declarations/", include("anju.registration.urls_declarations")),
    path("conventions/", include("anju.outreach.urls")),
    path("alarms/", include("anju.monitoring.urls_alarms")),
    path("inspections/", include("anju.inspections.urls")),
    path("hazards/", include("anju.inspections.urls_hazards")),
    path("enforcement/", include("anju.enforcement.urls")),
    path("devices/", include("anju.monitoring.urls_devices")),
    path("field/", include("anju.field.urls")),
    path("stations/", include("anju.stations.urls")),
    path("push/", include("anju.monitoring.gateway.http.urls")),
    path("smart/", include("anju.monitoring.urls_smart")),
    path("patrol/", include("anju.monitoring.urls_patrol")),
    path("station/", include("anju.stations.urls_phone")),
    path("reports/", include("anju.portal.urls_reports")),
    path("p/", include("anju.portal.urls")),
    path("csp/", violations.stopped, name="csp"),
]
handler404 = "anju.core.views.not_found"
handler403 = "anju.core.views.forbidden"
handler500 = "anju.core.views.broken"
