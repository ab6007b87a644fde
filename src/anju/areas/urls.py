from django.urls import path

from anju.areas import views

app_name = "areas"

urlpatterns = [
    # /areas/
    path("", views.areas, name="areas"),
    # /areas/estates/
    path("estates/", views.estates, name="estates"),
    path("estates/<str:code>/", views.estate, name="estate"),
    path("estates/<str:code>/edit/", views.estate_edit, name="estate-edit"),
    # /areas/pilots/
    path("pilots/", views.pilots, name="pilots"),
    path("pilots/new/", views.pilot_new, name="pilot-new"),
    path("pilots/<str:code>/end/", views.pilot_end, name="pilot-end"),
    # /areas/A2345678/
    path("<str:code>/", views.area, name="area"),
    path("<str:code>/edit/", views.area_edit, name="area-edit"),
    path("<str:code>/register/", views.register, name="register"),
]
