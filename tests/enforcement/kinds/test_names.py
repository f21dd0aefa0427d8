"""Are tasks, URLs, templates and content types of another context seen by their names, and no other strings?"""

from __future__ import annotations

import pytest

from tests.enforcement.conftest import TWO_CONTEXTS, TinyProject
from tests.enforcement.kinds.shop import PAYMENTS, couplings


class TestTasks:
    TASKS = {
        "shop/payments/tasks.py": (
            "from celery import shared_task\n"
            "@shared_task\n"
            "def capture(): ...\n"
            "@app.task(name='money.refund')\n"
            "def refund(): ...\n"
            "def plain(): ...\n"
        )
    }

    @pytest.mark.parametrize(
        ("statement", "target"),
        [
            ("app.send_task('shop.payments.tasks.capture')", "shop.payments.tasks.capture"),
            ("signature('money.refund', args=[1])", "money.refund"),
            ("X = 'shop.payments.tasks.capture'", "shop.payments.tasks.capture"),
            ("CELERY_BEAT_SCHEDULE = {'nightly': {'task': 'money.refund'}}", "money.refund"),
            ("app.conf.task_routes = {'shop.payments.tasks.*': {'queue': 'q'}}", "shop.payments.tasks.*"),
            ("app.conf.update(task_routes={'shop.payments.tasks.cap*': 'q'})", "shop.payments.tasks.cap*"),
        ],
    )
    def test_are_seen_by_name(self, project: TinyProject, statement: str, target: str) -> None:
        project.write(self.TASKS).write({"shop/bookings/a.py": f"{statement}\n"})

        assert couplings(project, "task") == [f"task bookings/a.py:1 <module> -> {target}"]
        assert project.codes() == ["BD219"]

    def test_are_not_seen_where_there_are_none(self, project: TinyProject) -> None:
        project.write(self.TASKS).write(
            {
                "shop/payments/a.py": "app.send_task('money.refund')\n",
                "shop/bookings/a.py": "app.send_task('own')\nx = {'task': 'a.b.c'}\ny = 'money.refund'[1:]\n",
            }
        )

        assert couplings(project, "task") == ["task bookings/a.py:3 <module> -> money.refund"]


class TestURLs:
    FILES = {
        "shop/payments/views.py": "def show(request): ...\nclass List: ...\n",
        "shop/payments/urls.py": (
            "from django.urls import path\n"
            "from shop.payments import views\n"
            "app_name = 'pay'\n"
            "urlpatterns = [\n"
            "    path('<int:pk>/', views.show, name='show'),\n"
            "    path('', login_required(views.List.as_view()), name='list'),\n"
            "]\n"
        ),
        "shop/urls.py": (
            "from django.urls import include, path\n"
            "from shop.payments.views import show\n"
            "urlpatterns = [\n"
            "    path('old/', show, name='old-payment'),\n"
            "    path('pay/', include(('shop.payments.urls', 'x'), namespace='money')),\n"
            "    path('all/', include(('shop.all', 'all'))),\n"
            "]\n"
        ),
    }

    def test_are_seen_under_the_namespace_around_them(self, project: TinyProject) -> None:
        project.write(self.FILES).write(
            {
                "shop/all.py": "urlpatterns = [path('', include('shop.payments.inner'))]\n",
                "shop/payments/inner.py": "urlpatterns = [path('', show, name='inner')]\n",
                "shop/bookings/a.py": "reverse('all:inner')\nreverse('inner')\n",
            }
        )

        assert couplings(project, "url") == ["url bookings/a.py:1 <module> -> all:inner"]

    def test_are_seen_in_python_and_templates(self, project: TinyProject) -> None:
        project.write(self.FILES).write(
            {
                "shop/bookings/a.py": (
                    "reverse('pay:show', args=[1])\n"
                    "reverse_lazy('money:list')\n"
                    "redirect('old-payment')\n"
                    "reverse(viewname='pay:list')\n"
                    "include('shop.payments.urls')\n"
                ),
                "shop/bookings/templates/bookings/a.html": (
                    "{# {% url 'pay:show' %} #}\n<a href=\"{% url 'pay:show' pk=1 %}\">\n{{ url('money:show') }}\n"
                ),
            }
        )

        assert couplings(project, "url") == [
            "url bookings/a.py:1 <module> -> pay:show",
            "url bookings/a.py:2 <module> -> money:list",
            "url bookings/a.py:3 <module> -> old-payment",
            "url bookings/a.py:4 <module> -> pay:list",
            "url bookings/a.py:5 <module> -> shop.payments.urls",
            "url bookings/templates/bookings/a.html:2 <module> -> pay:show",
            "url bookings/templates/bookings/a.html:3 <module> -> money:show",
        ]
        result = project.check()
        assert {found.rule for found in result.counted} == {"BD220"}
        assert result.is_clean

    def test_of_nobody_or_of_two_are_unresolved(self, project: TinyProject) -> None:
        route = "from django.urls import path\nurlpatterns = [path('', show, name='home')]\n"
        project.write(self.FILES).write(
            {
                "shop/payments/more.py": route,
                "shop/bookings/urls.py": route,
                "shop/bookings/a.py": (
                    "reverse('home')\n"
                    "reverse('nowhere')\n"
                    "reverse(name)\n"
                    "redirect('/address/')\n"
                    "reverse('admin:index')\n"
                    "names.reverse()\n"
                ),
            }
        )

        links, unresolved = project.links()

        assert [link for link in links if link.kind == "url"] == []
        assert unresolved == {"url": 2}

    def test_of_routers_and_of_models_in_the_admin(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models.py": PAYMENTS,
                "shop/payments/api.py": (
                    "from shop.payments.models import Payer, Payment\n"
                    "class PaymentViewSet:\n"
                    "    queryset = Payment.objects.all()\n"
                    "router.register('payments', PaymentViewSet)\n"
                    "router.register('payers', PaymentViewSet, basename='payer')\n"
                ),
                "shop/bookings/a.py": (
                    "reverse('payment-list')\nreverse('payer-detail', args=[1])\nreverse('admin:payments_payment_change')\n"
                ),
            }
        )

        assert [line.rpartition(" ")[2] for line in couplings(project, "url")] == [
            "payment-list",
            "payer-detail",
            "admin:payments_payment_change",
        ]


class TestTemplates:
    FILES = {
        "shop/payments/templates/payments/base.html": "<p>",
        "shop/payments/templatetags/money.py": "",
        "shop/bookings/templatetags/dates.py": "",
    }

    def test_are_seen_in_tags_and_in_python(self, project: TinyProject) -> None:
        project.write(self.FILES).write(
            {
                "shop/bookings/templates/bookings/a.html": (
                    '{% extends "payments/base.html" %}\n'
                    "{% load dates money %}\n"
                    "{% load euro from money %}\n"
                    "{%- include 'payments/base.html' with a=1 %}\n"
                    "{% comment %}\n{% load money %}\n{% endcomment %}\n"
                    "{% include name %}\n"
                ),
                "shop/bookings/views.py": (
                    "class View:\n"
                    "    template_name = 'payments/base.html'\n"
                    "def show(request):\n"
                    "    '''payments/base.html'''\n"
                    "    return render(request, 'payments/base.html')\n"
                ),
            }
        )

        found = couplings(project, "template")

        page = "template bookings/templates/bookings/a.html"
        assert found == [
            f"{page}:1 <module> -> payments/base.html",
            f"{page}:2 <module> -> shop.payments.templatetags.money",
            f"{page}:3 <module> -> shop.payments.templatetags.money",
            f"{page}:4 <module> -> payments/base.html",
            "template bookings/views.py:2 View -> payments/base.html",
            "template bookings/views.py:5 show -> payments/base.html",
        ]
        assert project.links()[1]["template"] == 1
        assert set(project.codes()) == {"BD221"}

    def test_that_the_context_overrides_or_that_two_offer_are_none(self, project: TinyProject) -> None:
        project.map(f'{TWO_CONTEXTS}\n[contexts.gifts]\npackages = ["shop.gifts"]\n').write(
            {
                "shop/payments/templates/base.html": "",
                "shop/bookings/templates/base.html": "",
                "shop/payments/templates/menu.html": "",
                "shop/gifts/templates/menu.html": "",
                "shop/gifts/a.py": "",
                "shop/bookings/templates/a.html": "{% include 'base.html' %}{% include 'menu.html' %}{% include 'x.html' %}",
            }
        )

        links, unresolved = project.links()

        assert links == []
        assert unresolved == {"template": 1}


class TestContentTypes:
    def test_are_seen_by_model_and_by_natural_key(self, project: TinyProject) -> None:
        project.write(
            {
                "shop/payments/models.py": PAYMENTS,
                "shop/bookings/a.py": (
                    "from django.contrib.contenttypes.models import ContentType\n"
                    "from shop.payments import models\n"
                    "def f(model):\n"
                    "    ContentType.objects.get_for_model(models.Payment)\n"
                    "    ContentType.objects.get_by_natural_key('payments', 'payer')\n"
                    "    ContentType.objects.get(app_label='payments', model='payment')\n"
                    "    ContentType.objects.get_for_model(model)\n"
                    "    ContentType.objects.get(app_label='bookings', model='trip')\n"
                ),
            }
        )

        assert couplings(project, "generic") == [
            "generic bookings/a.py:4 f -> payments.Payment",
            "generic bookings/a.py:5 f -> payments.Payer",
            "generic bookings/a.py:6 f -> payments.Payment",
        ]
