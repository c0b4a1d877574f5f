"""What the endpoints answer, as tests look at it."""

from typing import Any


def fields_of(response: Any) -> dict[str, Any]:
    """{field: what is wrong with it} of an answer that refuses a request."""
    assert response.status_code == 400, response.content
    error = response.json()["error"]
    assert set(error) == {"code", "message", "fields", "request_id"}
    return error["fields"]


def names(response: Any) -> list[str]:
    """The names in a list, in its order."""
    assert response.status_code == 200, response.content
    return [row["name"] for row in response.json()["results"]]
