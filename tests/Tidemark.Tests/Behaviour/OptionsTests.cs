using Microsoft.Extensions.Configuration;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Behaviour;

/// <summary>Every option has a range, and what is out of it is told at the start with value and range; a bound comes from configuration as it is meant.</summary>
public sealed class OptionsTests
{
    static readonly JobKey<int> Load = new("load");
    static CancellationToken Token => TestContext.Current.CancellationToken;

    static readonly Dictionary<string, Action<TidemarkOptions>> TooMuch = new()
    {
        ["PollInterval is 60.00:00:00. Use 10 ms to 1 day."] = options => options.PollInterval = TimeSpan.FromDays(60),
        ["BeatInterval is 10675199.02:48:05.4775807. Use 10 ms to 1 hour."] = options => options.BeatInterval = TimeSpan.MaxValue,
        ["LeaseDuration is 10675199.02:48:05.4775807. Use four beats (2 s) to 1 day, or shorten BeatInterval."] = options => options.LeaseDuration = TimeSpan.MaxValue,
        ["RescueInterval is 10675199.02:48:05.4775807. Use 10 ms to 1 day."] = options => options.RescueInterval = TimeSpan.MaxValue,
        ["DrainTimeout is 10675199.02:48:05.4775807. Use 0 to 30 days."] = options => options.DrainTimeout = TimeSpan.MaxValue,
        ["AbortGrace is 10675199.02:48:05.4775807. Use 0 to 1 day."] = options => options.AbortGrace = TimeSpan.MaxValue,
        ["StalledAfter is 10675199.02:48:05.4775807. Use 1 s to 365 days."] = options => options.StalledAfter = TimeSpan.MaxValue,
        ["Retention is 10675199.02:48:05.4775807. Use 1 minute to 3,650 days."] = options => options.Retention = TimeSpan.MaxValue,
        ["Json is null. Give it options, or leave the default."] = options => options.Json = null!,
    };

    static readonly Dictionary<string, Action<StreamOptions>> TooMuchForAStream = new()
    {
        ["ItemTimeLimit is 60.00:00:00. Use more than 0, at most 30 days, or null for no limit."] = options => options.ItemTimeLimit = TimeSpan.FromDays(60),
        ["ResumeCost: Items is 2,147,483,647. Use 1 to 1,000,000."] = options => options.ResumeCost = new() { Items = int.MaxValue },
        ["ResumeCost: Time is 00:00:00. Use 1 ms to 1 day, or null for no limit."] = options => options.ResumeCost = new() { Items = 10, Time = TimeSpan.Zero },
        ["ResumeCost is null. Use ResumeCost.Default."] = options => options.ResumeCost = null!,
        ["Retry is null. Use RetryPolicy.None for no retry."] = options => options.Retry = null!,
        ["Breaker: PauseCeiling is 10675199.02:48:05.4775807. Use more than 0, at most 30 days."] = options => options.Breaker = new() { PauseCeiling = TimeSpan.MaxValue },
        ["Breaker: Pause is 10675199.02:48:05.4775807. Use more than 0, at most 30 days."] = options => options.Breaker = new() { Pause = TimeSpan.MaxValue, PauseCeiling = TimeSpan.MaxValue },
    };

    public static TheoryData<string> Engine => [.. TooMuch.Keys];

    public static TheoryData<string> Streams => [.. TooMuchForAStream.Keys];

    [Theory]
    [MemberData(nameof(Engine))]
    public Task An_option_of_the_engine_that_is_out_of_its_range_is_told_at_the_start(string fault) =>
        RefusedAsync($"\n  - {fault}", tidemark => TooMuch[fault](tidemark.Options), _ => { });

    [Theory]
    [MemberData(nameof(Streams))]
    public Task An_option_of_a_stream_that_is_out_of_its_range_is_told_at_the_start(string fault) =>
        RefusedAsync($"\n  - Job 'load', stream 'rows'{(fault.Split(' ')[0].EndsWith(':') ? ", " : ": ")}{fault}", _ => { }, job => job.Stream("rows", TooMuchForAStream[fault]));

    [Fact]
    public Task A_limit_of_a_job_that_is_out_of_its_range_is_told_at_the_start() =>
        RefusedAsync("\n  - Job 'load': TimeLimit is 10675199.02:48:05.4775807. Use more than 0, at most 365 days.", _ => { }, job => job.TimeLimit(TimeSpan.MaxValue));

    [Theory]
    [InlineData("ValidFor is 10675199.02:48:05.4775807. Use more than 0, at most 3,650 days, or null for ever.")]
    [InlineData("TimeLimit is 10675199.02:48:05.4775807. Use more than 0, at most 30 days, or null for no limit.")]
    [InlineData("NoProgressLimit is 00:00:00. Use more than 0, at most 30 days, or null for no limit.")]
    public async Task An_option_of_a_step_that_is_out_of_its_range_fails_the_job_before_the_step_runs(string fault)
    {
        var ran = 0;
        StepOptions options = fault.Split(' ')[0] switch
        {
            "ValidFor" => new() { ValidFor = TimeSpan.MaxValue },
            "TimeLimit" => new() { TimeLimit = TimeSpan.MaxValue },
            _ => new() { NoProgressLimit = TimeSpan.Zero },
        };
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load).HandledBy((int _, JobContext job) => job.StepAsync("open", (_, _) => Task.FromResult(++ran), options)));
        var job = await engine.RunAsync(Load, 1);

        Assert.Equal((JobState.Failed, 1, 0), (job.State, job.Attempt, ran));
        Assert.Contains($"Step 'open': {fault}", job.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dedup_key_is_held_for_ten_years_at_most_or_for_ever() =>
        Assert.StartsWith("The dedup key would be held for 10675199.02:48:05.4775807. Use more than 0, at most 3,650 days, or ForEver().", Assert.Throws<ArgumentOutOfRangeException>("duration", () => Dedup.Key("a").For(TimeSpan.MaxValue)).Message, StringComparison.Ordinal);

    [Fact]
    public void Binding_one_stream_from_configuration_leaves_every_other_alone()
    {
        var (one, another) = (new StreamOptions { Retry = RetryPolicy.None }, new StreamOptions());
        Bind(one, ("ResumeCost:Items", "500"), ("Retry:MaxRetries", "7"), ("Breaker:Failures", "9"));

        Assert.Equal((500, 7, 9), (one.ResumeCost.Items, one.Retry.MaxRetries, one.Breaker!.Failures));
        Assert.Equal((10, 3, 10), (another.ResumeCost.Items, another.Retry.MaxRetries, another.Breaker!.Failures));
        Assert.Equal((10, 0, 10), (new StreamOptions().ResumeCost.Items, RetryPolicy.None.MaxRetries, RetryPolicy.Default.MaxRetries));
    }

    [Fact]
    public void A_bound_by_time_alone_from_configuration_implies_the_items_of_one_written_in_code()
    {
        var options = new StreamOptions();
        Bind(options, ("ResumeCost:Time", "00:00:30"));

        Assert.Equal(ResumeCost.AtMost(TimeSpan.FromSeconds(30)), options.ResumeCost);
        Assert.Equal(ResumeCost.ItemsImpliedByTime, options.ResumeCost.Items);
    }

    [Fact]
    public void A_bound_by_both_from_configuration_is_the_one_written_in_code()
    {
        var options = new StreamOptions();
        Bind(options, ("ResumeCost:Time", "00:00:30"), ("ResumeCost:Items", "40"));

        Assert.Equal(ResumeCost.AtMost(40, TimeSpan.FromSeconds(30)), options.ResumeCost);
        Assert.Equal(ResumeCost.AtMost(10), new StreamOptions().ResumeCost);
    }

    static void Bind(StreamOptions options, params (string Key, string Value)[] settings) =>
        new ConfigurationBuilder().AddInMemoryCollection(settings.Select(one => KeyValuePair.Create(one.Key, (string?)one.Value))).Build().Bind(options);

    static async Task RefusedAsync(string fault, Action<TidemarkBuilder> tidemark, Action<JobBuilder<int>> job)
    {
        var error = await Assert.ThrowsAsync<TidemarkException>(() => EngineHost.StartAsync(builder =>
        {
            tidemark(builder);
            job(builder.AddJob(Load).HandledBy((int _) => { }));
        }).WaitAsync(TimeSpan.FromSeconds(10), Token));
        Assert.Contains(fault, error.Message, StringComparison.Ordinal);
    }
}
