using Xunit;

namespace Tidemark.Tests.Running.Sources;

public sealed class PagePrefetchTests
{
    static CancellationToken Token => TestContext.Current.CancellationToken;

    static ValueTask<SourceReader<string, PagePosition<string>>> OpenAsync(Book book, bool prefetch = true) =>
        book.Source(new() { Prefetch = prefetch }).OpenAsync(Reading.Beginning<PagePosition<string>>(), Token);

    [Fact]
    public async Task One_page_is_fetched_ahead_and_no_more()
    {
        var book = new Book(1, 1, 1);
        await using var reader = await OpenAsync(book);
        Assert.Empty(book.Fetched);
        await reader.FillAsync(Token);
        Assert.Equal([null, "p1"], book.Fetched);
        await reader.RestAsync(atMost: 1);
        Assert.Equal([null, "p1"], book.Fetched);
    }

    [Fact]
    public async Task Without_prefetch_a_page_is_fetched_when_it_is_needed()
    {
        var book = new Book(1, 1);
        await using var reader = await OpenAsync(book, prefetch: false);
        await reader.RestAsync(atMost: 1);
        Assert.Equal([null], book.Fetched);
        await reader.FillAsync(Token);
        Assert.Equal([null, "p1"], book.Fetched);
    }

    [Fact]
    public async Task Dispose_cancels_the_page_ahead_and_waits_for_its_end()
    {
        var book = new Book(1, 1);
        var ended = new TaskCompletionSource();
        var hasEnded = false;
        book.Before = async (cursor, ct) =>
        {
            if (cursor is null) return;
            var cancelled = new TaskCompletionSource();
            using var registration = ct.Register(cancelled.SetResult);
            await cancelled.Task;
            await ended.Task;
            hasEnded = true;
            ct.ThrowIfCancellationRequested();
        };
        var reader = await OpenAsync(book);
        await reader.FillAsync(Token);
        var disposing = reader.DisposeAsync().AsTask();
        Assert.False(disposing.IsCompleted);
        ended.SetResult();
        await disposing;
        Assert.True(hasEnded);
    }

    [Fact]
    public async Task An_error_ahead_is_told_when_the_page_is_needed_and_the_page_is_then_fetched_again()
    {
        var book = new Book(2, 1);
        var broken = true;
        book.Before = (cursor, _) => cursor is "p1" && broken ? throw new HttpRequestException("the carrier blinked") : Task.CompletedTask;
        await using var reader = await OpenAsync(book);
        Assert.Equal(2, (await reader.RestAsync(atMost: 2)).Count);
        await Assert.ThrowsAsync<HttpRequestException>(async () => await reader.FillAsync(Token));
        broken = false;
        Assert.Equal(["a2"], (await reader.RestAsync()).Keys());
        Assert.Equal([null, "p1", "p1"], book.Fetched);
    }

    [Fact]
    public async Task An_error_ahead_that_nobody_asks_for_does_not_come_out_of_dispose()
    {
        var book = new Book(1, 1) { Before = (cursor, _) => cursor is null ? Task.CompletedTask : throw new HttpRequestException("the carrier blinked") };
        var reader = await OpenAsync(book);
        await reader.FillAsync(Token);
        await reader.DisposeAsync();
        Assert.Equal([null, "p1"], book.Fetched);
    }

    [Fact]
    public async Task A_cancelled_fill_waits_for_the_fetch_to_end_and_names_the_callers_token()
    {
        using var drain = new CancellationTokenSource();
        var book = new Book(1) { Before = (_, ct) => Task.Delay(Timeout.Infinite, ct) };
        await using var reader = await OpenAsync(book);
        var fill = reader.FillAsync(drain.Token).AsTask();
        Assert.False(fill.IsCompleted);
        await drain.CancelAsync();
        Assert.Equal(drain.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fill)).CancellationToken);

        book.Before = (_, _) => Task.CompletedTask;
        Assert.Equal(["a0"], (await reader.RestAsync()).Keys());
    }

    [Fact]
    public async Task A_page_that_arrives_although_the_fill_was_cancelled_is_not_lost()
    {
        using var drain = new CancellationTokenSource();
        var answer = new TaskCompletionSource();
        var book = new Book(1) { Before = (_, _) => answer.Task };
        await using var reader = await OpenAsync(book);
        var fill = reader.FillAsync(drain.Token).AsTask();
        await drain.CancelAsync();
        answer.SetResult();
        Assert.True(await fill);
        Assert.Equal(["a0"], (await reader.RestAsync()).Keys());
    }
}
