using Tidemark.Storage;
using Tidemark.Storage.InMemory;
using Tidemark.Tests.Simulation;

namespace Tidemark.Tests.Running;

/// <summary>The store in memory, with somebody who may answer in its place, or throw: null lets the call through.</summary>
internal sealed class InterceptedStore(Func<string, object?, object?> instead) : StoreDecorator(new InMemoryJobStore(TimeProvider.System))
{
    protected override async ValueTask<TResult> CallAsync<TArgument, TResult>(string method, TArgument argument, Func<TArgument, ValueTask<TResult>> call) =>
        instead(method, argument) is TResult answer ? answer : await call(argument);
}
