from django.apps import AppConfig


class ProductsAndServicesConfig(AppConfig):
    name = "products_and_services"
    verbose_name = "Products and services"

    def ready(self) -> None:
        from products_and_services import pruning, signals

        signals.connect_receivers()
        pruning.register()
