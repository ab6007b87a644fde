from django.urls import path

from anju.portal.views import landlord, notes, own, public, reporting, signing_in, tenant

app_name = "portal"

urlpatterns = [
    # /p/: anybody
    path("", public.start, name="start"),
    path("home/<str:code>/", public.home, name="home"),
    path("home/<str:code>/convention/", public.convention, name="convention"),
    path("home/<str:code>/notices/", public.notices, name="notices"),
    path("home/<str:code>/report/", reporting.report_here, name="report-here"),
    path("home/<str:code>/tenant/", tenant.door, name="tenant"),
    path("home/<str:code>/move-in/", tenant.move_in, name="move-in"),
    path("home/<str:code>/message/", notes.leave, name="note-new"),
    path("message/<str:code>/", notes.note, name="note"),
    path("join/<str:code>/", tenant.join, name="join"),
    path("declared/<str:code>/", tenant.declared, name="declared"),
    path("report/", reporting.report, name="report"),
    path("report/find/", reporting.find, name="find"),
    path("report/<str:code>/", reporting.tracking, name="tracking"),
    path("texts/<str:kind>/", public.text, name="text"),
    # /p/sign-in/
    path("sign-in/", signing_in.ask, name="sign-in"),
    path("sign-in/code/", signing_in.code, name="code"),
    path("sign-out/", signing_in.sign_out, name="sign-out"),
    # /p/me/: who is signed in
    path("me/", own.me, name="me"),
    path("own/<str:code>/", own.own, name="own"),
    path("me/declarations/<str:code>/withdraw/", own.withdraw, name="withdraw"),
    path("papers/<str:code>.pdf", own.paper, name="paper"),
    # /p/mine/D…/: who lets
    path("mine/<str:code>/", landlord.home, name="mine"),
    path("mine/<str:code>/guarantee/", landlord.guarantee, name="guarantee"),
    path("mine/<str:code>/rooms/", landlord.rooms, name="rooms"),
    path("mine/<str:code>/arrive/", landlord.arrive, name="arrive"),
    path("mine/<str:code>/people/<str:party>/leave/", landlord.leave, name="leave"),
    path("mine/<str:code>/lease/", landlord.lease, name="lease"),
    path("mine/<str:code>/invite/", landlord.invite, name="invite"),
    path("messages/<str:code>/answer/", notes.answer, name="note-answer"),
    path("put-right/<str:code>/", landlord.correct, name="correct"),
    path("object/<str:code>/", landlord.object_to, name="object"),
    # /p/living/D…/: who lives there
    path("living/<str:code>/", tenant.living, name="living"),
    path("living/<str:code>/declare/", tenant.declare, name="declare"),
    path("living/<str:code>/report/", tenant.report, name="report-own"),
    path("living/<str:code>/convention/", tenant.sign, name="sign"),
    path("living/<str:code>/consent/", tenant.consent, name="consent"),
    path("living/<str:code>/leave/", tenant.leave, name="move-out"),
]
