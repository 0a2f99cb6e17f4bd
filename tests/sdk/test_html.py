from __future__ import annotations

from runyard.sdk.html import Link, table


def test_every_text_is_escaped() -> None:
    shown = table({"<b>": "<script>alert(1)</script>", "None": None, "Link": Link("http://x/?a=1&b='\"", "<i>go</i>")})
    assert "<script>" not in shown
    assert "<b>" not in shown
    assert "<i>" not in shown
    assert "&lt;script&gt;" in shown
    assert 'href="http://x/?a=1&amp;b=&#x27;&quot;"' in shown
