"""Is every relation and inheritance between contexts seen, and nothing else?"""

from __future__ import annotations

import pytest

from tests.enforcement.conftest import TinyProject, show
from tests.enforcement.kinds.shop import PAYMENTS, couplings


class TestLoaders:
    def test_any_call_that_names_a_model_means_it(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models.py": PAYMENTS,
                "shop/bookings/models.py": (
                    "from django.db import models\n"
                    "import swapping\n"
                    "Payment = swapping.load('payments', 'Payment')\n"
                    "class Booking(models.Model):\n"
                    "    paid = models.ForeignKey(swapping.name_of('payments.Payment'), models.CASCADE)\n"
                    "    held = models.ForeignKey(Payment, models.CASCADE)\n"
                    "    other = models.ForeignKey(swapping.name_of('Any', 'Text'), models.CASCADE)\n"
                ),
            }
        )

        found, unresolved = project.links()

        assert [(link.line, link.target) for link in found if link.kind == "relation"] == [
            (5, "payments.Payment"),
            (6, "payments.Payment"),
        ]
        assert unresolved["relation"] == 1


FIELDS = """\
from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from shop.payments.models import Payment as Paid
PAYMENT = "payments.Payment"
class Kept(models.ForeignKey):
    def __init__(self, *args, **kwargs):
        kwargs.setdefault("to", Paid)
        kwargs.setdefault("related_name", "+")
        self.note = "x"
        super().__init__(*args, **kwargs)
class Derived(Kept):
    def deconstruct(self): ...
class Named(models.ForeignKey):
    def __init__(self, currency=None, **kwargs):
        super().__init__(PAYMENT, models.CASCADE, **kwargs)
class Spoken(models.OneToOneField):
    def __init__(self, **kwargs):
        super().__init__(
            to="payments.Payment", on_delete=models.CASCADE, **kwargs)
class Defaulted(models.ForeignKey):
    def __init__(self, to=PAYMENT, on_delete=models.CASCADE, **kwargs):
        super().__init__(to, on_delete, **kwargs)
class Either(models.ForeignKey):
    def __init__(self, to=None, **kwargs):
        to = to or Paid
        super().__init__(to=to, on_delete=models.CASCADE, **kwargs)
class Looked(models.ForeignKey):
    def __init__(self, *args, **kwargs):
        kwargs["to"] = kwargs.get("to", settings.PAYMENT_MODEL)
        super().__init__(*args, **kwargs)
class Merged(models.ManyToManyField):
    def __init__(self, **kwargs):
        super().__init__(**{"to": "payments.Payment", "through": "payments.Share", **kwargs})
class Comments(GenericRelation):
    def __init__(self, **kwargs):
        super().__init__("payments.Payment", **kwargs)
"""


class TestFieldClasses:
    def couplings(self, project: TinyProject, *fields: str) -> list[str]:
        project.write(
            {
                "shop/settings.py": "PAYMENT_MODEL = 'payments.Payment'\n",
                "shop/payments/models.py": f"{PAYMENTS}class Share(models.Model): ...\n",
                "shop/bookings/fields.py": FIELDS,
                "shop/bookings/models.py": (
                    "from django.db import models\n"
                    "from shop.bookings.fields import *\n"
                    "class Seat(models.Model): ...\n"
                    f"class Booking(models.Model):\n    a = {'; b = '.join(fields)}\n"
                ),
            }
        )
        found = [link for link in project.links()[0] if link.kind in {"relation", "generic"}]
        return [f"{link.kind} {link.target}" for link in found]

    @pytest.mark.parametrize(
        "field",
        [
            "Kept()",
            "Kept(on_delete=models.CASCADE)",
            "Derived()",
            "Named()",
            "Named('EUR')",
            "Spoken(null=True)",
            "Defaulted()",
            "Either()",
            "Looked()",
        ],
    )
    def test_that_fix_a_target_need_none_in_their_fields(self, project: TinyProject, field: str) -> None:
        assert self.couplings(project, field) == ["relation payments.Payment"]

    def test_may_be_told_another(self, project: TinyProject) -> None:
        assert (
            self.couplings(project, "Kept(Seat)", "Kept(to=Seat)", "Defaulted('Seat')", "Either(Seat)") == []
        )

    def test_fix_the_model_between_too(self, project: TinyProject) -> None:
        assert self.couplings(project, "Merged()") == ["relation payments.Payment", "relation payments.Share"]

    def test_of_generic_relations_are_known_by_their_base(self, project: TinyProject) -> None:
        assert self.couplings(project, "Comments()") == ["generic payments.Payment"]

    def test_name_the_way_back_too(self, project: TinyProject) -> None:
        project.write({"shop/payments/views.py": "def f(payment): return payment.booking_set.all()\n"})

        self.couplings(project, "Named()")
        assert [link.target for link in project.links()[0] if link.kind == "reverse"] == ["bookings.Booking"]
        self.couplings(project, "Kept()")
        assert [link.target for link in project.links()[0] if link.kind == "reverse"] == []

    def test_that_show_no_target_are_counted(self, project: TinyProject) -> None:
        project.write({"shop/bookings/models.py": (
            "from django.db import models\nfrom elsewhere import UserForeignKey\n"
            "class Booking(models.Model):\n    user = UserForeignKey()\n"
        )})  # fmt: skip

        assert project.links()[1]["relation"] == 1


class TestFieldsMadeElsewhere:
    @pytest.mark.parametrize(
        "source",
        [
            (
                "def key(**kwargs):\n    kwargs['x'] = 1\n    return models.ForeignKey('payments.Payment', **kwargs)\n"
                "class A(models.Model):\n    x = key()\n"
            ),
            (
                "def key(to, **kwargs): return models.ForeignKey(to, models.CASCADE)\n"
                "class A(models.Model):\n    x = key('payments.Payment')\n"
            ),
            (
                "def key(to='payments.Payment'): return models.ForeignKey(to, models.CASCADE)\n"
                "class A(models.Model):\n    x = key()\n"
            ),
            (
                "key = functools.partial(models.ForeignKey, on_delete=models.CASCADE)\n"
                "class A(models.Model):\n    x = key(to='payments.Payment')\n"
            ),
            (
                "key = functools.partial(models.ForeignKey, 'payments.Payment')\n"
                "class A(models.Model):\n    x = key(on_delete=models.CASCADE)\n"
            ),
            "from shop.bookings.keys import key\nclass A(models.Model):\n    x = key()\n",
            "class A(models.Model): ...\nA.add_to_class('x', models.ForeignKey('payments.Payment', models.CASCADE))\n",
            (
                "class A(models.Model): ...\ndef ready():\n"
                "    models.ForeignKey(to='payments.Payment').contribute_to_class(A, 'x')\n"
            ),
        ],
    )
    def test_are_relations_as_any_other(self, project: TinyProject, source: str) -> None:
        project.write(
            {
                "shop/payments/models.py": PAYMENTS,
                "shop/bookings/keys.py": (
                    "from django.db import models\ndef key():\n    return models.ForeignKey('payments.Payment')\n"
                ),
                "shop/bookings/models.py": f"import functools\nfrom django.db import models\n{source}",
            }
        )

        links, unresolved = project.links()

        found = [link for link in links if link.kind == "relation"]
        assert [(link.source, link.target) for link in found] == [
            ("shop.bookings.models:A", "payments.Payment")
        ]
        assert not unresolved

    def test_belong_to_the_model_and_stand_where_they_are_added(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models.py": PAYMENTS,
                "shop/bookings/models.py": (
                    "from django.db import models\n"
                    "from shop.payments.models import Payment\n"
                    "class Booking(models.Model): ...\n"
                    "Payment.add_to_class('booking', models.ForeignKey(Booking, models.CASCADE))\n"
                ),
            }
        )

        assert couplings(project, "relation") == ["relation bookings/models.py:4 Payment -> bookings.Booking"]

    def test_of_a_model_that_is_not_told_are_counted(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/bookings/models.py": (
                    "from django.db import models\n"
                    "for model in find():\n"
                    "    model.add_to_class('paid', models.ForeignKey('payments.Payment', models.CASCADE))\n"
                    "    model.add_to_class('note', models.TextField())\n"
                )
            }
        )

        assert project.links()[1] == {"relation": 1}


class TestTags:
    MODELS = {
        "shop/payments/models.py": (
            "from django.db import models\n"
            "from taggit.models import GenericTaggedItemBase, TagBase, TaggedItemBase\n"
            "class Tag(TagBase): ...\n"
            "class Item(GenericTaggedItemBase):\n"
            "    tag = models.ForeignKey('Tag', models.CASCADE)\n"
            "class BookingItem(TaggedItemBase):\n"
            "    content_object = models.ForeignKey('bookings.Booking', models.CASCADE)\n"
        ),
        "shop/bookings/fields.py": (
            "from taggit.managers import TaggableManager\n"
            "class Tags(TaggableManager):\n"
            "    def __init__(self, **kwargs):\n"
            "        from shop.payments.models import Item\n"
            "        kwargs.setdefault('through', Item)\n"
            "        super().__init__(**kwargs)\n"
        ),
    }

    @pytest.mark.parametrize(
        ("field", "found"),
        [
            ("Tags()", ["relation payments.Tag", "relation payments.Item", "generic payments.Item"]),
            ("TaggableManager('Words', through='payments.BookingItem')", ["relation payments.BookingItem"]),
            ("TaggableManager('Words')", []),
        ],
    )
    def test_lie_behind_the_model_between(self, project: TinyProject, field: str, found: list[str]) -> None:
        project.write(self.MODELS).write(
            {
                "shop/bookings/models.py": (
                    "from django.db import models\n"
                    "from taggit.managers import TaggableManager\n"
                    "from shop.bookings.fields import Tags\n"
                    f"class Booking(models.Model):\n    words = {field}\n"
                )
            }
        )

        links, unresolved = project.links()

        shown = [f"{link.kind} {link.target}" for link in links if link.path == "shop/bookings/models.py"]
        assert sorted(shown) == sorted(found)
        assert unresolved["relation"] == 0


class TestRelations:
    def test_are_seen_in_every_form(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/settings.py": "AUTH_USER_MODEL = 'payments.Payer'\n",
                "shop/payments/models.py": PAYMENTS,
                "shop/payments/everything.py": "from .models import *\n",
                "shop/bookings/fields.py": (
                    "from django.db import models\nclass OwnKey(models.ForeignKey):\n    pass\n"
                ),
                "shop/bookings/models.py": (
                    "from django.conf import settings\n"  # 1
                    "from django.contrib.auth import get_user_model\n"  # 2
                    "from django.db import models as m\n"  # 3
                    "from django.db.models import OneToOneField\n"  # 4
                    "from shop.payments import everything\n"  # 5
                    "from shop.bookings.fields import OwnKey\n"  # 6
                    "User = settings.AUTH_USER_MODEL\n"  # 7
                    "Alias = everything.Payment\n"  # 8
                    "class Booking(m.Model):\n"  # 9
                    "    a = m.ForeignKey('payments.Payment', on_delete=m.CASCADE)\n"  # 10
                    "    b = m.ForeignKey(on_delete=m.CASCADE, to='payments.payment')\n"  # 11
                    "    c = OneToOneField(everything.Payment, m.CASCADE)\n"  # 12
                    "    d = m.ManyToManyField(Alias)\n"  # 13
                    "    e = m.ForeignKey(settings.AUTH_USER_MODEL, m.CASCADE)\n"  # 14
                    "    f = m.ForeignKey(User, m.CASCADE)\n"  # 15
                    "    g = m.ForeignKey(get_user_model(), m.CASCADE)\n"  # 16
                    "    h = OwnKey('payments.Payment')\n"  # 17
                    "    i: int = m.ForeignKey(getattr(settings, 'AUTH_USER_MODEL', 'x.Y'), m.CASCADE)\n"  # 18
                    "    j = m.ManyToManyField('Trip', through='payments.Payer')\n"  # 19
                    "    if True:\n"  # 20
                    "        k = m.ForeignKey('payments.Payment', m.CASCADE)\n"  # 21
                ),
            }
        )

        found = [(c.line, c.target) for c in project.links()[0] if c.kind == "relation"]

        payment, payer = "payments.Payment", "payments.Payer"
        assert found == [
            (10, payment), (11, payment), (12, payment), (13, payment), (14, payer), (15, payer), (16, payer),
            (17, payment), (18, payer), (19, payer), (21, payment),
        ]  # fmt: skip

    def test_are_not_seen_where_there_are_none(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models.py": PAYMENTS,
                "shop/bookings/models.py": (
                    "'''ForeignKey('payments.Payment')'''\n"
                    "from django.db import models\n"
                    "from django.contrib.contenttypes.fields import GenericForeignKey\n"
                    "# a = models.ForeignKey('payments.Payment')\n"
                    "class Trip(models.Model):\n"
                    "    a = models.ForeignKey('self', models.CASCADE)\n"
                    "    b = models.ForeignKey('Trip', models.CASCADE)\n"
                    "    c = models.ForeignKey('bookings.Trip', models.CASCADE)\n"
                    "    d = GenericForeignKey('payments', 'Payment')\n"
                    "    e = models.CharField(default='payments.Payment')\n"
                    "    f = models.ForeignKey('auth.Group', models.CASCADE)\n"
                    "class Form:\n"
                    "    a = models.ForeignKey('payments.Payment', models.CASCADE)\n"
                ),
            }
        )

        links, unresolved = project.links()

        assert links == []
        assert not unresolved

    def test_that_are_generic_are_a_kind_of_their_own(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models.py": PAYMENTS,
                "shop/bookings/models.py": (
                    "from django.contrib.contenttypes.fields import GenericRelation\n"
                    "from django.db import models\n"
                    "class Trip(models.Model):\n"
                    "    a = GenericRelation('payments.Payment')\n"
                ),
            }
        )

        assert couplings(project, "generic") == ["generic bookings/models.py:4 Trip -> payments.Payment"]
        assert project.codes() == ["BD203"]

    def test_of_a_label_that_two_contexts_use_are_unresolved(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/sales/models.py": PAYMENTS,
                "shop/bookings/sales/models.py": PAYMENTS,
                "shop/bookings/models.py": (
                    "from django.db import models\n"
                    "class Trip(models.Model):\n"
                    "    a = models.ForeignKey('sales.Payment', models.CASCADE)\n"
                ),
            }
        )

        links, unresolved = project.links()

        assert links == []
        assert unresolved == {"relation": 1}

    def test_follow_packages_of_models_that_import_each_other(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models/__init__.py": "from .refund import *\nfrom .payment import *\n",
                "shop/payments/models/refund.py": (
                    "from django.db import models\nfrom shop.payments.models import Payment\n"
                ),
                "shop/payments/models/payment.py": PAYMENTS,
                "shop/bookings/models.py": (
                    "from django.db import models\nfrom shop.payments.models import Payment\n"
                    "class Booking(models.Model):\n    paid = models.ForeignKey(Payment, models.CASCADE)\n"
                ),
            }
        )
        (project.folder / "shop/payments/models.py").unlink()

        assert couplings(project, "relation") == ["relation bookings/models.py:4 Booking -> payments.Payment"]

    def test_that_cannot_be_resolved_are_counted(self, project: TinyProject) -> None:
        text = "from django.db import models\nclass A(models.Model):\n    b = models.ForeignKey(choose(), models.CASCADE)\n"
        project.write({"shop/bookings/models.py": text})

        links, unresolved = project.links()

        assert links == []
        assert unresolved == {"relation": 1}

    def test_of_an_abstract_base_count_once_per_concrete_model_at_its_line(
        self, project: TinyProject
    ) -> None:
        project.write(
            {
                "shop/common/models.py": (
                    "from django.db import models\n"
                    "class Paid(models.Model):\n"
                    "    payment = models.ForeignKey('payments.Payment', models.CASCADE, '%(class)s_set')\n"
                    "    other = models.ForeignKey('Trip', models.CASCADE)\n"
                    "    class Meta:\n"
                    "        abstract = True\n"
                ),
                "shop/payments/models.py": PAYMENTS,
                "shop/bookings/models.py": (
                    "from shop.common.models import Paid\n"
                    "class Trip(Paid):\n"
                    "    pass\n"
                    "class Cruise(Paid):\n"
                    "    class Meta(Paid.Meta):\n"
                    "        ordering = []\n"
                    "class Free(Paid):\n"
                    "    payment = None\n"
                    "class Old(Trip):\n"
                    "    class Meta:\n"
                    "        proxy = True\n"
                ),
            }
        )

        found = project.links()[0]

        assert [show(c) for c in found] == [
            "relation common/models.py:3 Cruise -> payments.Payment",
            "relation common/models.py:3 Trip -> payments.Payment",
        ]
        assert {c.source_context for c in found} == {"bookings"}

    def test_follow_labels_of_app_configs_and_meta(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/apps.py": (
                    "from django.apps import AppConfig\n"
                    "class Config(AppConfig):\n"
                    "    name = 'shop.payments'\n"
                    "    label = 'money'\n"
                ),
                "shop/payments/models.py": PAYMENTS,
                "shop/payments/core/models.py": (
                    "from django.db import models\n"
                    "class Ledger(models.Model):\n"
                    "    class Meta:\n"
                    "        app_label = 'ledger'\n"
                ),
                "shop/bookings/models.py": (
                    "from django.db import models\n"
                    "class Trip(models.Model):\n"
                    "    a = models.ForeignKey('money.Payment', models.CASCADE)\n"
                    "    b = models.ForeignKey('ledger.Ledger', models.CASCADE)\n"
                    "    c = models.ForeignKey('payments.Payment', models.CASCADE)\n"
                ),
            }
        )

        assert couplings(project, "relation") == [
            "relation bookings/models.py:3 Trip -> money.Payment",
            "relation bookings/models.py:4 Trip -> ledger.Ledger",
        ]

    def test_follow_models_that_a_context_claims_in_a_shared_app(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/facility/models.py": (
                    "from django.db import models\n"
                    "class Booking(models.Model):\n"
                    "    invoice = models.ForeignKey('Invoice', models.CASCADE)\n"
                    "class Invoice(models.Model):\n"
                    "    pass\n"
                )
            }
        ).map(
            '[contexts.a]\npackages = []\nmodels = ["facility.Booking"]\n'
            '[contexts.b]\npackages = []\nmodels = ["facility.Invoice"]\n'
        )

        [coupling] = project.links()[0]

        assert (coupling.source_context, coupling.target_context) == ("a", "b")


class TestInheritance:
    def test_names_the_base_and_how_it_is_used(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models.py": PAYMENTS,
                "shop/bookings/models.py": (
                    "from shop.payments.models import Payment as Base\n"
                    "class Deposit(Base):\n"
                    "    pass\n"
                    "class Shown(Base):\n"
                    "    class Meta:\n"
                    "        proxy = True\n"
                ),
            }
        )

        found = [(show(c), c.detail) for c in project.links()[0] if c.kind == "inheritance"]

        assert found == [
            ("inheritance bookings/models.py:2 Deposit -> payments.Payment", "parent table"),
            ("inheritance bookings/models.py:4 Shown -> payments.Payment", "proxy"),
        ]
