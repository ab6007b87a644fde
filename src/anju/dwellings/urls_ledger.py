from django.urls import path

from anju.dwellings import views_ledger as views

app_name = "ledger"
urlpatterns = [
    # /ledger/
    path("", views.ledgers, name="list"),
    path("new/", views.new, name="new"),
    path("template.xlsx", views.template, name="template"),
    path("sample.xlsx", views.messy_sample, name="sample"),
    # /ledger/L7Q2…/
    path("<str:code>/", views.ledger, name="ledger"),
    path("<str:code>/progress/", views.progress, name="progress"),
    path("<str:code>/columns/", views.columns, name="columns"),
    path("<str:code>/columns/<int:index>/confirm/", views.confirm, name="confirm"),
    path("<str:code>/correct/<int:group>/", views.correct, name="correct"),
    path("<str:code>/write/", views.write, name="write"),
    path("<str:code>/give-up/", views.give_up, name="give-up"),
    path("<str:code>/undo/", views.undo, name="undo"),
    path("<str:code>/bad-rows.xlsx", views.bad_rows, name="bad-rows"),
]
