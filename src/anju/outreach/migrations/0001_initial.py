import anju.outreach.models
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
    ]

    operations = [
        migrations.CreateModel(
            name='Convention',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=anju.outreach.models.convention_code, max_length=16, unique=True)),
                ('area_path', models.CharField(db_index=True, max_length=20)),
                ('edition', models.PositiveSmallIntegerField()),
                ('title', models.CharField(max_length=80, verbose_name='title')),
                ('body', models.TextField(verbose_name='text')),
                ('since', models.DateField(verbose_name='in force from')),
                ('made_at', models.DateTimeField()),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='conventions', to='areas.area')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['area', 'since'], name='convention_area_since')],
                'constraints': [models.UniqueConstraint(fields=('area', 'edition'), name='convention_edition_once')],
            },
        ),
        migrations.CreateModel(
            name='ConventionSigning',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=anju.outreach.models.signing_code, max_length=16, unique=True)),
                ('signed_at', models.DateTimeField()),
                ('text_sha256', models.CharField(max_length=64)),
                ('strokes_sealed', models.TextField(blank=True)),
                ('convention', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='signings', to='outreach.convention')),
                ('dwelling', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='convention_signings', to='dwellings.dwelling')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='convention_signings', to='dwellings.party')),
                ('photo', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('signature', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
            ],
            options={
                'indexes': [models.Index(fields=['convention', 'signed_at'], name='convention_signing_time')],
                'constraints': [models.UniqueConstraint(fields=('convention', 'dwelling', 'party'), name='convention_signed_once'), models.CheckConstraint(condition=models.Q(('signature__isnull', False), ('photo__isnull', False), _connector='OR'), name='convention_signed_by_hand')],
            },
        ),
        migrations.CreateModel(
            name='Article',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=anju.outreach.models.article_code, max_length=16, unique=True)),
                ('area_path', models.CharField(db_index=True, max_length=20)),
                ('title', models.CharField(max_length=80, verbose_name='title')),
                ('body', models.TextField(verbose_name='text')),
                ('since', models.DateField(verbose_name='shown from')),
                ('until', models.DateField(blank=True, null=True, verbose_name='shown until')),
                ('made_at', models.DateTimeField()),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='articles', to='areas.area')),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('until', None), ('until__gte', models.F('since')), _connector='OR'), name='article_ends_after_start')],
            },
        ),
    ]
