using Xunit;

namespace Tidemark.Tests.Conventions.Docs;

/// <summary>The reader of pages itself: what it passes over, no law can judge.</summary>
public sealed class MarkdownTests
{
    static readonly Markdown Page = new("""
        # The *walk*, step by step
        A [link](docs/walk.md#a-b "title"), an ![image](a.png), `not [a](link)`, and `Class.Method`.
        ## The walk
        ## The walk

        [ref]: docs/lifecycle.md

        <!-- snippet: first -->
        ```csharp
        # no heading
        [no](link)
        ```

        ```sh
        ./check
        ```
        """);

    [Fact]
    public void Links_are_read_outside_of_code() =>
        Assert.Equal([("docs/walk.md#a-b", 2), ("a.png", 2), ("docs/lifecycle.md", 6)], Page.Links());

    [Fact]
    public void Headings_become_anchors_as_on_a_forge() =>
        Assert.Equal(["the-walk-step-by-step", "the-walk", "the-walk-1"], Page.Anchors());

    [Fact]
    public void Blocks_know_their_language_their_line_and_what_stands_before() =>
        Assert.Equal([new("csharp", "# no heading\n[no](link)\n", 9, "<!-- snippet: first -->"), new("sh", "./check\n", 14, "")], Page.Blocks);

    [Fact]
    public void Inline_code_is_read() => Assert.Equal(["not [a](link)", "Class.Method"], Page.Codes());

    [Fact]
    public void A_block_left_open_is_an_error() => Assert.Throws<FormatException>(() => new Markdown("```csharp\nvar x = 1;\n"));
}
