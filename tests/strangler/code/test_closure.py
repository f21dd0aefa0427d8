"""Does everything come along that has to, and nothing else, and is the rest refused by name?"""


def modules(files):
    return [file.module for file in files]


class TestWhatMoves:
    def test_is_the_context_whole_without_its_old_migrations(self, project):
        moved = modules(project.close().moved)

        assert "shop.pay.admin" in moved
        assert "shop.pay.local" in moved
        assert not [module for module in moved if "migrations" in module]

    def test_leaves_out_a_package_inside_it_that_another_context_claims(self, project):
        project.append("shop/pay/invoices/__init__.py", "")
        project.append("boundaries.toml", '[contexts.invoices]\npackages = ["shop.pay.invoices"]')

        assert "shop.pay.invoices" not in modules(project.close().moved)

    def test_has_the_tests_that_can_run_alone_and_leaves_the_others(self, project):
        closure = project.close()

        assert "shop.pay.tests.test_fee" in modules(closure.tests)
        assert modules(closure.tests_left) == ["shop.pay.tests.test_with_cart"]

    def test_leaves_a_test_that_needs_one_which_stays(self, project):
        project.append("shop/pay/tests/test_more.py", "from shop.pay.tests.test_with_cart import Basket")

        assert "shop.pay.tests.test_more" in modules(project.close().tests_left)


class TestWhatIsBorrowed:
    def test_is_only_what_is_needed_of_shared_contexts_and_doors(self, project):
        assert modules(project.close().borrowed) == [
            "shop.kernel.money",
            "shop.kernel.rounding",
            "shop.people.public",
        ]

    def test_follows_relative_imports(self, project):
        project.replace(
            "shop/pay/local.py", "from shop.kernel.money import fee", "from ..kernel.money import fee"
        )

        assert "shop.kernel.money" in modules(project.close().borrowed)

    def test_is_nothing_that_only_type_checkers_import(self, project):
        assert not [module for module in modules(project.close().borrowed) if module.startswith("shop.cart")]


class TestWhatIsRefused:
    def refusal(self, project):
        [refusal] = project.close().refusals
        return refusal

    def test_is_nothing_in_a_context_that_keeps_to_the_doors(self, project):
        assert project.close().refusals == ()

    def test_is_an_internal_of_another_context_with_its_line(self, project):
        project.append("shop/pay/bank.py", "from shop.people.models import Person")
        refusal = self.refusal(project)

        assert str(refusal.place) == "shop/pay/bank.py:10"
        assert refusal.module == "shop.people.models.Person"
        assert refusal.reason == "is an internal of people"

    def test_is_an_import_inside_a_function_too(self, project):
        project.append("shop/pay/bank.py", "def late():\n    import shop.people.local")

        assert self.refusal(project).module == "shop.people.local"

    def test_is_a_door_that_the_map_does_not_let_it_use(self, project):
        project.replace("boundaries.toml", 'calls = ["people"]', "calls = []")

        assert "neither calls nor listens to people" in self.refusal(project).reason

    def test_is_code_that_belongs_to_nobody(self, project):
        project.append("shop/helpers.py", "x = 1")
        project.append("shop/pay/bank.py", "from shop import helpers")

        assert self.refusal(project).reason == "belongs to no context of the map"

    def test_is_what_sits_in_the_emptied_parent_package(self, project):
        project.append("shop/pay/bank.py", "from shop import LOADED")

        assert self.refusal(project).module == "shop.LOADED"

    def test_is_an_internal_behind_somebody_elses_door(self, project):
        project.append("shop/people/public/__init__.py", "from shop.people.local import LocalPeople")
        refusal = self.refusal(project)

        assert str(refusal.place).startswith("shop/people/public/__init__.py:")


def test_third_parties_are_known_with_the_modules_that_need_them(project):
    third_party = project.close().third_party

    assert third_party["urllib3"] == ["shop.pay.local"]
    assert third_party["django.contrib"] == ["shop.pay.admin"]
