from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "operations"
    verbose_name = "Runs and alerts"

    def ready(self) -> None:
        from celery.signals import task_postrun, worker_process_shutdown
        from django.core.signals import request_finished

        from common.restored import after_restore
        from operations import pruning, tallies
        from operations.alerting import own_rules
        from operations.restored import end_what_was_under_way

        own_rules.register()
        pruning.register()
        task_postrun.connect(tallies.flush_if_due, dispatch_uid="tallies")
        request_finished.connect(tallies.flush_if_due, dispatch_uid="tallies")
        worker_process_shutdown.connect(tallies.flush, dispatch_uid="tallies")
        after_restore(end_what_was_under_way, order=10)
