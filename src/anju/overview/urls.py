from django.urls import path

from anju.overview.views import home, indicators

app_name = "overview"

urlpatterns = [
    # /
    path("", home.home, name="home"),
    path("changes/", home.changes, name="changes"),
    # /indicators/
    path("indicators/", indicators.indicators, name="indicators"),
    path("indicators/<str:key>/", indicators.indicators, name="indicator"),
    path("indicators/<str:key>/table.xlsx", indicators.table_export, name="table-export"),
    path("indicators/<str:key>/list/", indicators.part_list, name="list"),
    path("indicators/<str:key>/list.xlsx", indicators.list_export, name="list-export"),
]
