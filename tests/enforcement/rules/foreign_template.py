CODE = "BD221"

KEEPS = {
    "inside a context": {
        "shop/bookings/templates/bookings/base.html": """\
<p>
""",
        "shop/bookings/templates/bookings/show.html": """\
{% extends "bookings/base.html" %}
""",
    },
    "an override of its own": {
        "shop/payments/templates/base.html": """\
<p>
""",
        "shop/bookings/templates/base.html": """\
<p>
""",
        "shop/bookings/templates/bookings/show.html": """\
{% extends "base.html" %}
""",
    },
    "a library of a third party": {
        "shop/bookings/templates/bookings/show.html": """\
{% load static %}
""",
    },
}
