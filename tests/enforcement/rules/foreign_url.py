CODE = "BD220"

KEEPS = {
    "inside a context": {
        "shop/bookings/urls.py": """\
from django.urls import path, reverse
urlpatterns = [path("", show, name="show")]
ADDRESS = reverse("show")
""",
    },
    "a name that the project does not define": {
        "shop/bookings/views.py": """\
from django.urls import reverse
ADDRESS = reverse("payments:show")
""",
    },
}
