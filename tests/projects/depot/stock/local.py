from stock.models import Register


class LocalStock:
    def note(self, *, register, entry):
        found, _ = Register.objects.select_for_update().get_or_create(name=register)
        found.history += f" {entry}"
        found.save(update_fields=["history"])
        return len(found.history)

    def history(self, *, register):
        return Register.objects.get(name=register).history
