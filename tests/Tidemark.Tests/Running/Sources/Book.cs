using System.Globalization;

namespace Tidemark.Tests.Running.Sources;

/// <summary>A paged API that can be changed, made to wait, and asked what it was asked for.</summary>
internal sealed class Book
{
    public Dictionary<string, Page<string, string>> Pages { get; } = [];
    public List<string?> Fetched { get; } = [];

    /// <summary>Called before each answer.</summary>
    public Func<string?, CancellationToken, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Pages p0, p1, … of as many items each as the numbers say: a0, a1, … over all pages.</summary>
    public Book(params int[] sizes)
    {
        var item = 0;
        for (var page = 0; page < sizes.Length; page++)
        {
            var items = Enumerable.Range(0, sizes[page]).Select(_ => $"a{item++}").ToArray();
            Pages[Name(page)] = new(items, page + 1 < sizes.Length ? Name(page + 1) : null, sizes.Sum());
        }
    }

    public static string Name(int page) => string.Create(CultureInfo.InvariantCulture, $"p{page}");

    public void Set(int page, params string[] items) => Pages[Name(page)] = Pages[Name(page)] with { Items = items };

    public Source<string, PagePosition<string>> Source(PageOptions? options = null) =>
        Tidemark.Pages.Of((string? cursor, CancellationToken ct) => FetchAsync(cursor, ct), key: item => item, options);

    async Task<Page<string, string>> FetchAsync(string? cursor, CancellationToken cancellationToken)
    {
        Fetched.Add(cursor);
        await Before(cursor, cancellationToken);
        return Pages[cursor ?? "p0"];
    }
}
