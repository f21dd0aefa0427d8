from django.urls import include, path

urlpatterns = [path("boundaries/", include("boundaries.facades.urls"))]
