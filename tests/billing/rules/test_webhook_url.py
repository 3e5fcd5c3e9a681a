"""Which addresses are never called on a customer's word, however they are written."""

import pytest

from billing.rules.webhook_url import Target, UrlRefused, is_allowed, literal_address, target_of

NOT_PUBLIC = [
    "127.0.0.1",
    "127.8.8.8",
    "0.0.0.0",  # noqa: S104
    "10.0.0.1",
    "172.16.4.4",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "169.254.170.2",
    "192.0.2.1",
    "198.18.0.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2002:7f00:1::1",
    "2002:a9fe:a9fe::",
    "2001:0:4136:e378:8000:63bf:5601:5601",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "2001:db8::1",
    "not an address",
    "",
]
PUBLIC = ["93.184.215.14", "8.8.8.8", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "::ffff:8.8.8.8", "64:ff9b::808:808"]


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_what_is_not_public_is_not_called(address: str) -> None:
    assert not is_allowed(address, allows_local=False)


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_is_called(address: str) -> None:
    assert is_allowed(address, allows_local=False)


@pytest.mark.parametrize("address", NOT_PUBLIC)
def test_on_a_developers_machine_only_that_machine_is_called_besides(address: str) -> None:
    own = {"127.0.0.1", "127.8.8.8", "::1", "::127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1"}

    assert is_allowed(address, allows_local=True) is (address in own)


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("017700000001", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("2852039166", "169.254.169.254"),
        ("::1", "::1"),
        ("hooks.example.com", None),
        ("1.example.com", None),
    ],
)
def test_an_address_in_disguise_is_seen(host: str, address: str | None) -> None:
    assert literal_address(host) == address


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.com/",
        "ftp://hooks.example.com/",
        "file:///etc/passwd",
        "gopher://hooks.example.com/",
        "//hooks.example.com/",
        "hooks.example.com",
        "https://",
        "https:///path",
        "https://localhost/",
        "https://LOCALHOST./",
        "https://intranet/",
        "https://127.0.0.1/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://[fe80::1%25eth0]/",
        "https://169.254.169.254/latest/meta-data/",
        "https://user@hooks.example.com/",
        "https://user:word@hooks.example.com/",
        "https://hooks.example.com:22/",
        "https://hooks.example.com:0/",
        "https://hooks.example.com:99999/",
        "https://hooks.example.com:port/",
        "https://hooks.example.com/#part",
        "https://hooks.example.com/a b",
        "https://hooks.example.com/a\r\nX-More: 1",
        "https://hooks.example.com\\@127.0.0.1/",
        "https://h\N{LATIN SMALL LETTER O WITH DIAERESIS}\u00f6ks.example.com/",
        "https://hooks.example.com/" + "a" * 2000,
        "",
    ],
)
def test_what_is_no_public_address_of_the_web_is_refused(url: str) -> None:
    with pytest.raises(UrlRefused):
        target_of(url, allows_local=False)


def test_a_whole_address_is_taken_apart() -> None:
    assert target_of("https://hooks.example.com/in?a=1", allows_local=False) == Target(
        True, "hooks.example.com", 443, "/in?a=1"
    )
    assert target_of("https://Hooks.Example.com.:8443", allows_local=False) == Target(
        True, "hooks.example.com", 8443, "/"
    )
    assert target_of("http://localhost:3000/in", allows_local=True) == Target(False, "localhost", 3000, "/in")
