from decimal import Decimal
from uuid import UUID

from boundaries import Facade, query


class Pay(Facade, context="pay"):
    @query()
    def amount_of(self, *, bill_id: UUID) -> Decimal: ...
