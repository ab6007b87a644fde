from django.urls import URLPattern, URLResolver, path
from django.views.i18n import set_language

from anju.core import views, views_components

app_name = "core"

urlpatterns: list[URLPattern | URLResolver] = [
    # /healthz, /readyz
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    # /language/
    path("language/", set_language, name="set-language"),
    # /ui/components/
    path("ui/components/", views_components.components, name="components"),
]
