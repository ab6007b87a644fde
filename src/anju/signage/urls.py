from django.urls import path

from anju.signage.views import batches, consents, lists, signs, styles

app_name = "signs"

urlpatterns = [
    # /signs/
    path("", lists.sign_list, name="signs"),
    path("export.xlsx", lists.export, name="export"),
    path("print/", signs.print_new, name="print"),
    # /signs/batches/
    path("batches/", batches.batch_list, name="batches"),
    path("batches/new/", batches.batch_new, name="batch-new"),
    path("batches/<str:code>/", batches.batch, name="batch"),
    path("batches/<str:code>/go-on/", batches.go_on, name="batch-go-on"),
    path("batches/<str:code>/all.zip", batches.everything, name="batch-zip"),
    path("batches/<str:code>/parts/<int:number>/", batches.part, name="batch-part"),
    # /signs/look/
    path("look/", styles.look, name="look"),
    path("look/<str:code>/", styles.style_edit, name="style"),
    path("look/<str:code>/logo/", styles.logo, name="logo"),
    path("contacts/new/", styles.contact_new, name="contact-new"),
    path("contacts/<str:code>/remove/", styles.contact_remove, name="contact-remove"),
    # /signs/homes/D…/names/
    path("homes/<str:code>/names/<int:occupant>/", consents.consent, name="consent"),
    # /signs/<code of the sign>/
    path("<str:code>/", signs.sign, name="sign"),
    path("<str:code>/picture/", signs.picture, name="picture"),
    path("<str:code>/pdf/", signs.pdf, name="pdf"),
    path("<str:code>/posted/", signs.posted, name="posted"),
    path("<str:code>/photo/", signs.photo, name="photo"),
    path("<str:code>/revoke/", signs.revoke, name="revoke"),
    path("<str:code>/found/", signs.found, name="found"),
]
