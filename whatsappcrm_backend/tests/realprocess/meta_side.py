"""Meta's side as a test sees it: the control addresses of the Sandbox Graph process."""

from typing import Any

import requests


class MetaSide:
    """One Sandbox Graph."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._session = requests.Session()
        self._session.trust_env = False

    def items(self, catalog_id: str) -> dict[str, dict[str, Any]]:
        """{retailer_id: item} as Meta has it now."""
        return self._ask("GET", "state", params={"catalog": catalog_id})["items"]

    def calls(self, catalog_id: str, *edges: str) -> list[dict[str, Any]]:
        """Recorded calls to one catalog, oldest first; of these edges only where named ("write": all that change something)."""
        kinds = edges or ("",)
        found = [call for kind in kinds for call in self._ask("GET", "calls", params={"kind": kind})["calls"]]
        return sorted((call for call in found if call["catalog_id"] == catalog_id), key=lambda call: call["seq"])

    def everything(self) -> str:
        """State and calls as text: all that the stand-in would show anybody."""
        return str(self._ask("GET", "state")) + str(self._ask("GET", "calls"))

    def fault(self, kind: str, catalog_id: str, **options: Any) -> None:
        """Something goes wrong for one catalog from now on."""
        self._ask("POST", "faults", json={"kind": kind, "catalog_id": catalog_id, **options})

    def heal(self) -> None:
        """All faults are off."""
        self._ask("DELETE", "faults")

    def knobs(self, **values: Any) -> None:
        self._ask("POST", "knobs", json=values)

    def add_account(self, **values: Any) -> None:
        self._ask("POST", "accounts", json=values)

    def _ask(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        answer = self._session.request(method, f"{self.url}/_sandbox/{path}", timeout=20, **options)
        assert answer.ok, answer.text
        return answer.json()
