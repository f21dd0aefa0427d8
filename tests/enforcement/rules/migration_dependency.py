CODE = "BD215"

KEEPS = {
    "inside a context, and on what lies outside all": {
        "shop/bookings/migrations/0002_more.py": """\
class Migration:
    dependencies = [("bookings", "0001_initial"), ("auth", "0001_initial")]
""",
    },
}
