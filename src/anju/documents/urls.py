from django.urls import path

from anju.documents import views, views_bodies

app_name = "documents"

urlpatterns = [
    # /documents/
    path("", views.documents, name="list"),
    path("export/", views.export, name="export"),
    # /documents/bodies/
    path("bodies/", views_bodies.bodies, name="bodies"),
    path("bodies/new/", views_bodies.body_new, name="body-new"),
    path("bodies/<int:number>/", views_bodies.body_change, name="body-change"),
    # /documents/W234567890/
    path("<str:code>/", views.document, name="document"),
    path("<str:code>/pdf/", views.pdf, name="pdf"),
    path("<str:code>/word/", views.word, name="word"),
    path("<str:code>/serve/", views.serve, name="serve"),
    path("<str:code>/void/", views.void, name="void"),
    path("<str:code>/proof/<str:file>/", views.proof, name="proof"),
]
