from django.apps import AppConfig


class TenantsConfig(AppConfig):
    name = "tenants"
    verbose_name = "Businesses and access"

    def ready(self) -> None:
        from common.admin import access, site
        from tenants import pruning, schema, scoping
        from tenants.login import LoginForm

        pruning.register()
        access.use(scoping)  # type: ignore[arg-type]
        site.login_form = LoginForm
        del schema  # Importing it told drf-spectacular about API keys.
