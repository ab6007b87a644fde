import anju.field.models.copies
import anju.field.models.phones
import anju.field.models.photos
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('areas', '0001_initial'),
        ('documents', '0001_initial'),
        ('dwellings', '0001_initial'),
        ('files', '0001_initial'),
        ('inspections', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='KeptPhoto',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(max_length=64)),
                ('refused', models.CharField(blank=True, max_length=300)),
                ('received_at', models.DateTimeField()),
                ('file', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('user', 'sha256'), name='kept_photo_once'), models.CheckConstraint(condition=models.Q(('file', None), ('refused', ''), _connector='XOR'), name='photo_kept_or_refused')],
            },
        ),
        migrations.CreateModel(
            name='Phone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=anju.field.models.phones.phone_code, max_length=16, unique=True)),
                ('key', models.UUIDField()),
                ('area_path', models.CharField(max_length=20)),
                ('app', models.CharField(blank=True, max_length=20)),
                ('agent', models.CharField(blank=True, max_length=200)),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('clock_offset_s', models.IntegerField(null=True)),
                ('unsent', models.PositiveIntegerField(default=0)),
                ('oldest_unsent_at', models.DateTimeField(null=True)),
                ('wipe_asked_at', models.DateTimeField(null=True)),
                ('wipe_reason', models.CharField(blank=True, max_length=200)),
                ('sessions', models.JSONField(default=list)),
                ('wiped_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='phones', to=settings.AUTH_USER_MODEL)),
                ('wipe_asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['area_path', 'last_at'], name='phone_area')],
                'constraints': [models.UniqueConstraint(fields=('key', 'user'), name='phone_once_per_person')],
            },
        ),
        migrations.CreateModel(
            name='Envelope',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('uuid', models.UUIDField()),
                ('sha256', models.CharField(max_length=64)),
                ('app', models.CharField(blank=True, max_length=20)),
                ('schema', models.PositiveSmallIntegerField(default=1)),
                ('kind', models.CharField(blank=True, choices=[('inspection', 'Inspection'), ('no_access', 'Nobody home'), ('refused_entry', 'Entry refused'), ('reinspection', 'Re-inspection'), ('common_area', 'Shared part'), ('quick_finding', 'Quick finding'), ('handover', 'Hand-over')], max_length=14)),
                ('home_code', models.CharField(blank=True, max_length=16)),
                ('home_name', models.CharField(blank=True, max_length=200)),
                ('area_path', models.CharField(blank=True, max_length=20)),
                ('made_at', models.DateTimeField()),
                ('clock_offset_s', models.IntegerField(null=True)),
                ('at', models.DateTimeField()),
                ('received_at', models.DateTimeField()),
                ('applied_at', models.DateTimeField(null=True)),
                ('state', models.CharField(choices=[('stored', 'Received, not applied yet'), ('waiting_photos', 'Photos still to come'), ('applied', 'Applied'), ('conflict', 'Two versions, to be decided'), ('moved', 'Applied in another grid'), ('gone', 'Home no longer exists'), ('refused', 'Refused, kept'), ('set_aside', 'Set aside by decision')], default='stored', max_length=14)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('sealed', models.TextField()),
                ('differs', models.JSONField(default=dict)),
                ('differing', models.BooleanField(default=False)),
                ('made', models.JSONField(default=dict)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('choice', models.CharField(blank=True, choices=[('mine', 'The second counts'), ('theirs', 'The first stays'), ('both', 'Both are visits of their own')], max_length=8)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dwelling', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='dwellings.dwelling')),
                ('place', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='areas.place')),
                ('rival_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='rivals', to='field.envelope')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('visit', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='inspections.visit')),
                ('phone', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='field.phone')),
            ],
            options={
                'indexes': [models.Index(fields=['area_path', 'received_at'], name='envelope_area'), models.Index(fields=['user', 'received_at'], name='envelope_user'), models.Index(condition=models.Q(('state', 'stored')), fields=['received_at'], name='envelope_to_apply')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('rival_of', None)), fields=('uuid',), name='envelope_id_once'), models.UniqueConstraint(fields=('uuid', 'sha256', 'user'), name='envelope_content_once')],
            },
        ),
        migrations.CreateModel(
            name='EnvelopePhoto',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('sha256', models.CharField(db_index=True, max_length=64)),
                ('size', models.PositiveIntegerField(default=0)),
                ('taken_at', models.DateTimeField(null=True)),
                ('gallery', models.BooleanField(default=False)),
                ('latitude', models.FloatField(null=True)),
                ('longitude', models.FloatField(null=True)),
                ('accuracy', models.FloatField(null=True)),
                ('position_at', models.DateTimeField(null=True)),
                ('purpose', models.JSONField(default=dict)),
                ('flags', models.JSONField(default=list)),
                ('attached_at', models.DateTimeField(null=True)),
                ('envelope', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='photos', to='field.envelope')),
                ('photo', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='uses', to='field.keptphoto')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('photo', None)), fields=['envelope'], name='envelope_photo_missing')],
            },
        ),
        migrations.CreateModel(
            name='PhotoUpload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=anju.field.models.photos.upload_code, max_length=24, unique=True)),
                ('sha256', models.CharField(max_length=64)),
                ('size', models.PositiveBigIntegerField()),
                ('offset', models.PositiveBigIntegerField(default=0)),
                ('name', models.CharField(blank=True, max_length=150)),
                ('created_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField(db_index=True)),
                ('finished_at', models.DateTimeField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['user', 'sha256'], name='upload_of_photo')],
            },
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('party', models.CharField(choices=[('letting', 'Letting party'), ('tenant', 'Tenant')], max_length=8)),
                ('outcome', models.CharField(choices=[('signed', 'Signed: received'), ('refuses', 'Refuses to sign'), ('absent', 'Not there')], max_length=8)),
                ('at', models.DateTimeField()),
                ('listed', models.JSONField(default=list)),
                ('witness', models.CharField(blank=True, max_length=60)),
                ('name_sealed', models.TextField(blank=True)),
                ('strokes_sealed', models.TextField(blank=True)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('problem', models.CharField(blank=True, max_length=500)),
                ('settled_at', models.DateTimeField(null=True)),
                ('document', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='documents.document')),
                ('envelope', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='receipts', to='field.envelope')),
                ('image', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('settled_at', None)), fields=['envelope'], name='receipt_open')],
                'constraints': [models.UniqueConstraint(fields=('envelope', 'party'), name='receipt_once_per_party')],
            },
        ),
        migrations.CreateModel(
            name='TakenHome',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=16)),
                ('last_at', models.DateTimeField()),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['last_at'], name='taken_home_time')],
                'constraints': [models.UniqueConstraint(fields=('user', 'code'), name='taken_home_once')],
            },
        ),
        migrations.CreateModel(
            name='GridCopy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('token', models.CharField(default=anju.field.models.copies.copy_token, max_length=32, unique=True)),
                ('made_at', models.DateTimeField()),
                ('homes', models.JSONField(default=dict)),
                ('units', models.JSONField(default=dict)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['user', 'made_at'], name='grid_copy_user')],
            },
        ),
    ]
