import anju.enforcement.models
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('areas', '0001_initial'),
        ('documents', '0001_initial'),
        ('files', '0001_initial'),
        ('inspections', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='JointAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=anju.enforcement.models.action_code, max_length=16, unique=True)),
                ('aim', models.CharField(max_length=300, verbose_name='aim')),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('outcome', models.CharField(blank=True, max_length=300, verbose_name='outcome')),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('hazard', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='joint_actions', to='inspections.hazard')),
                ('started_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('hazard',), name='one_joint_action_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='Power',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=anju.enforcement.models.power_code, max_length=16, unique=True)),
                ('law', models.CharField(max_length=80, verbose_name='law')),
                ('article', models.CharField(max_length=60, verbose_name='article')),
                ('delegation', models.CharField(blank=True, max_length=120, verbose_name='delegation document')),
                ('rules', models.JSONField(default=list)),
                ('categories', models.JSONField(default=list)),
                ('parties', models.JSONField(default=list)),
                ('binds_persons', models.BooleanField(default=True)),
                ('binds_companies', models.BooleanField(default=True)),
                ('since', models.DateField(verbose_name='since')),
                ('until', models.DateField(blank=True, null=True, verbose_name='until')),
                ('review_by', models.CharField(blank=True, max_length=80, verbose_name='reviewing body')),
                ('court', models.CharField(blank=True, max_length=80, verbose_name='court')),
                ('recorded_at', models.DateTimeField()),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='powers', to='documents.issuingbody')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['body', 'since'], name='power_body_since')],
                'constraints': [models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='power_ends_after_start')],
            },
        ),
        migrations.CreateModel(
            name='LegalOrder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('days', models.PositiveSmallIntegerField()),
                ('served_at', models.DateTimeField(blank=True, null=True)),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='legal_order', to='documents.document')),
                ('hazards', models.ManyToManyField(related_name='orders', to='inspections.hazard')),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('second_officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('power', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='enforcement.power')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Request',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=anju.enforcement.models.request_code, max_length=16, unique=True)),
                ('to_department', models.CharField(choices=[('office', '331 / Anju office'), ('community', 'Community or village committee'), ('grid', 'Grid worker'), ('police', 'Police'), ('housing', 'Housing department'), ('fire', 'Fire and rescue'), ('urban', 'Urban management and law enforcement'), ('planning', 'Planning department'), ('market', 'Market regulation'), ('water', 'Water company'), ('power', 'Power company'), ('gas', 'Gas company'), ('property', 'Property company'), ('operator', 'Rental operator'), ('station', 'Micro fire station'), ('landlord', 'Landlord'), ('tenant', 'Tenant'), ('audit', 'Audit')], max_length=12, verbose_name='department')),
                ('from_department', models.CharField(choices=[('office', '331 / Anju office'), ('community', 'Community or village committee'), ('grid', 'Grid worker'), ('police', 'Police'), ('housing', 'Housing department'), ('fire', 'Fire and rescue'), ('urban', 'Urban management and law enforcement'), ('planning', 'Planning department'), ('market', 'Market regulation'), ('water', 'Water company'), ('power', 'Power company'), ('gas', 'Gas company'), ('property', 'Property company'), ('operator', 'Rental operator'), ('station', 'Micro fire station'), ('landlord', 'Landlord'), ('tenant', 'Tenant'), ('audit', 'Audit')], max_length=12)),
                ('asked', models.CharField(max_length=500, verbose_name='what is asked')),
                ('sent_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('answer', models.CharField(blank=True, choices=[('done', 'Done'), ('taken_on', 'Taken on, under way'), ('not_ours', 'Not within our power')], max_length=10, verbose_name='answer')),
                ('answer_text', models.CharField(blank=True, max_length=500, verbose_name='in words')),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('action', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='requests', to='enforcement.jointaction')),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('clock', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='request', to='inspections.clock')),
                ('document', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='request', to='documents.document')),
                ('files', models.ManyToManyField(related_name='+', to='files.storedfile')),
                ('sent_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('to_area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='areas.area')),
            ],
            options={
                'indexes': [models.Index(fields=['to_department', 'answered_at', 'due_at'], name='request_inbox')],
            },
        ),
    ]
