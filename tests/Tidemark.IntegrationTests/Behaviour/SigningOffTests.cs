using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Tidemark.IntegrationTests.Sqlite;
using Tidemark.Sqlite;
using Tidemark.Storage;
using Tidemark.Tests.Simulation;
using Xunit;

namespace Tidemark.IntegrationTests.Behaviour;

/// <summary>The last moments of a worker that ends in good order: its beats go on until it has signed off, and a little longer.</summary>
public sealed class SigningOffTests : IDisposable
{
    readonly StoreFolder folder = new();

    static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_beat_that_comes_just_after_the_worker_has_signed_off_tells_of_no_death()
    {
        var logs = new Grave();
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddLogging(logging => logging.AddProvider(logs));
        builder.Services.AddTidemark(tidemark =>
        {
            var sqlite = new SqliteJobStore(folder.Options, TimeProvider.System);
            tidemark.UseStore((_, _) => new BeatAfterRetire(sqlite));
            tidemark.Options.BeatInterval = TimeSpan.FromMilliseconds(10);
            tidemark.AddJob(new JobKey<int>("nothing")).HandledBy((int _) => { });
        });
        using var host = builder.Build();
        await host.StartAsync(Token);
        await host.StopAsync(Token);
        Assert.Empty(logs.Said);
    }

    /// <summary>Answers the farewell only when another beat has been given.</summary>
    sealed class BeatAfterRetire(IJobStore inner) : StoreDecorator(inner)
    {
        readonly TaskCompletionSource beaten = new(TaskCreationOptions.RunContinuationsAsynchronously);
        volatile bool retired;

        protected override async ValueTask<TReply> CallAsync<TAsked, TReply>(string operation, TAsked asked, Func<TAsked, ValueTask<TReply>> call)
        {
            var was = retired;
            var reply = await call(asked);
            if (operation == nameof(BeatAsync) && was) beaten.TrySetResult();
            if (operation != nameof(RetireAsync)) return reply;
            retired = true;
            await beaten.Task;
            return reply;
        }
    }

    /// <summary>What is said as critical.</summary>
    sealed class Grave : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Said { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void Dispose() { }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Critical;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) Said.Enqueue(formatter(state, exception));
        }
    }
}
