from django.apps import AppConfig


class MetaIntegrationConfig(AppConfig):
    name = "meta_integration"
    verbose_name = "Meta catalog"

    def ready(self) -> None:
        from meta_integration import receivers

        receivers.connect_receivers()
