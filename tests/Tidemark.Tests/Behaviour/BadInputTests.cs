using System.Data.Common;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Behaviour;

/// <summary>What a job may be given or may find: each a clear error that names the value and the remedy, and nothing is lost.</summary>
public sealed class BadInputTests
{
    static readonly JobKey<int> Load = new("load");
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Arguments_that_the_handler_cannot_read_fail_the_job_and_are_kept_as_they_are()
    {
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load).HandledBy((int _) => { }));
        var (id, _) = await engine.Jobs.EnqueueAsync(new JobKey<string>("load"), "twelve", cancellationToken: Token); // another release's idea of them
        await engine.Jobs.WaitAsync(id, Token);

        var job = (await engine.Jobs.FindAsync(id, Token))!;
        Assert.Equal((JobState.Failed, 1), (job.State, job.Attempt));
        Assert.StartsWith("The job's arguments cannot be read as Int32", job.Reason, StringComparison.Ordinal);
        Assert.Contains("The stored JSON is kept as it is; deploy code that reads it, then retry the job.", job.Reason, StringComparison.Ordinal);
        Assert.Equal(JobState.Succeeded, (await engine.RunAsync(Load, 12)).State);
    }

    [Fact]
    public async Task An_undeclared_stream_fails_the_job_at_entry_and_names_the_declared_ones()
    {
        var job = await RunAsync((n, job) => job.Stream("itmes", Of(n)).ForEachAsync((_, _) => Task.CompletedTask));

        Assert.Equal((JobState.Failed, 1), (job.State, job.Attempt));
        Assert.Contains("opens the stream 'itmes', which was not declared (declared: items). Add .Stream(\"itmes\", …)", job.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_handler_of_items_that_is_null_fails_the_job_and_no_item_pays_for_it()
    {
        foreach (var run in new Func<JobStream<int>, Task>[]
        {
            stream => stream.ForEachAsync(null!),
            stream => stream.ForEachBatchAsync(2, null!),
            stream => stream.CommitAsync((Func<IReadOnlyList<StreamItem<int>>, DbTransaction, CancellationToken, Task>)null!),
            stream => stream.CommitAsync((Action<IReadOnlyList<StreamItem<int>>, DbBatch>)null!),
        })
        {
            var job = await RunAsync((n, job) => run(job.Stream("items", Of(n))), RetryPolicy.None);
            Assert.Equal((JobState.Failed, 0), (job.State, job.Streams.Count));
            Assert.Contains("ArgumentNullException", job.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_source_that_opens_no_reader_fails_the_job_and_says_so()
    {
        var job = await RunAsync((_, job) => job.Stream("items", new Unopened()).ForEachAsync((_, _) => Task.CompletedTask));

        Assert.Equal((JobState.Failed, 1), (job.State, job.Attempt));
        Assert.Contains("The source of stream 'items' (Unopened) answered OpenAsync with null. Answer with a reader, if need be one without items.", job.Reason, StringComparison.Ordinal);
    }

    sealed class Unopened : Source<int, int>
    {
        public override ValueTask<SourceReader<int, int>> OpenAsync(SourceStart<int> start, CancellationToken cancellationToken) => default;
    }

    [Fact]
    public async Task A_stream_opened_twice_fails_the_job()
    {
        var job = await RunAsync(async (n, job) =>
        {
            await job.Stream("items", Of(n)).ForEachAsync((_, _) => Task.CompletedTask);
            await job.Stream("items", Of(n)).ForEachAsync((_, _) => Task.CompletedTask);
        });

        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("opens the stream 'items' twice", job.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_larger_than_the_bound_fails_the_job_and_says_both_numbers()
    {
        var job = await RunAsync((n, job) => job.Stream("items", Of(n)).ForEachBatchAsync(11, (_, _) => Task.CompletedTask));

        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("in batches of 11, but its resume cost is 10 items", job.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_item_without_a_key_fails_the_job_after_what_went_before_is_saved()
    {
        var job = await RunAsync((n, job) => job.Stream("items", Pages.Of(PageOf(n), i => i == 3 ? "" : $"{i}")).ForEachAsync((_, _) => Task.CompletedTask));

        Assert.Equal((JobState.Failed, 3), (job.State, job.Streams[0].Done));
        Assert.Contains("without a key after '2'", job.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_too_long_fails_the_job_and_tells_to_hash_it()
    {
        var job = await RunAsync((_, job) => job.Stream("items", Items.Of([1], _ => new string('k', 501))).ForEachAsync((_, _) => Task.CompletedTask));

        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("of 501 characters. Use at most 500; hash longer ones.", job.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\0b", "U+0000 at position 1")]
    [InlineData("a<half>", "half of a surrogate pair at position 1")]
    public async Task A_key_that_not_every_store_can_keep_fails_the_job_and_says_where(string key, string fault)
    {
        var job = await RunAsync((_, job) => job.Stream("items", Items.Of([1], _ => key.Replace("<half>", "\uD83D", StringComparison.Ordinal))).ForEachAsync((_, _) => Task.CompletedTask));

        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains(fault, job.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_key_for_two_items_of_a_stable_source_fails_the_job_and_names_the_key()
    {
        var job = await RunAsync((n, job) => job.Stream("items", Items.Of(Enumerable.Range(0, n).ToArray(), i => $"{i % 3}")).ForEachAsync((_, _) => Task.CompletedTask));

        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("'0'", job.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cursor_that_goes_round_in_circles_fails_the_job_and_what_was_done_stays_done()
    {
        var job = await RunAsync((_, job) => job.Stream("items", Pages.Of(
            (string? page, CancellationToken _) => Task.FromResult(new Page<int, string>([1 + (page is null ? 0 : int.Parse(page))], page is "2" ? "1" : page is null ? "1" : "2")),
            i => $"{i}-{Guid.NewGuid()}")).ForEachAsync((_, _) => Task.CompletedTask));

        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("round in circles", job.Reason, StringComparison.Ordinal);
        Assert.True(job.Streams[0].Done > 0);
    }

    [Fact]
    public async Task A_stable_source_that_changed_under_the_run_stops_the_stream_loudly()
    {
        var first = true;
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load)
            .HandledBy((int n, JobContext job) => job.Stream("items", Items.Of(Enumerable.Range(0, first ? n : n - 3).ToArray(), i => $"{i}")).ForEachAsync((item, _) =>
                first && item.Value == 5 ? throw Park.UntilWoken("look at the input") : Task.CompletedTask))
            .Stream("items"));
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 9, cancellationToken: Token);
        await engine.UntilAsync(id, JobState.Parked);
        first = false;
        await engine.Jobs.WakeAsync(id, Token);
        await engine.Jobs.WaitAsync(id, Token);

        var job = (await engine.Jobs.FindAsync(id, Token))!;
        Assert.Equal((JobState.Failed, 5), (job.State, job.Streams[0].Done)); // nothing of the other input was touched
    }

    [Fact]
    public async Task An_item_that_cannot_be_kept_as_JSON_is_told_when_it_is_to_be_quarantined()
    {
        var job = await RunAsync((_, job) => job.Stream("items", Items.Of([new string('x', 300_000)], _ => "big")).ForEachAsync((_, _) => throw new QuarantineItemException("bad")));

        Assert.Equal((JobState.Failed, 0), (job.State, job.Streams.Count == 0 ? 0 : job.Streams[0].Quarantined));
        Assert.Contains("The item 'big' of stream 'items' takes 300,002 bytes", job.Reason, StringComparison.Ordinal);
    }

    static Source<int> Of(int n) => Items.Of(Enumerable.Range(0, n).ToArray(), i => $"{i}");

    static Func<string?, CancellationToken, Task<Page<int, string>>> PageOf(int n) =>
        (_, _) => Task.FromResult(new Page<int, string>([.. Enumerable.Range(0, n)], null));

    static async Task<JobStatus> RunAsync(Func<int, JobContext, Task> handler, RetryPolicy? retry = null)
    {
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load).HandledBy((int n, JobContext job) => handler(n, job)).Stream("items").Retry(retry ?? RetryPolicy.Default));
        return await engine.RunAsync(Load, 9);
    }
}
