import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('areas', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='DayClose',
            fields=[
                ('day', models.DateField(primary_key=True, serialize=False)),
                ('closed_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Mark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('tree', models.CharField(choices=[('area', 'Area'), ('place', 'Place')], max_length=5)),
                ('path', models.CharField(max_length=20)),
                ('since', models.DateField()),
            ],
            options={
                'indexes': [models.Index(fields=['tree', 'path'], name='mark_node')],
            },
        ),
        migrations.CreateModel(
            name='DayTally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('own', models.JSONField(default=dict)),
                ('total', models.JSONField(default=dict)),
                ('late_own', models.JSONField(default=dict)),
                ('late_total', models.JSONField(default=dict)),
                ('area', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='days', to='areas.area')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('area', 'day'), name='one_count_per_area_and_day')],
            },
        ),
        migrations.CreateModel(
            name='Tally',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(max_length=20)),
                ('own', models.JSONField(default=dict)),
                ('total', models.JSONField(default=dict)),
                ('version', models.BigIntegerField(default=0)),
                ('counted_at', models.DateTimeField(null=True)),
                ('area', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='tally', to='areas.area')),
                ('place', models.OneToOneField(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='tally', to='areas.place')),
            ],
            options={
                'indexes': [models.Index(fields=['path'], name='tally_path')],
                'constraints': [models.CheckConstraint(condition=models.Q(('area', None), ('place', None), _connector='XOR'), name='tally_of_one_thing')],
            },
        ),
    ]
