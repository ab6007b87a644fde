from django.urls import URLPattern, path

from anju.jobs import views

app_name = "jobs"
urlpatterns: list[URLPattern] = [
    # /jobs/<code>/
    path("<str:code>/", views.job, name="job"),
]
