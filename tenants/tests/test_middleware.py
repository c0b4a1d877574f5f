import pytest

from tenants.actor import Actor, acting_as, current_actor, name_actor
from tenants.middleware import ActorMiddleware, client_address


@pytest.mark.parametrize(
    ("trusted", "forwarded", "peer", "address"),
    [
        (False, "6.6.6.6", "10.0.0.1", "10.0.0.1"),
        (True, "6.6.6.6, 7.7.7.7", "10.0.0.1", "7.7.7.7"),
        (True, "", "10.0.0.1", "10.0.0.1"),
        (True, "<script>", "10.0.0.1", None),
        (False, "", "", None),
        (False, "", "fe80::1%eth0", "fe80::1"),
    ],
)
def test_the_address_is_the_peers_unless_a_proxy_of_ours_names_another(rf, settings, trusted, forwarded, peer, address):
    settings.TRUST_PROXY_SSL = trusted
    assert client_address(rf.get("/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR=peer)) == address


def test_the_actor_ends_with_the_request(rf):
    seen = []
    ActorMiddleware(lambda request: seen.append(current_actor()))(rf.get("/"))
    assert seen[0].name == "anonymous"
    assert current_actor().name == "system"


def test_a_name_given_inside_ends_with_the_block():
    with acting_as(Actor("anonymous", request_id="r")):
        name_actor("API key x")
        assert (current_actor().name, current_actor().request_id) == ("API key x", "r")
    assert current_actor().name == "system"
