from boundaries import Facade, query


class People(Facade, context="people"):
    @query()
    def name_of(self, *, person_id: int) -> str: ...
