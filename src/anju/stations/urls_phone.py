from django.urls import path

from anju.stations.views import phone

app_name = "station"

urlpatterns = [
    # /station/
    path("", phone.board, name="board"),
    path("now/", phone.now, name="now"),
    path("<str:code>/<str:step>/", phone.step, name="step"),
]
