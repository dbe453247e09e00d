using Tidemark.Settling;
using Tidemark.Storage;
using Tidemark.Tests.Simulation;

namespace Tidemark.Tests.Storage;

/// <summary>A store that forgets one property of what it is given or of what it answers.</summary>
internal sealed class ForgetfulStore(IJobStore inner, Forgotten forgotten) : StoreDecorator(inner)
{
    protected override async ValueTask<TReply> CallAsync<TAsked, TReply>(string operation, TAsked asked, Func<TAsked, ValueTask<TReply>> call)
    {
        if (!forgotten.Inward) return forgotten.In(await call(asked));
        var heard = forgotten.In(asked);
        var reply = await call(heard);
        // A settlement is answered in part by what the store writes into it.
        if (asked is IReadOnlyList<Settlement> given && heard is IReadOnlyList<Settlement> settled)
            foreach (var (before, after) in given.Zip(settled)) before.EffectsError = after.EffectsError;
        return reply;
    }
}
