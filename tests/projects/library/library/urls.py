from django.urls import path
from loans import views

urlpatterns = [
    path("loans/", views.lend),
    path("loans/<int:loan_id>/return", views.take_back),
    path("fines/<int:fine_id>/pay", views.pay),
    path("readers/<int:reader>", views.account),
]
