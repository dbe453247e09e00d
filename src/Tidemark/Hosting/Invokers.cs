using System.Diagnostics.CodeAnalysis;
using System.Linq.Expressions;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Tidemark.Running;
using Tidemark.Seams;

namespace Tidemark.Hosting;

/// <summary>A handler class: one instance an attempt.</summary>
internal sealed class ClassInvoker<TArgs, [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] THandler> : JobInvoker
    where THandler : class, IJob<TArgs>
{
    readonly ObjectFactory<THandler> make = ActivatorUtilities.CreateFactory<THandler>([]);

    public override Type ArgumentsType => typeof(TArgs);

    public override async ValueTask<string?> FaultAsync(IServiceProvider services)
    {
        try
        {
            await using var scope = services.CreateAsyncScope();
            if (!IsRegistered(services)) await DisposeAsync(make(scope.ServiceProvider, null));
            else
            {
                await using var another = services.CreateAsyncScope();
                if (ReferenceEquals(scope.ServiceProvider.GetRequiredService<THandler>(), another.ServiceProvider.GetRequiredService<THandler>()))
                    return $"its handler {typeof(THandler).Name} is registered as a singleton, so that all attempts would share it. Register it scoped or transient, or not at all.";
            }
            return null;
        }
        catch (Exception missing)
        {
            return $"its handler {typeof(THandler).Name} cannot be made: {missing.Message}";
        }
    }

    public override object? Decode(EngineParts parts, byte[] arguments) => parts.FromJson<TArgs>(arguments, "The job's arguments");

    public override async Task InvokeAsync(object? arguments, JobContext context, IServiceProvider? services, CancellationToken abort)
    {
        if (services!.GetService<THandler>() is { } registered) // its scope disposes of it
        {
            await registered.RunAsync((TArgs)arguments!, context, abort);
            return;
        }
        var handler = make(services!, null);
        try
        {
            await handler.RunAsync((TArgs)arguments!, context, abort);
        }
        finally
        {
            await DisposeAsync(handler);
        }
    }

    static bool IsRegistered(IServiceProvider services) => services.GetService<IServiceProviderIsService>()?.IsService(typeof(THandler)) ?? false;

    static ValueTask DisposeAsync(THandler handler)
    {
        if (handler is IAsyncDisposable asynchronous) return asynchronous.DisposeAsync();
        (handler as IDisposable)?.Dispose();
        return default;
    }
}

/// <summary>A handler delegate, compiled once into a call that fetches each parameter from where it comes.</summary>
internal sealed class DelegateInvoker<TArgs>(Delegate handler) : JobInvoker
{
    readonly Func<TArgs, JobContext, IServiceProvider?, CancellationToken, Task> call = Compile(handler);

    public override Type ArgumentsType => typeof(TArgs);

    public override ValueTask<string?> FaultAsync(IServiceProvider services) => new(Fault(services));

    string? Fault(IServiceProvider services)
    {
        var known = services.GetService<IServiceProviderIsService>();
        foreach (var parameter in handler.Method.GetParameters())
        {
            var type = parameter.ParameterType;
            var key = KeyOf(parameter);
            if (key is null ? IsGiven(type) || known is null || known.IsService(type) : known is not IServiceProviderIsKeyedService keyed || keyed.IsKeyedService(type, key)) continue;
            return $"the parameter '{parameter.Name}' of its handler wants a {type.Name}{(key is null ? "" : $" with the key '{key}'")}, which is no registered service. Register it.";
        }
        return null;
    }

    public override object? Decode(EngineParts parts, byte[] arguments) => parts.FromJson<TArgs>(arguments, "The job's arguments");

    public override Task InvokeAsync(object? arguments, JobContext context, IServiceProvider? services, CancellationToken abort) =>
        call((TArgs)arguments!, context, services, abort);

    static object? KeyOf(ParameterInfo parameter) => parameter.GetCustomAttribute<FromKeyedServicesAttribute>()?.Key;

    static bool IsGiven(Type type) => type == typeof(TArgs) || type == typeof(JobContext) || type == typeof(CancellationToken) || type == typeof(IServiceProvider);

    static Func<TArgs, JobContext, IServiceProvider?, CancellationToken, Task> Compile(Delegate handler)
    {
        var args = Expression.Parameter(typeof(TArgs));
        var context = Expression.Parameter(typeof(JobContext));
        var services = Expression.Parameter(typeof(IServiceProvider));
        var abort = Expression.Parameter(typeof(CancellationToken));
        var given = new Dictionary<Type, Expression> { [typeof(JobContext)] = context, [typeof(CancellationToken)] = abort, [typeof(IServiceProvider)] = services };
        given[typeof(TArgs)] = args;
        var parameters = handler.Method.GetParameters().Select(parameter => (Key: KeyOf(parameter), Type: parameter.ParameterType) switch
        {
            ({ } key, var type) => Expression.Call(typeof(ServiceProviderKeyedServiceExtensions), nameof(ServiceProviderKeyedServiceExtensions.GetRequiredKeyedService), [type], services, Expression.Constant(key, typeof(object))),
            (_, var type) when given.TryGetValue(type, out var known) => known,
            (_, var type) => Expression.Call(typeof(ServiceProviderServiceExtensions), nameof(ServiceProviderServiceExtensions.GetRequiredService), [type], services),
        });
        var invoke = Expression.Invoke(Expression.Constant(handler), parameters);
        return Expression.Lambda<Func<TArgs, JobContext, IServiceProvider?, CancellationToken, Task>>(AsTask(invoke, context), args, context, services, abort).Compile();
    }

    static Expression AsTask(Expression invoke, Expression context)
    {
        var type = invoke.Type;
        if (type == typeof(void)) return Expression.Block(invoke, Expression.Constant(Task.CompletedTask));
        if (type == typeof(ValueTask)) return Expression.Call(invoke, nameof(ValueTask.AsTask), null);
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ValueTask<>)) invoke = Expression.Call(invoke, "AsTask", null);
        if (invoke.Type.IsGenericType && invoke.Type.GetGenericTypeDefinition() == typeof(Task<>))
            return Expression.Call(typeof(DelegateInvoker<TArgs>), nameof(KeepResultAsync), [invoke.Type.GetGenericArguments()[0]], invoke, context);
        if (typeof(Task).IsAssignableFrom(type)) return Expression.Convert(invoke, typeof(Task));
        return Expression.Block(Expression.Call(context, nameof(JobContext.SetResult), [type], invoke), Expression.Constant(Task.CompletedTask));
    }

    static async Task KeepResultAsync<TResult>(Task<TResult> running, JobContext context) => context.SetResult(await running);
}

/// <summary>Stands in for a handler that was never given; the fault is told at start.</summary>
internal sealed class MissingInvoker(string name) : JobInvoker
{
    public override Type ArgumentsType => typeof(object);

    public override ValueTask<string?> FaultAsync(IServiceProvider services) => default;

    public override object? Decode(EngineParts parts, byte[] arguments) => throw new JobFaultException($"Job '{name}' has no handler.");

    public override Task InvokeAsync(object? arguments, JobContext context, IServiceProvider? services, CancellationToken abort) =>
        throw new JobFaultException($"Job '{name}' has no handler.");
}
