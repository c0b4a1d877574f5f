"""How the OpenAPI document describes our API keys."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension


class ApiKeyScheme(OpenApiAuthenticationExtension):
    """Two headers that belong together."""

    target_class = "tenants.auth.ApiKeyAuthentication"
    name = ["tenantId", "tenantApiKey"]

    def get_security_requirement(self, auto_schema: Any) -> dict[str, list[str]]:
        return {"tenantId": [], "tenantApiKey": []}

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, str]]:
        return [
            {"type": "apiKey", "in": "header", "name": "X-TENANT-ID", "description": "The business's UUID."},
            {"type": "apiKey", "in": "header", "name": "X-TENANT-API-KEY", "description": "A key of this business."},
        ]
