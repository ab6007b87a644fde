from django.urls import path

from anju.signage.views import scan

app_name = "scan"

urlpatterns = [
    # /q/<code>/: what every QR code of a sign leads to
    path("<str:code>/", scan.scan, name="scan"),
    path("<str:code>/here/", scan.here, name="here"),
]
