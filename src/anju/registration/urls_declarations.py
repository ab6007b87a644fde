from django.urls import path

from anju.registration.views import declarations

app_name = "declarations"

urlpatterns = [
    # /declarations/
    path("", declarations.declaration_list, name="list"),
    path("export.xlsx", declarations.export, name="export"),
    # /declarations/E…/
    path("<str:code>/", declarations.declaration, name="declaration"),
    path("<str:code>/accept/", declarations.accept, name="accept"),
    path("<str:code>/return/", declarations.send_back, name="return"),
]
