from django.urls import path

from anju.dwellings.views import editing, equipment, lists, pages, people, rooms

app_name = "dwellings"

urlpatterns = [
    # /dwellings/
    path("", lists.homes, name="dwellings"),
    path("export.xlsx", lists.homes_export, name="export"),
    path("new/", editing.new, name="new"),
    # /dwellings/D2345678/
    path("<str:code>/", pages.dwelling, name="dwelling"),
    path("<str:code>/file/", pages.dossier, name="file"),
    path("<str:code>/file.pdf", pages.dossier_pdf, name="file-pdf"),
    path("<str:code>/photos/<str:file>/", pages.photo, name="photo"),
    path("<str:code>/reveal/", people.reveal, name="reveal"),
    path("<str:code>/edit/", editing.edit, name="edit"),
    path("<str:code>/letting/", rooms.letting, name="letting"),
    path("<str:code>/rooms/add/", rooms.room_add, name="room-add"),
    path("<str:code>/rooms/<int:room>/", rooms.room_change, name="room-change"),
    path("<str:code>/people/", people.people, name="people"),
    path("<str:code>/people/<str:party>/leave/", people.leave, name="leave"),
    path("<str:code>/equipment/", equipment.equipment, name="equipment"),
    path("<str:code>/equipment/<str:piece>/remove/", equipment.equipment_remove, name="equipment-remove"),
    path("<str:code>/decide/", editing.decide, name="decide"),
]
