from django.apps import AppConfig


class MetaIntegrationConfig(AppConfig):
    name = "meta_integration"
    verbose_name = "Meta catalog"

    def ready(self) -> None:
        from common.restored import after_restore
        from meta_integration import pruning, receivers
        from meta_integration.restored import doubt_everything_at_meta
        from meta_integration.watching import rules

        receivers.connect_receivers()
        pruning.register()
        after_restore(doubt_everything_at_meta, order=50)
        rules.register()
