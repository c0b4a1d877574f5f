from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = "Shops"

    def ready(self) -> None:
        from common.restored import after_restore
        from integrations import pruning, receivers, watching
        from integrations.orders import watching as order_rules
        from integrations.restored import look_at_hooks_anew, set_schedules_anew
        from integrations.runs import details, evidence

        evidence.register()
        details.register()
        receivers.connect_receivers()
        pruning.register()
        watching.register()
        order_rules.register()
        after_restore(set_schedules_anew, order=40)
        after_restore(look_at_hooks_anew, order=41)
