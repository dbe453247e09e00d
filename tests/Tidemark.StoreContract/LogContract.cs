using Tidemark.Lifecycle;
using Tidemark.Running;
using Tidemark.Settling;
using Tidemark.Storage;
using Xunit;

namespace Tidemark.StoreContract;

/// <summary>Lines that a job logs while it runs.</summary>
public abstract class LogContract : Contract
{
    [Fact]
    public async Task Lines_are_read_while_the_job_runs_and_those_of_its_settlement_follow_them()
    {
        var held = await RunAsync();
        var now = await NowAsync();
        Assert.Equal([SaveVerdict.Saved], await Store.SaveLogAsync([Of(held, new LogLine(now.AddTicks(9_999), "Warning", "slow"))]));
        Same.As([new LogLine(now, "Warning", "slow")], (await DetailsAsync(held.Id)).Log);
        await held.SettleAsync(held.Outcome(JobEvent.Succeed) with { Log = [new(now, "Information", "the end")] });
        Assert.Equal(["slow", "the end"], (await DetailsAsync(held.Id)).Log.Select(line => line.Text));
    }

    [Fact]
    public async Task Whoever_has_lost_the_job_adds_nothing_and_the_others_of_the_call_are_saved()
    {
        var worker = await RegisterAsync();
        var lost = await RunAsync(worker: worker);
        var held = await RunAsync(worker: worker);
        await lost.SettleAsync(JobEvent.Succeed);
        var line = new LogLine(await NowAsync(), "Warning", "late");
        Assert.Equal([SaveVerdict.LeaseLost, SaveVerdict.Saved], await Store.SaveLogAsync([Of(lost, line), Of(held, line)]));
        Assert.Empty((await DetailsAsync(lost.Id)).Log);
        Assert.Single((await DetailsAsync(held.Id)).Log);
    }

    [Fact]
    public async Task Only_the_newest_lines_are_kept()
    {
        var held = await RunAsync();
        var now = await NowAsync();
        await Store.SaveLogAsync([Of(held, [.. Enumerable.Range(0, StoreLimits.LogLinesKept + 5).Select(n => new LogLine(now, "Information", $"line {n}"))])]);
        var log = (await DetailsAsync(held.Id)).Log;
        Assert.Equal((StoreLimits.LogLinesKept, "line 5"), (log.Length, log[0].Text));
    }

    static LogNews Of(Held held, params LogLine[] lines) => new() { Lease = held.Lease, Lines = lines };
}
