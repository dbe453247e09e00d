using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Behaviour;

/// <summary>Everything is checked when the host starts, and all faults are told at once.</summary>
public sealed class RegistrationTests
{
    [Fact]
    public async Task All_faults_are_told_at_once_each_with_its_value_and_its_remedy()
    {
        var error = await Assert.ThrowsAsync<TidemarkException>(() => EngineHost.StartAsync(tidemark =>
        {
            tidemark.Options.ClaimBatch = 0;
            tidemark.Options.LeaseDuration = TimeSpan.FromSeconds(1);
            tidemark.AddJob(new JobKey<int>("unhandled"));
            tidemark.AddJob(new JobKey<int>("needy")).HandledBy<Needy>();
            tidemark.AddJob(new JobKey<int>("needy-delegate")).HandledBy((int _, Missing missing) => { });
            tidemark.AddJob(new JobKey<int>("twice")).HandledBy((int _) => { }).HandledBy((int _) => { });
            tidemark.AddJob(new JobKey<int>("needy")).HandledBy((int _) => { });
            tidemark.AddJob(new JobKey<OneWay>("one-way")).HandledBy((OneWay _) => { });
            tidemark.AddJob(new JobKey<Type>("no-json")).HandledBy((Type _) => { });
            tidemark.AddJob(new JobKey<int>("streams")).HandledBy((int _) => { })
                .Retry(new() { MaxRetries = -1 }).TimeLimit(TimeSpan.Zero).NoProgressLimit(TimeSpan.FromSeconds(-1))
                .Stream("narrow", options => (options.Concurrency, options.ResumeCost) = (8, ResumeCost.AtMost(4)))
                .Stream("narrow")
                .Stream("odd", options =>
                {
                    options.ItemTimeLimit = TimeSpan.Zero;
                    options.MaxAhead = 0;
                    options.QuarantineLimit = -1;
                    options.Retry = new() { BaseDelay = TimeSpan.FromDays(2) };
                    options.Breaker = new() { Failures = 1, Pause = TimeSpan.Zero };
                });
        }));

        string[] said =
        [
            "ClaimBatch is 0. Use 1 to 1,000.",
            "LeaseDuration is 00:00:01. Use four beats (2 s) to 1 day, or shorten BeatInterval.",
            "Job 'unhandled' has no handler. Add .HandledBy<…>() or .HandledBy(delegate).",
            "Job 'needy': its handler Needy cannot be made: ",
            "Job 'needy-delegate': the parameter 'missing' of its handler wants a Missing, which is no registered service. Register it.",
            "Job 'twice' has two handlers. Register one.",
            "The job name 'needy' is registered twice. Names are the identity of stored jobs: give each handler its own.",
            "Job 'one-way': the arguments' type OneWay ",
            "Job 'no-json': the arguments' type Type cannot be JSON: ",
            "Job 'streams', Retry: MaxRetries is -1. Use 0 to 1,000.",
            "Job 'streams': TimeLimit is 00:00:00. Use more than 0, at most 365 days.",
            "Job 'streams': NoProgressLimit is -00:00:01. Use more than 0, at most 365 days.",
            "Job 'streams', stream 'narrow': the resume cost of 4 items is smaller than the concurrency of 8.",
            "Job 'streams' declares the stream 'narrow' twice. Declare it once.",
            "Job 'streams', stream 'odd': ItemTimeLimit is 00:00:00. Use more than 0, at most 30 days, or null for no limit.",
            "Job 'streams', stream 'odd': MaxAhead is 0. Use 1 to 100,000.",
            "Job 'streams', stream 'odd': QuarantineLimit is -1. Use 0 to 9,223,372,036,854,775,807, or null for no limit.",
            "Job 'streams', stream 'odd', Retry: BaseDelay is 2.00:00:00. Use 0 to 1 day.",
            "Job 'streams', stream 'odd', Breaker: Failures is 1. Use 2 to 1,000.",
            "Job 'streams', stream 'odd', Breaker: Pause is 00:00:00. Use more than 0, at most 30 days.",
        ];
        Assert.All(said, fault => Assert.Contains($"\n  - {fault}", error.Message, StringComparison.Ordinal));
        Assert.StartsWith("Tidemark is not set up right (", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_store_the_host_does_not_start_and_says_which_calls_choose_one()
    {
        var builder = Microsoft.Extensions.Hosting.Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddTidemark(tidemark => tidemark.AddJob(new JobKey<int>("any")).HandledBy((int _) => { }));
        using var host = builder.Build();
        var error = await Assert.ThrowsAsync<TidemarkException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("No store was chosen. Call UseSqlite(\"tidemark.db\")", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_on_a_queue_that_this_worker_does_not_serve_is_a_fault()
    {
        var error = await Assert.ThrowsAsync<TidemarkException>(() => EngineHost.StartAsync(tidemark =>
            tidemark.Queue("day", 2).AddJob(new JobKey<int>("any")).HandledBy((int _) => { }).Queue("night")));

        Assert.Contains("Job 'any' goes to the queue 'night', to which this worker does not subscribe (day). Add .Queue(\"night\", slots).", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Handlers_are_made_in_a_scope_of_their_own_for_each_attempt()
    {
        var made = new List<Scoped>();
        await using var engine = await EngineHost.StartAsync(
            tidemark => tidemark.AddJob(new JobKey<int>("scoped")).HandledBy<UsesScoped>().Retry(new() { MaxRetries = 1, BaseDelay = TimeSpan.Zero }),
            services => services.AddSingleton(made).AddScoped<Scoped>());
        var job = await engine.RunAsync(new JobKey<int>("scoped"), 1);

        Assert.Equal((JobState.Succeeded, 2), (job.State, job.Attempt));
        Assert.Equal(2, made.Distinct().Count());
        Assert.All(made, scoped => Assert.True(scoped.IsDisposed));
    }

    [Theory]
    [InlineData("", "The job name is empty. Give it 1 to 100 characters.")]
    [InlineData("my job", "The job name 'my job' has the character ' ' at position 2. Use letters, digits and . _ - : / only.")]
    public void A_name_that_could_not_be_stored_is_refused_where_it_is_written(string name, string says) =>
        Assert.StartsWith(says, Assert.Throws<ArgumentException>(() => new JobKey<int>(name)).Message, StringComparison.Ordinal);

    sealed class Missing;

    sealed class Needy(Missing missing) : IJob<int>
    {
        public Task RunAsync(int args, JobContext job, CancellationToken cancellationToken) => Task.FromResult(missing);
    }

    sealed class OneWay
    {
        OneWay(int number) => Number = number;

        [JsonInclude]
        public int Number { get; }

        public static OneWay Of(int number) => new(number);
    }

    sealed class Scoped(List<Scoped> made) : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Use() => made.Add(this);

        public void Dispose() => IsDisposed = true;
    }

    sealed class UsesScoped(Scoped scoped) : IJob<int>
    {
        public Task RunAsync(int args, JobContext job, CancellationToken cancellationToken)
        {
            scoped.Use();
            return job.Attempt == 1 ? throw new TimeoutException("again") : Task.CompletedTask;
        }
    }
}
