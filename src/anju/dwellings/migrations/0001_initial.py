import anju.core.time
import anju.dwellings.models.dwellings
import anju.dwellings.models.equipment
import anju.dwellings.models.facts
import anju.dwellings.models.ledgers
import anju.dwellings.models.moves
import anju.dwellings.models.people
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('areas', '0001_initial'),
        ('files', '0001_initial'),
        ('jobs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='UnitState',
            fields=[
                ('place', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='unit_state', serialize=False, to='areas.place')),
                ('facts', models.JSONField(default=dict)),
                ('provenance', models.JSONField(default=dict)),
                ('results', models.JSONField(default=list)),
                ('edition', models.CharField(blank=True, max_length=60)),
                ('version', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='GridMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=anju.dwellings.models.moves.move_code, max_length=16, unique=True)),
                ('from_areas', models.JSONField(default=list)),
                ('area_path', models.CharField(db_index=True, max_length=20)),
                ('reason', models.CharField(max_length=200, verbose_name='reason')),
                ('moved', models.PositiveIntegerField(default=0)),
                ('ordered_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('job', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='jobs.job')),
                ('ordered_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='areas.place')),
                ('to_area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='areas.area')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='LedgerImport',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=anju.dwellings.models.ledgers.import_code, max_length=16, unique=True)),
                ('area_path', models.CharField(db_index=True, max_length=20)),
                ('name', models.CharField(max_length=200)),
                ('state', models.CharField(choices=[('reading', 'Being read'), ('columns', 'Columns to be matched'), ('checking', 'Being checked'), ('preview', 'Ready to be written'), ('writing', 'Being written'), ('done', 'Written'), ('undoing', 'Being undone'), ('undone', 'Undone'), ('failed', 'Failed'), ('given_up', 'Given up')], default='reading', max_length=10)),
                ('as_of', models.DateField(default=anju.core.time.today)),
                ('error', models.TextField(blank=True)),
                ('columns', models.JSONField(default=dict)),
                ('corrections', models.JSONField(default=list)),
                ('groups', models.JSONField(default=list)),
                ('counts', models.JSONField(default=dict)),
                ('only_good', models.BooleanField(default=False)),
                ('job', models.CharField(blank=True, max_length=16)),
                ('created_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='areas.area')),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Party',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=anju.dwellings.models.people.party_code, max_length=16, unique=True)),
                ('kind', models.CharField(choices=[('person', 'Person'), ('company', 'Company')], default='person', max_length=8)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('id_kind', models.CharField(choices=[('resident', 'Resident identity card'), ('hmt', 'Residence permit of Hong Kong, Macao, Taiwan residents'), ('foreign', 'Permanent residence card of foreigners'), ('passport', 'Passport'), ('company', 'Unified social credit code')], default='resident', max_length=8)),
                ('id_sealed', models.TextField(blank=True)),
                ('id_index', models.CharField(blank=True, db_index=True, max_length=32)),
                ('id_tail_index', models.CharField(blank=True, db_index=True, max_length=32)),
                ('phone_sealed', models.TextField(blank=True)),
                ('phone_index', models.CharField(blank=True, db_index=True, max_length=32)),
                ('phone_tail_index', models.CharField(blank=True, db_index=True, max_length=32)),
                ('is_demo', models.BooleanField(default=False)),
                ('area_path', models.CharField(db_index=True, max_length=20)),
                ('created_at', models.DateTimeField()),
                ('user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='parties', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Dwelling',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=anju.dwellings.models.dwellings.dwelling_code, max_length=16, unique=True)),
                ('area_path', models.CharField(max_length=20)),
                ('place_path', models.CharField(max_length=20)),
                ('number', models.CharField(max_length=40, verbose_name='room or house number')),
                ('address', models.CharField(max_length=200, verbose_name='address')),
                ('address_key', models.CharField(max_length=120)),
                ('standard_code', models.CharField(blank=True, max_length=40, verbose_name='police standard address code')),
                ('kind', models.CharField(choices=[('commercial', 'Commercial housing'), ('rural', 'Self-built house')], max_length=12, verbose_name='kind')),
                ('letting_state', models.CharField(choices=[('let', 'Let'), ('vacant', 'Vacant'), ('self_occupied', 'Lived in by the owner'), ('suspended', 'Letting suspended'), ('cleared', 'Cleared')], default='let', max_length=16, verbose_name='letting state')),
                ('rooms_let', models.PositiveIntegerField(blank=True, null=True, verbose_name='rooms let')),
                ('beds_let', models.PositiveIntegerField(blank=True, null=True, verbose_name='beds let')),
                ('people', models.PositiveIntegerField(default=0, verbose_name='people')),
                ('verdict', models.CharField(choices=[('compliant', 'Compliant'), ('non_compliant', 'Not compliant'), ('unknown', 'To be checked'), ('unchecked', 'Not inspected'), ('not_let', 'Not let')], default='unchecked', max_length=14)),
                ('paperwork', models.CharField(choices=[('complete', 'Papers complete'), ('incomplete', 'Papers incomplete')], default='incomplete', max_length=10)),
                ('group_rental', models.BooleanField(blank=True, default=None, null=True)),
                ('worst', models.CharField(blank=True, choices=[('prohibited', 'Prohibited'), ('severe', 'Severe'), ('minor', 'Minor'), ('advice', 'Advice')], max_length=10)),
                ('violations', models.PositiveSmallIntegerField(default=0)),
                ('unknowns', models.PositiveSmallIntegerField(default=0)),
                ('tier_by_facts', models.PositiveSmallIntegerField(blank=True, null=True)),
                ('judged_at', models.DateTimeField(blank=True, null=True)),
                ('verdict_until', models.DateField(blank=True, null=True)),
                ('must_remediate_since', models.DateField(blank=True, null=True)),
                ('accepted_on', models.DateField(blank=True, null=True)),
                ('first_let_on', models.DateField(blank=True, null=True)),
                ('ledger_says', models.JSONField(blank=True, default=dict)),
                ('hidden', models.BooleanField(default=False)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dwellings', to='areas.area')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='dwellings', to='areas.place')),
                ('landlord', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='let_dwellings', to='dwellings.party')),
                ('operator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='operated_dwellings', to='dwellings.party')),
                ('sublessor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='sublet_dwellings', to='dwellings.party')),
            ],
            options={
                'indexes': [models.Index(fields=['area_path', 'id'], name='dwelling_area'), models.Index(fields=['place_path', 'number'], name='dwelling_place'), models.Index(fields=['area_path', 'verdict', 'id'], name='dwelling_area_verdict'), models.Index(fields=['address_key'], name='dwelling_address_key'), models.Index(fields=['standard_code'], name='dwelling_standard_code'), models.Index(fields=['verdict_until'], name='dwelling_verdict_until')],
            },
        ),
        migrations.CreateModel(
            name='Current',
            fields=[
                ('dwelling', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='current', serialize=False, to='dwellings.dwelling')),
                ('facts', models.JSONField(default=dict)),
                ('rooms', models.JSONField(default=dict)),
                ('provenance', models.JSONField(default=dict)),
                ('register', models.JSONField(default=dict)),
                ('results', models.JSONField(default=list)),
                ('missing', models.JSONField(default=list)),
                ('edition', models.CharField(blank=True, max_length=60)),
                ('version', models.BigIntegerField(default=0)),
                ('judged_version', models.BigIntegerField(default=-1)),
                ('judged_on', models.DateField(blank=True, null=True)),
                ('changed_at', models.DateTimeField(blank=True, db_index=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Observation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=anju.dwellings.models.facts.observation_code, max_length=16, unique=True)),
                ('source', models.CharField(choices=[('department', 'Department'), ('inspection', 'Inspection on the spot'), ('device', 'Device'), ('declaration', 'Declaration that was accepted'), ('register', 'Register of the platform'), ('import', 'Ledger import')], max_length=12)),
                ('origin', models.CharField(blank=True, max_length=60)),
                ('observed_at', models.DateTimeField()),
                ('recorded_at', models.DateTimeField()),
                ('values', models.JSONField()),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('dwelling', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='observations', to='dwellings.dwelling')),
                ('observed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('place', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='observations', to='areas.place')),
            ],
            options={
                'indexes': [models.Index(fields=['dwelling', 'observed_at'], name='observation_dwelling_time')],
                'constraints': [models.CheckConstraint(condition=models.Q(('dwelling', None), ('place', None), _connector='XOR'), name='observation_of_one_thing')],
            },
        ),
        migrations.CreateModel(
            name='ObservationPhoto',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('room', models.CharField(blank=True, max_length=20)),
                ('fact', models.CharField(blank=True, max_length=40)),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                ('observation', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='photo_links', to='dwellings.observation')),
            ],
        ),
        migrations.CreateModel(
            name='Room',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=20, verbose_name='name')),
                ('position', models.PositiveSmallIntegerField(default=0)),
                ('removed_on', models.DateField(blank=True, null=True)),
                ('dwelling', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rooms', to='dwellings.dwelling')),
            ],
            options={
                'ordering': ['position', 'id'],
                'constraints': [models.UniqueConstraint(fields=('dwelling', 'name'), name='room_name_once_per_dwelling')],
            },
        ),
        migrations.CreateModel(
            name='Occupant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField(verbose_name='since')),
                ('until', models.DateField(blank=True, null=True, verbose_name='until')),
                ('registration', models.CharField(choices=[('none', 'Not collected'), ('declared', "Waiting for the police's check"), ('checked', 'Checked')], default='none', max_length=8)),
                ('dwelling', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='occupants', to='dwellings.dwelling')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='occupancies', to='dwellings.party')),
                ('room', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='occupants', to='dwellings.room')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='occupant_leaves_after_arriving'), models.UniqueConstraint(condition=models.Q(('until', None)), fields=('dwelling', 'party'), name='occupant_once_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='Equipment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=anju.dwellings.models.equipment.equipment_code, max_length=16, unique=True)),
                ('item', models.CharField(choices=[('torch', 'Torch'), ('smoke_mask', 'Smoke mask'), ('whistle', 'Whistle'), ('extinguisher', 'Dry-powder extinguisher, 3 kg or more'), ('escape_rope', 'Escape rope'), ('escape_ladder', 'Escape ladder'), ('smoke_alarm', 'Smoke alarm'), ('emergency_light', 'Emergency light'), ('exit_sign', 'Exit sign'), ('sprinkler', 'Simple sprinkler'), ('respirator', 'Self-rescue respirator'), ('gas_hose', 'Gas hose')], max_length=16)),
                ('quantity', models.PositiveSmallIntegerField(default=1)),
                ('fitted_on', models.DateField(blank=True, null=True)),
                ('expires_on', models.DateField(blank=True, null=True)),
                ('removed_on', models.DateField(blank=True, null=True)),
                ('recorded_at', models.DateTimeField()),
                ('dwelling', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='equipment', to='dwellings.dwelling')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('room', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='equipment', to='dwellings.room')),
            ],
            options={
                'indexes': [models.Index(fields=['removed_on', 'expires_on'], name='equipment_expiry')],
                'constraints': [models.CheckConstraint(condition=models.Q(('quantity__gte', 1)), name='equipment_at_least_one'), models.CheckConstraint(condition=models.Q(('expires_on', None), ('fitted_on', None), ('expires_on__gte', models.F('fitted_on')), _connector='OR'), name='equipment_expires_after_fitting')],
            },
        ),
        migrations.CreateModel(
            name='VerdictRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('on', models.DateField()),
                ('edition', models.CharField(max_length=60)),
                ('verdict', models.CharField(choices=[('compliant', 'Compliant'), ('non_compliant', 'Not compliant'), ('unknown', 'To be checked'), ('unchecked', 'Not inspected'), ('not_let', 'Not let')], max_length=14)),
                ('paperwork', models.CharField(choices=[('complete', 'Papers complete'), ('incomplete', 'Papers incomplete')], max_length=10)),
                ('group_rental', models.BooleanField(blank=True, null=True)),
                ('violated', models.JSONField(default=list)),
                ('observations', models.JSONField(default=list)),
                ('valid_until', models.DateField(blank=True, null=True)),
                ('dwelling', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='verdicts', to='dwellings.dwelling')),
            ],
            options={
                'indexes': [models.Index(fields=['dwelling', 'at'], name='verdict_dwelling_time'), models.Index(fields=['at'], name='verdict_time')],
            },
        ),
        migrations.CreateModel(
            name='ColumnMemory',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('header', models.CharField(max_length=80)),
                ('target', models.CharField(max_length=40)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='areas.area')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('area', 'header'), name='column_memory_once')],
            },
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('area_path', models.CharField(max_length=20)),
                ('rule', models.CharField(max_length=8)),
                ('room', models.CharField(blank=True, max_length=20)),
                ('status', models.CharField(choices=[('violation', 'Violated'), ('unknown', 'To be checked')], max_length=10)),
                ('dwelling', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='findings', to='dwellings.dwelling')),
            ],
            options={
                'indexes': [models.Index(fields=['rule', 'status', 'area_path'], name='finding_rule_area')],
                'constraints': [models.UniqueConstraint(fields=('dwelling', 'rule', 'room'), name='finding_once')],
            },
        ),
        migrations.CreateModel(
            name='LedgerRow',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sheet', models.CharField(max_length=60)),
                ('number', models.PositiveIntegerField()),
                ('cells', models.JSONField()),
                ('values', models.JSONField(default=dict)),
                ('errors', models.JSONField(default=list)),
                ('action', models.CharField(max_length=8)),
                ('changes', models.JSONField(default=dict)),
                ('dwelling_id', models.BigIntegerField(blank=True, null=True)),
                ('undo', models.JSONField(default=dict)),
                ('written', models.BooleanField(default=False)),
                ('ledger', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='dwellings.ledgerimport')),
            ],
            options={
                'indexes': [models.Index(fields=['ledger', 'action', 'id'], name='ledger_row_action')],
                'constraints': [models.UniqueConstraint(fields=('ledger', 'sheet', 'number'), name='ledger_row_once')],
            },
        ),
        migrations.AddField(
            model_name='observation',
            name='photos',
            field=models.ManyToManyField(related_name='+', through='dwellings.ObservationPhoto', to='files.storedfile'),
        ),
    ]
