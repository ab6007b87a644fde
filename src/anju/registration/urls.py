from django.urls import path

from anju.registration.views import lists, papers, wording

app_name = "registration"

urlpatterns = [
    # /registration/
    path("", lists.group_rentals, name="group-rentals"),
    path("group-rentals.xlsx", lists.group_rentals_export, name="group-rentals-export"),
    path("guarantees/", lists.guarantees, name="guarantees"),
    path("guarantees.xlsx", lists.guarantees_export, name="guarantees-export"),
    path("leases/", lists.leases, name="leases"),
    path("leases.xlsx", lists.leases_export, name="leases-export"),
    path("residence/", lists.residence, name="residence"),
    path("residence.xlsx", lists.residence_export, name="residence-export"),
    path("texts/", wording.text_list, name="texts"),
    path("texts/<str:kind>/new/", wording.text_new, name="text-new"),
    # /registration/guarantees/G2345678/
    path("guarantees/<str:code>/check/", papers.guarantee_check, name="guarantee-check"),
    path("guarantees/<str:code>/withdraw/", papers.guarantee_withdraw, name="guarantee-withdraw"),
    path("guarantees/<str:code>/photo/", papers.guarantee_photo, name="guarantee-photo"),
    path("guarantees/<str:code>/paper.pdf", papers.guarantee_paper, name="guarantee-paper"),
    # /registration/leases/C2345678/
    path("leases/<str:code>/file/", papers.lease_file, name="lease-file"),
    path("leases/<str:code>/accept/", papers.lease_accept, name="lease-accept"),
    path("leases/<str:code>/end/", papers.lease_end, name="lease-end"),
    # /registration/homes/D2345678/
    path("homes/<str:code>/guarantee/", papers.guarantee_new, name="guarantee-new"),
    path("homes/<str:code>/lease/", papers.lease_new, name="lease-new"),
    path("homes/<str:code>/residence/<str:party>/check/", papers.residence_check, name="residence-check"),
    path("homes/<str:code>/group-rental/", papers.group_rental_register, name="group-rental-register"),
]
