"""docs/monitoring.md keeps its word: every rule is explained, and the receiver's code in it verifies what we sign."""

import re
from datetime import UTC, datetime
from pathlib import Path

from common.signing import standard_headers
from operations.alerting.rules import rules

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "monitoring.md").read_text()


def test_every_rule_is_explained():
    section = TEXT.split("## Alerts: each rule")[1].split("\n## ")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)) == set(rules())


def test_the_receivers_code_verifies_our_signature():
    namespace: dict = {}
    exec(re.search(r"```python\n(.*?)```", TEXT, re.DOTALL)[1], namespace)
    body, now = b'{"type": "alert.opened"}', datetime.now(UTC)
    for secret in ("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "any words"):
        headers = standard_headers(["old-secret", secret], "msg_1", body, now)
        assert namespace["is_ours"](secret, headers, body)
        assert not namespace["is_ours"](secret, headers, body + b" ") and not namespace["is_ours"]("another", headers, body)
