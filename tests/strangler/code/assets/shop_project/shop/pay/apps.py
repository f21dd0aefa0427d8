from django.apps import AppConfig


class PayConfig(AppConfig):
    name = "shop.pay"
    label = "pay"
