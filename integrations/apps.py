from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = "Shops"

    def ready(self) -> None:
        from common.restored import after_restore
        from integrations import pruning, watching
        from integrations.orders import watching as order_rules
        from integrations.runs import details, evidence
        from integrations.scheduling import receivers
        from integrations.scheduling.restored import look_at_hooks_anew, set_schedules_anew

        evidence.register()
        details.register()
        receivers.connect_receivers()
        pruning.register()
        watching.register()
        order_rules.register()
        after_restore(set_schedules_anew, order=40)
        after_restore(look_at_hooks_anew, order=41)
