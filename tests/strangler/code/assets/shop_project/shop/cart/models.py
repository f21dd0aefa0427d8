from django.db import models


class Basket(models.Model):
    bill_id = models.UUIDField(null=True)

    def __str__(self):
        return str(self.pk)
