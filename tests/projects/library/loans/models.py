from django.db import models

from boundaries import Reference


class Loan(models.Model):
    book = Reference("books.Book")
    reader = models.IntegerField(db_index=True)
    returned = models.BooleanField(default=False)
    fine = Reference("fines.Fine", null=True)
    is_cleared = models.BooleanField(default=False)

    def __str__(self):
        return f"book {self.book_id} to reader {self.reader}"
