using System.Text.Json;
using Tidemark.Cli;
using Tidemark.IntegrationTests.Behaviour;
using Xunit;

namespace Tidemark.IntegrationTests.Cli.Runs;

/// <summary>What an operator is told of a service's store, while the service works on it.</summary>
public sealed class ServiceStoreTests
{
    static readonly JobKey<int> Sync = new("sync") { Limit = _ => new("acme", atMost: 1) };

    static readonly JobKey<int> Post = new("post");

    static CancellationToken Ending => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Doctor_says_of_a_job_that_waits_for_a_place_what_it_waits_for()
    {
        using var host = new CliHost();
        var (started, release) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var service = await StartedEngine.StartAsync(host.PathOf("tidemark.db"), tidemark => tidemark.AddJob(Sync).HandledBy((int _) =>
        {
            started.TrySetResult();
            return release.Task;
        }));
        await service.Jobs.EnqueueAsync(Sync, 1, cancellationToken: Ending);
        await started.Task.WaitAsync(Ending);
        var (second, _) = await service.Jobs.EnqueueAsync(Sync, 2, cancellationToken: Ending);
        while ((await service.Jobs.FindAsync(second, Ending))!.Reason is null) await Task.Delay(10, Ending);

        var said = await host.RunAsync("doctor", $"{second}");
        Assert.Equal(["limit reached: waits for a place: at most 1 at a time of 'acme'", "    none is needed; it goes on once one of those that run has ended"], said.Output);
        release.SetResult();
        Assert.Equal(JobState.Succeeded, (await service.Jobs.WaitAsync(second, Ending)).State);
    }

    [Fact]
    public async Task An_item_of_a_service_is_listed_as_its_json_whatever_its_parts_are_called()
    {
        using var host = new CliHost();
        await using var service = await StartedEngine.StartAsync(host.PathOf("tidemark.db"), tidemark => tidemark.AddJob(Post).HandledBy(async (int _, JobContext job) =>
        {
            await job.Stream("pages", Items.Of([new Page(7)], page => $"{page.Text}")).ForEachAsync((_, _) => Task.FromException(new QuarantineItemException("unreadable")));
            await job.Stream("letters", Items.Of([new Letter("dear", 2)], letter => letter.Text)).ForEachAsync((_, _) => Task.FromException(new QuarantineItemException("unreadable")));
        }).Stream("pages").Stream("letters"));
        var (id, _) = await service.Jobs.EnqueueAsync(Post, 1, cancellationToken: Ending);
        Assert.Equal(JobState.Succeeded, (await service.Jobs.WaitAsync(id, Ending)).State);

        var listed = await host.RunAsync("quarantine", "list", "--json");

        Assert.Equal(ExitCode.Done, listed.Code);
        Assert.Equal(
            ["""{"text":7}""", """{"text":"dear","count":2}"""],
            listed.Output.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("item").GetString()));
    }

    [Fact]
    public async Task Locks_are_listed_with_who_has_them_and_broken_on_request()
    {
        using var host = new CliHost();
        await using var service = await StartedEngine.StartAsync(host.PathOf("tidemark.db"), tidemark => tidemark.UseLocks());
        await using var held = await service.Locks.AcquireAsync("invoices", new() { Owner = "nightly run" }, Ending);

        var listed = await host.RunAsync("lock", "list");
        Assert.Contains("nightly run", Assert.Single(listed.Output, line => line.StartsWith("invoices ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Done, (await host.RunAsync("lock", "break", $"{held.Token}")).Code);
        var lost = new TaskCompletionSource();
        await using var told = held.Lost.Register(lost.SetResult);
        await lost.Task.WaitAsync(Ending);
        Assert.Empty((await host.RunAsync("lock", "list", "--json")).Output);
        Assert.Equal(ExitCode.NotFound, (await host.RunAsync("lock", "break", $"{held.Token}")).Code);
        Assert.Equal(ExitCode.Usage, (await host.RunAsync("lock", "break", "many")).Code);
    }

    sealed record Page(int Text);

    sealed record Letter(string Text, int Count);
}
