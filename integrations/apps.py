from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"
    verbose_name = "Shops"

    def ready(self) -> None:
        from integrations import receivers
        from integrations.runs import evidence

        evidence.register()
        receivers.connect_receivers()
