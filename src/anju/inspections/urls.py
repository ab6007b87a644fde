from django.urls import path

from anju.inspections.views import visits

app_name = "inspections"

urlpatterns = [
    # /inspections/
    path("", visits.work, name="work"),
    # /inspections/plans/
    path("plans/", visits.plan_list, name="plans"),
    path("plans/new/", visits.plan_new, name="plan-new"),
    path("plans/<str:code>/", visits.plan, name="plan"),
    # /inspections/homes/D…/
    path("homes/<str:code>/visit/", visits.visit_new, name="visit-new"),
    path("homes/<str:code>/check/", visits.ask_check, name="check"),
    path("homes/<str:code>/management/", visits.management, name="management"),
    path("homes/<str:code>/management/file/", visits.management_file, name="management-file"),
    # /inspections/places/P…/
    path("places/<str:code>/visit/", visits.visit_shared, name="visit-shared"),
    # /inspections/visits/V…/
    path("visits/<str:code>/", visits.visit, name="visit"),
    path("visits/<str:code>/photos/<str:file>/", visits.visit_photo, name="visit-photo"),
]
