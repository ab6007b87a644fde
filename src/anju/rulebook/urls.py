from django.urls import path

from anju.rulebook import views

app_name = "rulebook"

urlpatterns = [
    # /rules/
    path("", views.rules, name="rules"),
    # /rules/try/
    path("try/", views.trial_new, name="trial-new"),
    path("try/<str:code>/", views.trial, name="trial"),
    # /rules/R01/
    path("<str:rule_id>/", views.rule, name="rule"),
    path("<str:rule_id>/homes/", views.homes, name="homes"),
    path("<str:rule_id>/homes.xlsx", views.homes_export, name="homes-export"),
]
