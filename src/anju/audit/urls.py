from django.urls import URLPattern, path

from anju.audit import views

app_name = "audit"
urlpatterns: list[URLPattern] = [
    # /audit/
    path("", views.entries, name="entries"),
    path("export/", views.export, name="export"),
    path("<int:number>/", views.entry, name="entry"),
    # /audit/verification/
    path("verification/", views.verification, name="verification"),
    path("verification/step/", views.verification_step, name="verification-step"),
]
