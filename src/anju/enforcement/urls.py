from django.urls import path

from anju.enforcement.views import joint, orders, powers

app_name = "enforcement"

urlpatterns = [
    # /enforcement/
    path("", joint.letters, name="letters"),
    # /enforcement/requests/Q…/
    path("requests/<str:code>/", joint.letter, name="request"),
    path("requests/<str:code>/letter/", joint.letter_pdf, name="letter-pdf"),
    path("requests/<str:code>/files/<str:file>/", joint.letter_file, name="letter-file"),
    # /enforcement/joint/
    path("joint/new/", joint.joint_new, name="joint-new"),
    path("joint/<str:code>/", joint.joint_action, name="joint"),
    path("joint/<str:code>/ask/", joint.joint_ask, name="joint-ask"),
    path("joint/<str:code>/end/", joint.joint_end, name="joint-end"),
    # /enforcement/orders/
    path("orders/", orders.order_list, name="orders"),
    path("orders/export.xlsx", orders.export, name="orders-export"),
    path("orders/new/", orders.order_new, name="order-new"),
    # /enforcement/powers/
    path("powers/", powers.power_list, name="powers"),
    path("powers/new/", powers.power_new, name="power-new"),
    path("powers/<str:code>/end/", powers.power_end, name="power-end"),
]
