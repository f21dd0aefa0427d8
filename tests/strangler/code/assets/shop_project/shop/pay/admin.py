from django.contrib import admin

from shop.pay.models import Bill

admin.site.register(Bill)
