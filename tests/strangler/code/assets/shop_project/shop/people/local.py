from shop.people.models import Person


class LocalPeople:
    def name_of(self, *, person_id: int) -> str:
        return Person.objects.get(pk=person_id).name
