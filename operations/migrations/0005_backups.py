from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('operations', '0004_files_of_runs'),
    ]

    operations = [
        migrations.CreateModel(
            name='Backup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('running', 'Running'), ('completed', 'Completed'), ('failed', 'Failed')], default='running', max_length=10)),
                ('file', models.CharField(max_length=1000)),
                ('size', models.BigIntegerField(default=0, help_text='Bytes.')),
                ('rows', models.BigIntegerField(default=0)),
                ('files', models.BigIntegerField(default=0)),
                ('started_by', models.CharField(blank=True, max_length=200)),
                ('message', models.TextField(blank=True)),
                ('started_at', models.DateTimeField()),
                ('heartbeat_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-started_at', '-id'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'running')), fields=('status',), name='one_backup_at_a_time')],
            },
        ),
    ]
