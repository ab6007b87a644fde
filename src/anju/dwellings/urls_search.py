from django.urls import path

from anju.dwellings.views import lists

app_name = "search"

urlpatterns = [
    # /search/
    path("", lists.find, name="find"),
    path("suggest/", lists.suggest, name="suggest"),
]
