import anju.signage.models.batches
import anju.signage.models.signs
import anju.signage.models.styles
import django.core.validators
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
        ('jobs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='SignBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=anju.signage.models.batches.batch_code, max_length=16, unique=True)),
                ('title', models.CharField(max_length=60, verbose_name='name of the round')),
                ('area_path', models.CharField(max_length=20)),
                ('place_path', models.CharField(blank=True, max_length=20)),
                ('kinds', models.JSONField()),
                ('which', models.CharField(choices=[('missing', 'What is missing'), ('outdated', 'What is out of date'), ('both', 'What is missing or out of date'), ('all', 'All, anew')], max_length=8)),
                ('cut', models.BooleanField(default=False)),
                ('base_url', models.CharField(max_length=200)),
                ('state', models.CharField(choices=[('running', 'Being made'), ('done', 'Files are ready')], default='running', max_length=8)),
                ('total', models.PositiveIntegerField(default=0)),
                ('printed', models.PositiveIntegerField(default=0)),
                ('problems', models.JSONField(blank=True, default=list)),
                ('created_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sign_batches', to='areas.area')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('job', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='jobs.job')),
                ('place', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sign_batches', to='areas.place')),
            ],
            options={
                'indexes': [models.Index(fields=['area_path', 'id'], name='sign_batch_area')],
            },
        ),
        migrations.CreateModel(
            name='BatchPart',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('kind', models.CharField(max_length=8)),
                ('file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                ('batch', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='parts', to='signage.signbatch')),
            ],
            options={
                'ordering': ['number'],
                'constraints': [models.UniqueConstraint(fields=('batch', 'number'), name='batch_part_once')],
            },
        ),
        migrations.CreateModel(
            name='Sign',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=anju.signage.models.signs.sign_code, max_length=16, unique=True)),
                ('kind', models.CharField(choices=[('estate', 'Estate board'), ('unit', 'Unit board'), ('outside', 'Door sign outside'), ('inside', 'Door sign inside')], max_length=8)),
                ('area_path', models.CharField(max_length=20)),
                ('place_path', models.CharField(max_length=20)),
                ('where', models.CharField(max_length=200)),
                ('edition', models.PositiveIntegerField(default=1)),
                ('data', models.JSONField()),
                ('data_hash', models.CharField(max_length=64)),
                ('state', models.CharField(choices=[('printed', 'Printed, not posted'), ('posted', 'Posted'), ('replaced', 'Replaced by a newer one'), ('revoked', 'Revoked')], default='printed', max_length=8)),
                ('printed_at', models.DateTimeField()),
                ('posted_at', models.DateTimeField(blank=True, null=True)),
                ('scanned_at', models.DateTimeField(blank=True, null=True)),
                ('elsewhere_at', models.DateTimeField(blank=True, null=True)),
                ('elsewhere_metres', models.PositiveIntegerField(blank=True, null=True)),
                ('outdated', models.JSONField(blank=True, default=list)),
                ('outdated_since', models.DateTimeField(blank=True, null=True)),
                ('compared_at', models.DateTimeField(blank=True, null=True)),
                ('look_again', models.BooleanField(default=False)),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('ended_because', models.CharField(blank=True, max_length=200)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signs', to='areas.area')),
                ('dwelling', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='signs', to='dwellings.dwelling')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('part', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='signs', to='signage.batchpart')),
                ('photo', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                ('place', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='signs', to='areas.place')),
                ('posted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('printed_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('replaced_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='replaces', to='signage.sign')),
            ],
            options={
                'indexes': [models.Index(fields=['area_path', 'state', 'id'], name='sign_area_state'), models.Index(fields=['dwelling', 'kind', 'state'], name='sign_dwelling'), models.Index(fields=['place', 'kind', 'state'], name='sign_place'), models.Index(fields=['state', 'outdated_since'], name='sign_outdated'), models.Index(condition=models.Q(('look_again', True)), fields=['id'], name='sign_look_again')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('dwelling', None), ('kind__in', ['estate', 'unit']), ('place__isnull', False)), models.Q(('dwelling__isnull', False), ('kind__in', ['outside', 'inside']), ('place', None)), _connector='OR'), name='sign_of_one_thing'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'posted'), _negated=True), ('posted_at__isnull', False), _connector='OR'), name='sign_posted_on_a_day'), models.UniqueConstraint(condition=models.Q(('dwelling__isnull', False), ('state', 'posted')), fields=('kind', 'dwelling'), name='one_posted_sign_per_home'), models.UniqueConstraint(condition=models.Q(('place__isnull', False), ('state', 'posted')), fields=('kind', 'place'), name='one_posted_sign_per_place'), models.UniqueConstraint(condition=models.Q(('dwelling__isnull', False), ('state', 'printed')), fields=('kind', 'dwelling'), name='one_waiting_sign_per_home'), models.UniqueConstraint(condition=models.Q(('place__isnull', False), ('state', 'printed')), fields=('kind', 'place'), name='one_waiting_sign_per_place')],
            },
        ),
        migrations.CreateModel(
            name='Scan',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_index=True)),
                ('result', models.CharField(choices=[('good', 'Valid'), ('outdated', 'Out of date'), ('unposted', 'Not on record as posted'), ('replaced', 'Replaced by a newer one'), ('revoked', 'Revoked')], max_length=8)),
                ('latitude', models.FloatField(blank=True, null=True)),
                ('longitude', models.FloatField(blank=True, null=True)),
                ('metres', models.PositiveIntegerField(blank=True, null=True)),
                ('elsewhere', models.BooleanField(default=False)),
                ('sign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='scans', to='signage.sign')),
            ],
            options={
                'indexes': [models.Index(fields=['sign', '-at'], name='scan_sign_time')],
            },
        ),
        migrations.CreateModel(
            name='SignStyle',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('issuer', models.CharField(max_length=60, verbose_name='issuer')),
                ('colour', models.CharField(default='#173f94', max_length=7, validators=[django.core.validators.RegexValidator('^#[0-9a-fA-F]{6}$', 'A colour is written like #173f94.')], verbose_name='colour')),
                ('party', models.CharField(choices=[('landlord', 'The landlord, as 顾先生'), ('operator', 'The operator, where there is one')], default='landlord', max_length=8, verbose_name='named outside')),
                ('names', models.CharField(choices=[('consent', 'Masked, of those who agreed'), ('none', 'Nobody; people are only counted')], default='consent', max_length=7, verbose_name='names inside')),
                ('check_days', models.PositiveSmallIntegerField(default=92, verbose_name='days to the next check')),
                ('updated_at', models.DateTimeField()),
                ('area', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='sign_style', to='areas.area')),
                ('logo', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                ('updated_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='Contact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=anju.signage.models.styles.contact_code, max_length=16, unique=True)),
                ('role', models.CharField(choices=[('police', 'Community police officer'), ('member', 'Grid worker'), ('property', 'Fire safety at the property company'), ('station', 'Micro fire station'), ('head', 'Head of the staircase')], max_length=8, verbose_name='role')),
                ('name', models.CharField(max_length=40, verbose_name='name')),
                ('phone', models.CharField(blank=True, max_length=20, verbose_name='duty telephone')),
                ('updated_at', models.DateTimeField()),
                ('area', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sign_contacts', to='areas.area')),
                ('place', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='sign_contacts', to='areas.place')),
                ('updated_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('area', None), ('place', None), _connector='XOR'), name='contact_of_one_thing'), models.UniqueConstraint(condition=models.Q(('place', None)), fields=('role', 'area'), name='one_contact_per_role_and_area'), models.UniqueConstraint(condition=models.Q(('area', None)), fields=('role', 'place'), name='one_contact_per_role_and_place')],
            },
        ),
    ]
