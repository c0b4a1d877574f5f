"""The two health addresses."""

from celery import current_app


def test_healthz_answers_without_a_database(client, django_db_blocker):
    with django_db_blocker.block():
        assert client.get("/healthz").json() == {"status": "ok"}


def test_readyz_is_ready_without_a_broker_and_says_so(client, db, monkeypatch):
    monkeypatch.setattr(current_app.conf, "broker_url", "redis://127.0.0.1:1/0")
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "database": "up", "migrations": "up", "broker": "down", "sweep": "never"}


def test_readyz_says_so_when_migrations_are_pending(client, db):
    from django.db.migrations.recorder import MigrationRecorder

    MigrationRecorder.Migration.objects.filter(app="tenants").delete()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["migrations"]) == (503, "pending")
