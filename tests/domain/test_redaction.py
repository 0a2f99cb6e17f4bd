from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runyard.domain.redaction import Redactor, argument_secrets, is_sensitive_name, secret_values

TOKENS = [
    "AKIA" + "A1B2" * 4,
    "ghp_" + "a1B2" * 9,
    "github_pat_" + "a1B2_" * 10,
    "glpat-" + "a1-B2" * 4,
    "xoxb-123456789012-abcdef",
    "sk-proj-" + "aB3_" * 10,
    "hf_" + "aB3d" * 8,
    "AIza" + "aB3-d" * 7,
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.abcdefghijklmnop",
    "npm_" + "a1B2" * 9,
    "sk_live_" + "a1B2" * 6,
    "dop_v1_" + "a1b2" * 16,
]
ORDINARY = [
    "the token of my appreciation",
    "TOKENIZERS_PARALLELISM=false",
    "https://example.org/a:b@c",
    "ssh://git@example.org/repo",
    "sk-learn 1.9",
    "sha 2fd4e1c67a2d28fced849ee1bb76e7391b93eb12",
    "epoch 3: loss=0.25 key=value",
    "hf_model and ghp_short",
    "password: ask me",
    "12:30:45 user@host:~/project",
]


@pytest.mark.parametrize("token", TOKENS)
def test_tokens_of_known_shape_are_covered(token: str) -> None:
    assert Redactor().text(f"use {token} now") == "use *** now"
    assert Redactor().masked(f"use {token} now".encode()) == f"use {'*' * len(token)} now".encode()


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_words_that_look_alike_stay(text: str) -> None:
    assert Redactor().text(text) == text


def test_the_password_of_an_address_is_covered_and_the_address_stays() -> None:
    assert Redactor().text("pip --index-url https://me:hunter2@example.org/simple x") == (
        "pip --index-url https://***@example.org/simple x"
    )


@pytest.mark.parametrize("name", ["DB_PASSWORD", "GITHUB_TOKEN", "apiKey", "AWS_SECRET_ACCESS_KEY", "PGPASSWORD", "MY_SAS"])
def test_names_of_secrets_are_known(name: str) -> None:
    assert is_sensitive_name(name)


@pytest.mark.parametrize("name", ["TOKENIZERS_PARALLELISM", "PATH", "PASSENGERS", "KEYBOARD", "LANG", "SASH"])
def test_other_names_are_not(name: str) -> None:
    assert not is_sensitive_name(name)


def test_a_switch_a_path_and_a_short_word_are_no_secrets() -> None:
    assert secret_values({"TOKEN": "true", "SECRET_FILE": "/run/secret", "MY_TOKEN": "abc", "A_TOKEN": "s3cr3t!"}) == ["s3cr3t!"]


@given(
    secret=st.text(string.ascii_letters + string.digits + "!$%&()*+,.;<>?[]^{|}", min_size=8, max_size=60),
    before=st.text(max_size=40),
    after=st.text(max_size=40),
)
def test_a_known_value_never_stays_and_bytes_keep_their_places(secret: str, before: str, after: str) -> None:
    redactor = Redactor(secret_values({"MY_SECRET": secret}))
    if not secret_values({"MY_SECRET": secret}):
        return
    text = f"{before} {secret} {after}"
    assert secret not in redactor.text(text)
    data = text.encode("utf-8", "surrogatepass")
    masked = redactor.masked(data)
    assert secret.encode() not in masked and len(masked) == len(data)


def test_plain_data_is_covered_by_name_and_by_shape() -> None:
    data = {"environmentVariables": {"DB_PASSWORD": "hunter22", "A": "1"}, "arguments": ["--url", "ftp://a:b@c"], "n": 1}
    assert Redactor().plain(data) == {
        "environmentVariables": {"DB_PASSWORD": "***", "A": "1"},
        "arguments": ["--url", "ftp://***@c"],
        "n": 1,
    }


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (["--db-password", "correct horse", "--lr", "0.1"], ["correct horse"]),
        (["--api_key=abcdefgh", "-token", "zyxwvuts"], ["abcdefgh", "zyxwvuts"]),
        (["--secret", "--verbose", "--password"], []),
        (["--token", "default", "--secret-file", "/run/x.txt", "--max-tokens", "123456", "--tokenizer", "bert-base"], []),
        (["password", "correct horse"], []),
    ],
)
def test_an_options_value_is_a_secret_where_its_name_says_so(arguments: list[str], found: list[str]) -> None:
    assert argument_secrets(arguments) == found
