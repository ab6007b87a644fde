from django.urls import path

from anju.monitoring.views.smart import patrol

app_name = "patrol"

urlpatterns = [
    # /patrol/
    path("scan/<str:point>/", patrol.scan, name="scan"),
]
