import anju.areas.models.places
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Area',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=anju.areas.models.places.area_code, max_length=16, unique=True)),
                ('kind', models.CharField(choices=[('city', 'City'), ('zone', 'Zone or town'), ('community', 'Community or village'), ('grid', 'Grid')], max_length=10)),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('path', models.CharField(max_length=20, unique=True)),
                ('leader_name', models.CharField(blank=True, max_length=60, verbose_name='leader')),
                ('leader_phone', models.CharField(blank=True, max_length=20, verbose_name='duty telephone')),
                ('members', models.JSONField(blank=True, default=list, verbose_name='members')),
                ('police_office', models.CharField(blank=True, max_length=80, verbose_name='police post')),
                ('closed_on', models.DateField(blank=True, null=True)),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='areas.area')),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('kind', 'city'), ('parent', None)), ('parent__isnull', False), _connector='OR'), name='only_the_city_has_no_parent'), models.UniqueConstraint(fields=('parent', 'name'), name='area_name_once_per_parent')],
            },
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('department', models.CharField(choices=[('office', '331 / Anju office'), ('community', 'Community or village committee'), ('grid', 'Grid worker'), ('police', 'Police'), ('housing', 'Housing department'), ('fire', 'Fire and rescue'), ('urban', 'Urban management and law enforcement'), ('planning', 'Planning department'), ('market', 'Market regulation'), ('water', 'Water company'), ('power', 'Power company'), ('gas', 'Gas company'), ('property', 'Property company'), ('operator', 'Rental operator'), ('station', 'Micro fire station'), ('landlord', 'Landlord'), ('tenant', 'Tenant'), ('audit', 'Audit')], max_length=12)),
                ('subject_type', models.CharField(max_length=60)),
                ('subject_id', models.BigIntegerField()),
                ('since', models.DateField()),
                ('until', models.DateField(blank=True, null=True)),
                ('reason', models.CharField(max_length=200)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='grants', to='areas.area')),
            ],
            options={
                'indexes': [models.Index(fields=['department', 'subject_type'], name='grant_department_subject')],
            },
        ),
        migrations.CreateModel(
            name='Place',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=anju.areas.models.places.place_code, max_length=16, unique=True)),
                ('kind', models.CharField(choices=[('estate', 'Estate or village'), ('building', 'Building or group'), ('unit', 'Unit')], max_length=10)),
                ('estate_kind', models.CharField(blank=True, choices=[('large_commercial', 'Large commercial estate'), ('small_old', 'Small old estate'), ('resettlement', 'Resettlement estate'), ('rural', 'Village of self-built houses')], max_length=20)),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('path', models.CharField(max_length=20, unique=True)),
                ('area_path', models.CharField(db_index=True, max_length=20)),
                ('address', models.CharField(blank=True, max_length=120, verbose_name='address')),
                ('storeys', models.PositiveIntegerField(blank=True, null=True, verbose_name='storeys above ground')),
                ('height', models.FloatField(blank=True, null=True, verbose_name='building height in metres')),
                ('latitude', models.FloatField(blank=True, null=True)),
                ('longitude', models.FloatField(blank=True, null=True)),
                ('property_company', models.CharField(blank=True, max_length=80, verbose_name='property company')),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='places', to='areas.area')),
                ('parent', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='areas.place')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('parent', 'name', 'area'), name='place_name_once_per_parent')],
            },
        ),
        migrations.CreateModel(
            name='PilotDesignation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('since', models.DateField(verbose_name='since')),
                ('until', models.DateField(blank=True, null=True, verbose_name='until')),
                ('decision', models.CharField(max_length=120, verbose_name='decision')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pilots', to='areas.place')),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('until', None)), fields=('place',), name='one_open_designation'), models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='pilot_ends_after_start')],
            },
        ),
        migrations.CreateModel(
            name='Posting',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('department', models.CharField(choices=[('office', '331 / Anju office'), ('community', 'Community or village committee'), ('grid', 'Grid worker'), ('police', 'Police'), ('housing', 'Housing department'), ('fire', 'Fire and rescue'), ('urban', 'Urban management and law enforcement'), ('planning', 'Planning department'), ('market', 'Market regulation'), ('water', 'Water company'), ('power', 'Power company'), ('gas', 'Gas company'), ('property', 'Property company'), ('operator', 'Rental operator'), ('station', 'Micro fire station'), ('landlord', 'Landlord'), ('tenant', 'Tenant'), ('audit', 'Audit')], max_length=12, verbose_name='department')),
                ('is_leader', models.BooleanField(default=False, verbose_name='head of the body')),
                ('since', models.DateField(verbose_name='since')),
                ('until', models.DateField(blank=True, null=True, verbose_name='until')),
                ('area', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='areas.area')),
                ('place', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='postings', to='areas.place')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='postings', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['department', 'area'], name='posting_department_area')],
                'constraints': [models.CheckConstraint(condition=models.Q(('area', None), ('place', None), _connector='OR'), name='posting_on_one_path')],
            },
        ),
    ]
