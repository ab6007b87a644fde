"""Under /push/."""

from django.urls import path

from anju.monitoring.gateway.http import views

app_name = "push"
urlpatterns = [
    # /push/v1/<device>, /push/isapi/<device>/<word>
    path("v1/<str:device>", views.push, name="push"),
    path("isapi/<str:device>/<str:word>", views.isapi, name="isapi"),
]
