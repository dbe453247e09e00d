using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Tidemark.Running;
using Tidemark.Storage;
using Xunit;

namespace Tidemark.Tests.Running;

/// <summary>A store that throws what no store should: the loops go on, and say that they are not well.</summary>
public sealed class StoreFaultTests
{
    static readonly JobKey<int> Load = new("load");
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(nameof(IJobStore.ClaimAsync))]
    [InlineData(nameof(IJobStore.BeatAsync))]
    public async Task A_call_that_throws_something_else_is_repeated_and_the_worker_says_meanwhile_that_it_is_not_well(string ill)
    {
        var isIll = false;
        await using var engine = await StartAsync((method, _) => method == ill && Volatile.Read(ref isIll) ? throw new InvalidOperationException("a fault of the driver") : null);
        Volatile.Write(ref isIll, true);
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        var trouble = await engine.UntilAsync(health => health.Status != HealthStatus.Healthy);
        Volatile.Write(ref isIll, false);

        Assert.Equal(HealthStatus.Degraded, trouble.Status);
        Assert.Equal(JobState.Succeeded, (await engine.Jobs.WaitAsync(id, Token)).State);
        await engine.UntilAsync(health => health.Status == HealthStatus.Healthy);
    }

    [Fact]
    public async Task A_handler_that_only_awaits_its_token_is_told_while_the_store_is_away_that_its_lease_may_be_anothers()
    {
        var isAway = false;
        var (started, told) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var engine = await StartAsync((method, _) => method == nameof(IJobStore.BeatAsync) && Volatile.Read(ref isAway) ? throw new StoreException("nobody answers") : null, async (job, token) =>
        {
            started.TrySetResult();
            await using var _ = token.Register(() => told.TrySetResult());
            await Task.Delay(Timeout.Infinite, token);
        });
        await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        await started.Task.WaitAsync(Token);
        Volatile.Write(ref isAway, true);

        await told.Task.WaitAsync(TimeSpan.FromSeconds(20), Token);
    }

    [Fact]
    public async Task A_logger_that_throws_whatever_it_is_told_ends_no_loop()
    {
        var faults = 0;
        await using var engine = await StartAsync((method, _) => method == nameof(IJobStore.ClaimAsync) && Interlocked.Increment(ref faults) <= 3 ? throw new InvalidOperationException("a fault of the driver") : null,
            services: services => services.AddSingleton<ILoggerProvider>(new Throwing()));
        var (id, _) = await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);
        Assert.Equal(JobState.Succeeded, (await engine.Jobs.WaitAsync(id, Token).WaitAsync(TimeSpan.FromSeconds(20), Token)).State);
    }

    sealed class Throwing : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => categoryName.StartsWith("Tidemark", StringComparison.Ordinal) ? this : NullLogger.Instance;

        public void Dispose() { }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => throw new IOException("the disk of the log is full");
    }

    [Fact]
    public async Task A_sign_off_that_throws_something_else_does_not_break_the_stop()
    {
        await using var engine = await StartAsync((method, _) => method == nameof(IJobStore.RetireAsync) ? throw new InvalidOperationException("a fault of the driver") : null);
        await engine.StopAsync();
        Assert.Contains("a fault of the driver", await engine.Log.UntilAsync("could not sign off"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_save_under_a_lost_lease_throws_what_its_documentation_says()
    {
        var thrown = new TaskCompletionSource<Exception?>();
        await using var engine = await StartAsync((method, _) => method == nameof(IJobStore.CheckpointAsync) ? new SaveReply(SaveVerdict.LeaseLost, null) : null,
            async (job, _) => thrown.TrySetResult(await Record.ExceptionAsync(() => job.Cursor<int>("at").SaveAsync(1))));
        await engine.Jobs.EnqueueAsync(Load, 1, cancellationToken: Token);

        Assert.IsType<LeaseLostException>(await thrown.Task.WaitAsync(Token));
    }

    static Task<EngineHost> StartAsync(Func<string, object?, object?> instead, Func<JobContext, CancellationToken, Task>? handler = null, Action<IServiceCollection>? services = null) => EngineHost.StartAsync(tidemark =>
    {
        tidemark.Options.PollInterval = TimeSpan.FromMilliseconds(20);
        tidemark.Options.BeatInterval = TimeSpan.FromMilliseconds(20);
        tidemark.Options.LeaseDuration = TimeSpan.FromMilliseconds(500);
        tidemark.AddJob(Load).HandledBy((int _, JobContext job, CancellationToken token) => handler?.Invoke(job, token) ?? Task.CompletedTask);
    }, services, new InterceptedStore(instead));
}
