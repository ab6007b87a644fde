from django.urls import path

from anju.inspections.views import hazards, lists

app_name = "hazards"

urlpatterns = [
    # /hazards/
    path("", lists.hazard_list, name="list"),
    path("board/", lists.board, name="board"),
    path("export.xlsx", lists.export, name="export"),
    path("bulk/", lists.bulk, name="bulk"),
    path("new/", hazards.new, name="new"),
    path("inbox/", hazards.inbox, name="inbox"),
    path("notice/", hazards.notice, name="notice"),
    # /hazards/H…/
    path("<str:code>/", hazards.hazard, name="hazard"),
    path("<str:code>/photos/<str:file>/", hazards.photo, name="photo"),
    path("<str:code>/do/<str:name>/", hazards.step, name="step"),
]
