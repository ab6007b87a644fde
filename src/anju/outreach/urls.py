from django.urls import path

from anju.outreach import views

app_name = "outreach"

urlpatterns = [
    # /conventions/
    path("", views.conventions, name="conventions"),
    path("signed/", views.signed, name="signed"),
    path("signed.xlsx", views.signed_export, name="signed-export"),
    path("notices/", views.articles, name="articles"),
    path("notices/new/", views.article_new, name="article-new"),
    path("notices/<str:code>/take-down/", views.article_take_down, name="article-take-down"),
    # /conventions/A…/
    path("<str:code>/", views.community, name="community"),
    path("<str:code>/new/", views.edition_new, name="edition-new"),
]
