import anju.documents.models
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('areas', '0001_initial'),
        ('files', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='IssuingBody',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('department', models.CharField(choices=[('office', '331 / Anju office'), ('community', 'Community or village committee'), ('grid', 'Grid worker'), ('police', 'Police'), ('housing', 'Housing department'), ('fire', 'Fire and rescue'), ('urban', 'Urban management and law enforcement'), ('planning', 'Planning department'), ('market', 'Market regulation'), ('water', 'Water company'), ('power', 'Power company'), ('gas', 'Gas company'), ('property', 'Property company'), ('operator', 'Rental operator'), ('station', 'Micro fire station'), ('landlord', 'Landlord'), ('tenant', 'Tenant'), ('audit', 'Audit')], max_length=12)),
                ('name', models.CharField(max_length=80, verbose_name='name')),
                ('short_name', models.CharField(max_length=20, verbose_name='short name in numbers')),
                ('phone', models.CharField(blank=True, max_length=20)),
                ('address', models.CharField(blank=True, max_length=120)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bodies', to='areas.area')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('department', 'area'), name='one_issuing_body_per_department_and_area'), models.UniqueConstraint(fields=('short_name',), name='body_short_name_once')],
            },
        ),
        migrations.CreateModel(
            name='Document',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=anju.documents.models.document_code, max_length=16, unique=True)),
                ('kind', models.CharField(choices=[('notice', 'Hazard notice'), ('order', 'Legal order to correct'), ('hand_over', 'Hand-over letter'), ('request', 'Letter to a department')], max_length=16)),
                ('area_path', models.CharField(db_index=True, max_length=20)),
                ('year', models.PositiveSmallIntegerField()),
                ('number', models.PositiveIntegerField()),
                ('reference', models.CharField(max_length=60)),
                ('title', models.CharField(max_length=120)),
                ('addressee', models.CharField(max_length=80)),
                ('data', models.JSONField()),
                ('issued_at', models.DateTimeField()),
                ('voided_at', models.DateTimeField(blank=True, null=True)),
                ('void_reason', models.CharField(blank=True, max_length=200)),
                ('issued_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('pdf', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                ('word', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='documents', to='documents.issuingbody')),
            ],
            options={
                'indexes': [models.Index(fields=['area_path', 'issued_at'], name='document_area_time')],
                'constraints': [models.UniqueConstraint(fields=('body', 'kind', 'year', 'number'), name='document_number_once')],
            },
        ),
        migrations.CreateModel(
            name='Series',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=16)),
                ('year', models.PositiveSmallIntegerField()),
                ('last', models.PositiveIntegerField(default=0)),
                ('body', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='series', to='documents.issuingbody')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('body', 'kind', 'year'), name='one_series_per_body_kind_year')],
            },
        ),
        migrations.CreateModel(
            name='Service',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('how', models.CharField(choices=[('in_person', 'In person, signed for'), ('left', 'Left with a witness or on video'), ('post', 'By post'), ('electronic', 'Electronically to a confirmed address'), ('public', 'Public notice')], max_length=12)),
                ('served_at', models.DateTimeField()),
                ('second_officer', models.CharField(blank=True, max_length=60)),
                ('receiver', models.CharField(blank=True, max_length=60)),
                ('witness', models.CharField(blank=True, max_length=60)),
                ('refused_to_sign', models.BooleanField(default=False)),
                ('tracking', models.CharField(blank=True, max_length=60)),
                ('address_confirmation', models.CharField(blank=True, max_length=60)),
                ('posted_on', models.DateField(blank=True, null=True)),
                ('note', models.CharField(blank=True, max_length=300)),
                ('recorded_at', models.DateTimeField()),
                ('document', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='services', to='documents.document')),
                ('proof', models.ManyToManyField(related_name='+', to='files.storedfile')),
                ('served_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('document', 'how', 'served_at'), name='document_service_once')],
            },
        ),
    ]
