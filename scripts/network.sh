# To be sourced, with $venv set: tell uv and npm what this machine has told pip about its package index and its certificates.
#
# Neither reads pip's settings. A machine that gets packages through a mirror or a proxy of its own says so to pip, by PIP_INDEX_URL and
# PIP_CERT or in pip.conf; what uv or Node were told themselves goes first.

pip_says() {
    # `pip config get` looks at the user's own file only; `list` at all of them.
    "$venv/bin/python" -m pip config list 2>/dev/null | sed -n "s/^global\.$1='\(.*\)'\$/\1/p" | tail -n 1
}

if [ -z "${UV_DEFAULT_INDEX:-}${UV_INDEX_URL:-}" ]; then
    index=${PIP_INDEX_URL:-$(pip_says index-url)}
    if [ -n "$index" ]; then export UV_DEFAULT_INDEX="$index"; fi
fi
certificate=${SSL_CERT_FILE:-${PIP_CERT:-$(pip_says cert)}}
if [ -n "$certificate" ]; then
    export SSL_CERT_FILE="$certificate" NODE_EXTRA_CA_CERTS="${NODE_EXTRA_CA_CERTS:-$certificate}"
fi
export UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-180}"
