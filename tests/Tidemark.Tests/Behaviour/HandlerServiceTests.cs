using Microsoft.Extensions.DependencyInjection;
using Tidemark.Tests.Running;
using Xunit;

namespace Tidemark.Tests.Behaviour;

/// <summary>Where handlers and their services come from, and that they go when the attempt does.</summary>
public sealed class HandlerServiceTests
{
    static readonly JobKey<int> Load = new("load");
    static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_handler_with_a_scoped_service_that_is_only_async_disposable_starts_and_runs()
    {
        var count = new Count();
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load).HandledBy<NeedsAsync>(), services => services.AddSingleton(count).AddScoped<OnlyAsync>());
        var atStart = count.Disposed;

        Assert.Equal(JobState.Succeeded, (await engine.RunAsync(Load, 1)).State);
        Assert.Equal(atStart + 1, count.Disposed);
    }

    [Fact]
    public async Task A_delegates_scope_is_disposed_also_when_it_throws()
    {
        var count = new Count();
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load).HandledBy((int n, OnlyAsync _) =>
        {
            if (n < 0) throw new JobFaultException("no");
        }), services => services.AddSingleton(count).AddScoped<OnlyAsync>());

        Assert.Equal(JobState.Succeeded, (await engine.RunAsync(Load, 1)).State);
        Assert.Equal(JobState.Failed, (await engine.RunAsync(Load, -1)).State);
        Assert.Equal(2, count.Disposed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_disposable_handler_is_made_anew_for_each_attempt_and_disposed_after_it(bool registered)
    {
        var count = new Count();
        await using (var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load).HandledBy<Disposable>(), services =>
        {
            services.AddSingleton(count);
            if (registered) services.AddScoped<Disposable>();
        }))
        {
            var atStart = count.Made;
            Assert.Equal(atStart, count.Disposed);
            await engine.RunAsync(Load, 1);
            await engine.RunAsync(Load, -1);
            Assert.Equal((atStart + 2, atStart + 2), (count.Made, count.Disposed));
        }
    }

    [Fact]
    public async Task A_handler_registered_as_a_singleton_is_refused_at_the_start()
    {
        var error = await Assert.ThrowsAsync<TidemarkException>(() => EngineHost.StartAsync(tidemark => tidemark.AddJob(Load).HandledBy<Disposable>(), services => services.AddSingleton<Count>().AddSingleton<Disposable>()));
        Assert.Contains("its handler Disposable is registered as a singleton", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_parameter_with_a_key_is_given_the_service_of_that_key()
    {
        var got = "";
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load).HandledBy((int _, Version plain, [FromKeyedServices("b")] Version keyed) => { got = $"{plain} {keyed}"; }),
            services => services.AddSingleton(new Version(1, 0)).AddKeyedSingleton("b", new Version(2, 0)));
        await engine.RunAsync(Load, 1);

        Assert.Equal("1.0 2.0", got);
    }

    [Fact]
    public async Task A_parameter_with_a_key_that_nothing_is_registered_under_is_told_at_the_start()
    {
        var error = await Assert.ThrowsAsync<TidemarkException>(() => EngineHost.StartAsync(
            tidemark => tidemark.AddJob(Load).HandledBy((int _, [FromKeyedServices("c")] Version keyed) => { }), services => services.AddSingleton(new Version(1, 0))));
        Assert.Contains("the parameter 'keyed' of its handler wants a Version with the key 'c', which is no registered service", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Jobs_of_two_calls_of_AddTidemark_run_on_one_engine()
    {
        var other = new JobKey<int>("other");
        await using var engine = await EngineHost.StartAsync(tidemark => tidemark.AddJob(Load).HandledBy((int _) => { }), services => services.AddTidemark(tidemark => tidemark.AddJob(other).HandledBy((int _) => { })));

        Assert.Equal((JobState.Succeeded, JobState.Succeeded), ((await engine.RunAsync(Load, 1)).State, (await engine.RunAsync(other, 1)).State));
        Assert.Single(engine.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>());
    }

    [Fact]
    public async Task Two_stores_of_two_calls_of_AddTidemark_are_told_at_the_start()
    {
        var error = await Assert.ThrowsAsync<TidemarkException>(() => EngineHost.StartAsync(tidemark => tidemark.AddJob(Load).HandledBy((int _) => { }), services => services.AddTidemark(tidemark => tidemark.UseInMemory())));
        Assert.Contains("Two stores were given", error.Message, StringComparison.Ordinal);
    }

    public sealed class Count
    {
        public int Made { get; set; }
        public int Disposed { get; set; }
    }

    public sealed class OnlyAsync(Count count) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            count.Disposed++;
            return default;
        }
    }

    public sealed class NeedsAsync(OnlyAsync service) : IJob<int>
    {
        public Task RunAsync(int args, JobContext job, CancellationToken cancellationToken) => service is null ? throw new JobFaultException("no service") : Task.CompletedTask;
    }

    public sealed class Disposable : IJob<int>, IAsyncDisposable
    {
        readonly Count count;

        public Disposable(Count count)
        {
            this.count = count;
            count.Made++;
        }

        public Task RunAsync(int args, JobContext job, CancellationToken cancellationToken) => args < 0 ? throw new JobFaultException("no") : Task.CompletedTask;

        public ValueTask DisposeAsync()
        {
            count.Disposed++;
            return default;
        }
    }
}
