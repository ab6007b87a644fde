from django.urls import path

from anju.dwellings.views import moves

app_name = "moves"

urlpatterns = [
    # /moves/
    path("", moves.moves, name="moves"),
    path("<str:code>/new/", moves.move_new, name="new"),
]
