import anju.portal.models.access
import anju.portal.models.notes
import anju.portal.models.reports
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('areas', '0001_initial'),
        ('dwellings', '0001_initial'),
        ('files', '0001_initial'),
        ('inspections', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Challenge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(max_length=43, unique=True)),
                ('purpose', models.CharField(choices=[('sign_in', 'Sign in'), ('declare', 'Prove the telephone of a new tenant')], max_length=8)),
                ('phone_index', models.CharField(max_length=32)),
                ('phone_sealed', models.TextField()),
                ('code_hash', models.CharField(max_length=32)),
                ('asked_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('used_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['expires_at'], name='challenge_expiry')],
            },
        ),
        migrations.CreateModel(
            name='Invitation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=anju.portal.models.access.invitation_code, max_length=24, unique=True)),
                ('room', models.CharField(blank=True, max_length=20)),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('uses_left', models.PositiveSmallIntegerField(default=4)),
                ('dwelling', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='invitations', to='dwellings.dwelling')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Letter',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=60, unique=True)),
                ('number_sealed', models.TextField()),
                ('text_sealed', models.TextField()),
                ('state', models.CharField(choices=[('waiting', 'Waiting to be sent'), ('sent', 'Handed to the gateway'), ('shown', 'Shown on screen only'), ('nobody', 'Goes to nobody'), ('failed', 'Could not be sent')], default='waiting', max_length=8)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('written_at', models.DateTimeField()),
                ('try_at', models.DateTimeField()),
                ('useless_after', models.DateTimeField()),
                ('sent_at', models.DateTimeField(blank=True, null=True)),
                ('receipt', models.CharField(blank=True, max_length=80)),
                ('trouble', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('state', 'waiting')), fields=['try_at'], name='letter_waiting')],
            },
        ),
        migrations.CreateModel(
            name='Report',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=anju.portal.models.reports.report_code, max_length=16, unique=True)),
                ('tracking', models.CharField(default=anju.portal.models.reports.tracking_code, max_length=8, unique=True)),
                ('token', models.CharField(max_length=40, unique=True)),
                ('kinds', models.JSONField(default=list)),
                ('where_kind', models.CharField(choices=[('home', 'In this home'), ('shared', 'In the stairs, corridor or hall'), ('grounds', 'Outside, in the estate'), ('elsewhere', 'Another place')], max_length=10, verbose_name='where')),
                ('where_text', models.CharField(blank=True, max_length=120)),
                ('text', models.CharField(blank=True, max_length=500)),
                ('area_path', models.CharField(max_length=20)),
                ('place_path', models.CharField(blank=True, max_length=20)),
                ('phone_sealed', models.TextField(blank=True)),
                ('made_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('new', 'To be looked at'), ('opened', 'Hazard opened'), ('answered', 'Answered'), ('rejected', 'Rejected')], default='new', max_length=10)),
                ('answer', models.CharField(blank=True, max_length=500)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('again', models.PositiveSmallIntegerField(default=0)),
                ('told_at', models.DateTimeField(blank=True, null=True)),
                ('forgotten_at', models.DateTimeField(blank=True, null=True)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reports', to='areas.area')),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dwelling', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reports', to='dwellings.dwelling')),
                ('hazard', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reports', to='inspections.hazard')),
                ('place', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='reports', to='areas.place')),
            ],
            options={
                'indexes': [models.Index(fields=['area_path', 'state', 'due_at'], name='report_area_state_due'), models.Index(fields=['state', 'made_at', 'id'], name='report_state_time')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state', 'new'), ('decided_at__isnull', False), _connector='OR'), name='report_decided')],
            },
        ),
        migrations.CreateModel(
            name='ReportEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('move', models.CharField(max_length=20)),
                ('text', models.CharField(max_length=500)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='events', to='portal.report')),
            ],
            options={
                'indexes': [models.Index(fields=['report', 'at'], name='report_event_time')],
            },
        ),
        migrations.CreateModel(
            name='ReportPhoto',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                ('report', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='photos', to='portal.report')),
            ],
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('key', models.CharField(max_length=32)),
                ('hour', models.DateTimeField()),
                ('count', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'key', 'hour'), name='tally_once_an_hour')],
            },
        ),
        migrations.CreateModel(
            name='DoorNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=anju.portal.models.notes.note_code, max_length=10, unique=True)),
                ('token', models.CharField(max_length=40, unique=True)),
                ('text', models.CharField(max_length=300)),
                ('left_at', models.DateTimeField(db_index=True)),
                ('state', models.CharField(choices=[('waiting', 'Not answered yet'), ('answered', 'Answered'), ('closed', 'Read, no answer')], default='waiting', max_length=8)),
                ('answer', models.CharField(blank=True, max_length=300)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('dwelling', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='door_notes', to='dwellings.dwelling')),
            ],
            options={
                'indexes': [models.Index(fields=['dwelling', 'state', '-left_at'], name='door_note_home')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state', 'waiting'), ('answered_at__isnull', False), _connector='OR'), name='door_note_answered')],
            },
        ),
        migrations.CreateModel(
            name='Objection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=anju.portal.models.reports.objection_code, max_length=16, unique=True)),
                ('text', models.CharField(max_length=500)),
                ('made_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'To be answered'), ('upheld', 'The objection is right'), ('declined', 'The finding stands')], default='waiting', max_length=10)),
                ('answer', models.CharField(blank=True, max_length=500)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('by_user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('hazard', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='objections', to='inspections.hazard')),
                ('photos', models.ManyToManyField(blank=True, related_name='+', to='files.storedfile')),
            ],
            options={
                'indexes': [models.Index(fields=['state', 'due_at', 'id'], name='objection_state_due')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'waiting')), fields=('hazard', 'by_user'), name='one_open_objection'), models.CheckConstraint(condition=models.Q(('state', 'waiting'), ('decided_at__isnull', False), _connector='OR'), name='objection_decided')],
            },
        ),
    ]
