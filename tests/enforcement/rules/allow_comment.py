CODE = "BD216"

KEEPS = {
    "in a string": {
        "shop/bookings/views.py": 'HINT = "# boundaries: allow BD202"\n',
    },
    "in test code, which is not judged": {
        "shop/bookings/tests/test_a.py": "import os  # boundaries: allow BD202\n",
    },
}
