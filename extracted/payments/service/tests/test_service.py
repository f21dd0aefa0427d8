"""Does the service stand on its own feet?"""

from boundaries.facades.contract import build_contract, encode_contract, facade_of
from boundaries.facades.wire import operation_path
from django.core.management import call_command

from service.settings import BASE_DIR

CONTEXT = "payments"


def test_it_answers_for_its_health(client, db):
    assert client.get("/healthz").json() == {"status": "ok", "side": CONTEXT}


def test_its_implementation_fits_its_facade(db):
    call_command("check")


def test_its_history_has_what_its_models_say(db):
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_its_contract_is_the_committed_one():
    committed = (BASE_DIR / "contract.json").read_text(encoding="utf-8")

    assert encode_contract(build_contract(facade_of(CONTEXT))) == committed


def test_every_operation_refuses_a_call_without_signature(client, db):
    facade = facade_of(CONTEXT)

    for name in facade.operations:
        path = operation_path(context=CONTEXT, version=facade.version, operation=name)
        assert client.post(path, "{}", "application/json").status_code == 401
