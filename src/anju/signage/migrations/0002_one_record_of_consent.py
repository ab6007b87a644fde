"""Consents to a name on the inside sign are registration's: one record of each. Rows move, then the table goes."""

from django.db import migrations


def move(apps, schema_editor):
    NameConsent = apps.get_model("signage", "NameConsent")
    Consent = apps.get_model("registration", "Consent")
    for old in NameConsent._base_manager.select_related("occupant").order_by("pk").iterator(chunk_size=500):
        which = {"dwelling_id": old.occupant.dwelling_id, "party_id": old.occupant.party_id, "purpose": "sign_name"}
        if old.withdrawn_at is None and Consent._base_manager.filter(withdrawn_at=None, **which).exists():
            continue  # agreed twice: in the portal and on paper
        Consent._base_manager.create(
            **which, text_edition=old.text_edition, text_sha256="", how=old.how, given_at=old.given_at,
            given_by_id=old.given_by_id, withdrawn_at=old.withdrawn_at,
        )


class Migration(migrations.Migration):
    dependencies = [("signage", "0001_signs"), ("registration", "0003_one_record_of_consent")]

    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
