"""Addresses of the box office."""

from django.urls import path

from ticketing import views

urlpatterns = [
    path("basket/", views.basket, name="basket"),
    path("receipt/<int:booking>/", views.receipt, name="receipt"),
]
