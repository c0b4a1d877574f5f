"""Which addresses may be fetched, without any socket."""

from ipaddress import IPv4Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.public_addresses import AddressRefused, may_connect, parse_target

V4 = st.ip_addresses(v=4)


@given(V4)
def test_an_ipv4_address_that_python_calls_private_is_never_public(address: IPv4Address):
    if may_connect(str(address)):
        assert address.is_global and not address.is_multicast and not address.is_reserved


@given(V4, st.sampled_from(["::ffff:{}", "64:ff9b::{}"]))
def test_what_is_wrapped_into_ipv6_is_judged_as_what_it_is(address: IPv4Address, form: str):
    assert may_connect(form.format(address)) == may_connect(str(address))


@given(st.ip_addresses(v=6))
def test_an_ipv6_address_that_python_calls_private_is_never_public(address):
    if may_connect(str(address)):
        assert address.is_global and not address.is_multicast


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:2800:220:1:248:1893:25c8:1946", "2a00:1450::200e", "223.255.255.1"])
def test_the_public_internet_is_open(address):
    assert may_connect(address)


OWN = ["10.0.0.1", "127.0.0.1", "192.168.1.1", "172.31.9.9", "::1", "fd00::1", "::ffff:10.0.0.1", "100.64.1.1"]
NEVER = ["169.254.169.254", "fe80::1", "::ffff:169.254.169.254", "224.0.0.1", "ff02::1", "0.0.0.0", "::", "168.63.129.16"]


@pytest.mark.parametrize("address", OWN)
def test_ones_own_network_is_open_only_where_it_was_allowed(address):
    assert not may_connect(address)
    assert may_connect(address, own_network=True)


@pytest.mark.parametrize("address", NEVER)
def test_metadata_and_everybody_stay_closed_even_then(address):
    assert not may_connect(address, own_network=True)


@given(st.text(max_size=60))
def test_any_text_is_parsed_or_refused(text):
    for url in (text, f"https://{text}", f"https://shop.example/{text}"):
        try:
            target = parse_target(url)
        except AddressRefused as refused:
            assert str(refused)
            continue
        assert target.host.isascii() and "@" not in target.host and target.port in {443, 80, 8080, 8443}


def test_what_is_fetched_is_written_anew():
    assert parse_target("HTTPS://Shop.Example.:443/a?b=1#c").url == "https://shop.example/a?b=1"
    assert parse_target("https://bücher.example").url == "https://xn--bcher-kva.example/"
    assert parse_target("https://[2A00::1]:8443/x").url == "https://[2a00::1]:8443/x"
    assert ip_address(parse_target("https://1.2.3.4/").host) == IPv4Address("1.2.3.4")
