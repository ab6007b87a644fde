import anju.registration.models.declarations
import anju.registration.models.papers
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('dwellings', '0001_initial'),
        ('files', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Lease',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=anju.registration.models.papers.lease_code, max_length=16, unique=True)),
                ('rooms', models.CharField(blank=True, max_length=60, verbose_name='rooms of the lease')),
                ('kind', models.CharField(choices=[('model', 'Model contract of the city'), ('own', 'Own written contract'), ('oral', 'Agreed orally')], default='model', max_length=8, verbose_name='contract')),
                ('signed_on', models.DateField(verbose_name='signed on')),
                ('starts', models.DateField(verbose_name='from')),
                ('ends', models.DateField(verbose_name='until')),
                ('ended_on', models.DateField(blank=True, null=True, verbose_name='ended early on')),
                ('filed_on', models.DateField(blank=True, null=True, verbose_name='filed on')),
                ('accepted_on', models.DateField(blank=True, null=True, verbose_name='accepted on')),
                ('recorded_at', models.DateTimeField()),
                ('accepted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dwelling', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='leases', to='dwellings.dwelling')),
                ('lessee', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='leases_taken', to='dwellings.party')),
                ('lessor', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='leases_given', to='dwellings.party')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['filed_on', 'signed_on'], name='lease_filing')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends__gte', models.F('starts'))), name='lease_ends_after_it_starts'), models.CheckConstraint(condition=models.Q(('accepted_on', None), ('filed_on__isnull', False), _connector='OR'), name='lease_filed_before_accepted'), models.UniqueConstraint(fields=('dwelling', 'lessee', 'starts'), name='lease_once_per_tenant_and_start')],
            },
        ),
        migrations.CreateModel(
            name='Declaration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=anju.registration.models.declarations.declaration_code, max_length=16, unique=True)),
                ('token', models.CharField(max_length=40, unique=True)),
                ('kind', models.CharField(choices=[('arrival', 'Somebody moved in'), ('departure', 'Somebody moved out'), ('rooms', 'Rooms, beds and people'), ('lease', 'New lease')], max_length=10, verbose_name='kind')),
                ('role', models.CharField(choices=[('landlord', 'Who lets'), ('tenant', 'Tenant')], max_length=10)),
                ('proof', models.CharField(choices=[('signed_in', 'Signed in with the registered telephone'), ('invitation', 'Invited by who lets'), ('phone', 'Telephone proved by a code, not known here before')], max_length=10)),
                ('said_sealed', models.TextField(blank=True)),
                ('declared_at', models.DateTimeField()),
                ('term_ends_at', models.DateTimeField(blank=True, null=True)),
                ('due_at', models.DateTimeField()),
                ('state', models.CharField(choices=[('waiting', 'To be looked at'), ('accepted', 'Accepted'), ('returned', 'Returned'), ('withdrawn', 'Withdrawn')], default='waiting', max_length=10)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.CharField(blank=True, max_length=200)),
                ('by_user', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='declarations', to=settings.AUTH_USER_MODEL)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dwelling', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='declarations', to='dwellings.dwelling')),
                ('observation', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='dwellings.observation')),
                ('occupant', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='dwellings.occupant')),
                ('lease', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='registration.lease')),
            ],
            options={
                'indexes': [models.Index(fields=['state', 'due_at', 'id'], name='declaration_state_due'), models.Index(fields=['dwelling', 'state'], name='declaration_home')],
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'withdrawn']), ('decided_at__isnull', False), _connector='OR'), name='declaration_decided')],
            },
        ),
        migrations.CreateModel(
            name='TextEdition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('guarantee', 'Guarantee of public security'), ('sign_consent', 'Consent: name on the inside sign'), ('house_rules', 'House rules'), ('privacy', 'What is kept, who sees it, until when')], max_length=14, verbose_name='text')),
                ('edition', models.PositiveSmallIntegerField()),
                ('title', models.CharField(max_length=80, verbose_name='title')),
                ('body', models.TextField(verbose_name='text')),
                ('since', models.DateField(verbose_name='in force from')),
                ('made_at', models.DateTimeField()),
                ('made_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('kind', 'edition'), name='text_edition_once')],
            },
        ),
        migrations.CreateModel(
            name='Consent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('purpose', models.CharField(choices=[('sign_name', 'Masked name on the inside sign')], max_length=10)),
                ('text_edition', models.CharField(max_length=20)),
                ('text_sha256', models.CharField(blank=True, max_length=64)),
                ('how', models.CharField(choices=[('phone', 'On the phone'), ('paper', 'On paper'), ('arrival', 'With the declaration of arrival')], default='phone', max_length=8)),
                ('given_at', models.DateTimeField()),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('dwelling', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='dwellings.dwelling')),
                ('given_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consents', to='dwellings.party')),
                ('withdrawn_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('withdrawn_at', None)), fields=('party', 'dwelling', 'purpose'), name='one_open_consent'), models.CheckConstraint(condition=models.Q(('withdrawn_at', None), ('withdrawn_at__gte', models.F('given_at')), _connector='OR'), name='consent_withdrawn_after_given')],
            },
        ),
        migrations.CreateModel(
            name='GroupRentalEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('found', models.CharField(choices=[('spot', 'Found on the spot'), ('records', 'From the records')], max_length=8)),
                ('found_on', models.DateField()),
                ('registered_on', models.DateField(blank=True, null=True)),
                ('removed_on', models.DateField(blank=True, null=True)),
                ('removed_because', models.CharField(blank=True, max_length=200)),
                ('dwelling', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='group_rental_entries', to='dwellings.dwelling')),
                ('registered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['removed_on', 'registered_on'], name='group_rental_open')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('removed_on', None)), fields=('dwelling',), name='one_open_group_rental_entry')],
            },
        ),
        migrations.CreateModel(
            name='Guarantee',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(default=anju.registration.models.papers.guarantee_code, max_length=16, unique=True)),
                ('signed_on', models.DateField(verbose_name='signed on')),
                ('valid_until', models.DateField(blank=True, null=True, verbose_name='valid until')),
                ('how', models.CharField(choices=[('paper', 'On paper, with a photo'), ('phone', 'On the phone, signed by hand')], default='paper', max_length=8, verbose_name='how')),
                ('text_edition', models.CharField(blank=True, max_length=20)),
                ('text_sha256', models.CharField(blank=True, max_length=64)),
                ('strokes_sealed', models.TextField(blank=True)),
                ('state', models.CharField(choices=[('pending', 'To be confirmed'), ('confirmed', 'Confirmed'), ('doubtful', 'In doubt'), ('withdrawn', 'Withdrawn')], default='pending', max_length=10)),
                ('decided_at', models.DateTimeField(blank=True, null=True)),
                ('doubt', models.CharField(blank=True, max_length=200)),
                ('withdrawn_on', models.DateField(blank=True, null=True)),
                ('recorded_at', models.DateTimeField()),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('dwelling', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='guarantees', to='dwellings.dwelling')),
                ('paper', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='guarantees', to='dwellings.party')),
                ('photo', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
                ('recorded_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('signature', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='files.storedfile')),
            ],
            options={
                'indexes': [models.Index(fields=['state', 'id'], name='guarantee_state')],
                'constraints': [models.CheckConstraint(condition=models.Q(('valid_until', None), ('valid_until__gte', models.F('signed_on')), _connector='OR'), name='guarantee_ends_after_signing'), models.UniqueConstraint(condition=models.Q(('state', 'withdrawn'), _negated=True), fields=('dwelling', 'party', 'signed_on'), name='guarantee_once_per_party_and_day')],
            },
        ),
    ]
