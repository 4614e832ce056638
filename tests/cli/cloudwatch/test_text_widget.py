"""The Markdown of text widgets as HTML."""

import pytest
from reuse_cli.formats.text_widget import html


@pytest.mark.parametrize(
    ("markdown", "made"),
    [
        ("# A <b>\ntext\nof two\n\n## B ##", "<h3>A &lt;b&gt;</h3><p>text of two</p><h4>B</h4>"),
        ("text\n- a\n* b\n\n- c", "<p>text</p><ul><li>a</li><li>b</li></ul><ul><li>c</li></ul>"),
        ("3. a\n4) b\n- c", '<ol start="3"><li>a</li><li>b</li></ol><ul><li>c</li></ul>'),
        ("```py\n<a> **b**\n\n# c\n```", "<pre><code>&lt;a&gt; **b**\n\n# c</code></pre>"),
        ("```\nopen", "<pre><code>open</code></pre>"),
        ("---\n***", "<hr><hr>"),
        ("| a | **b** |\n|---|:-:|\n| <i> | 2 |\nrest",
         ('<table><thead><tr><th scope="col">a</th>'
         '<th scope="col"><strong>b</strong></th></tr></thead>'
         "<tbody><tr><td>&lt;i&gt;</td><td>2</td></tr></tbody></table><p>rest</p>")),
        ("| no table", "<p>| no table</p>"),
        ("[x](https://a.b/?c=\"d&e) [y](javascript:alert(1))",
         ('<p><a href="https://a.b/?c=&quot;d&amp;e" rel="noreferrer">x</a>'
         " [y](javascript:alert(1))</p>")),
        ("`**a** <b>` and *c*", "<p><code>**a** &lt;b&gt;</code> and <em>c</em></p>"),
        ("[a*b*](https://x/*y*)",
         '<p><a href="https://x/*y*" rel="noreferrer">a<em>b</em></a></p>'),
        ("", ""),
    ],
)  # fmt: skip
def test_markdown(markdown: str, made: str) -> None:
    """Blocks and marks; whatever is none of them is text."""
    assert html(markdown) == made
