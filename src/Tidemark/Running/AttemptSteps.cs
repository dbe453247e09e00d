namespace Tidemark.Running;

/// <summary>The steps of one attempt: matched by name, run once, answered from the memo after that.</summary>
internal sealed class AttemptSteps(Attempt attempt)
{
    readonly HashSet<string> used = new(StringComparer.Ordinal);

    public async Task<TResult> RunAsync<TResult>(string name, Func<StepContext, CancellationToken, Task<TResult>> body, StepOptions options)
    {
        var parts = attempt.Parts;
        parts.DemandRoundTrip(typeof(TResult), () => $"The result of step '{name}'");
        var (memo, isGood) = await EnterAsync(name, options);
        if (isGood)
        {
            if (memo!.Result.Length == 0) throw new JobFaultException($"The step '{name}' of job {attempt.Job.Id} was done without a result, and is asked for one now ({typeof(TResult).Name}). It is not run again: give the step with a result a name of its own, then retry the job.");
            return parts.FromJson<TResult>(memo.Result, $"The memo of step '{name}' of job {attempt.Job.Id}");
        }
        var result = await RunBodyAsync(ContextOf(name, memo), body, options);
        await SaveAsync(name, parts.ToJson(result, parts.Options.MaxPayloadBytes, $"The result of step '{name}' of job {attempt.Job.Id}"), options);
        return result;
    }

    public async Task RunAsync(string name, Func<StepContext, CancellationToken, Task> body, StepOptions options)
    {
        var (memo, isGood) = await EnterAsync(name, options);
        if (isGood) return; // whatever it answered once: it is done
        await RunBodyAsync<object?>(ContextOf(name, memo), async (step, token) =>
        {
            await body(step, token);
            return null;
        }, options);
        await SaveAsync(name, [], options);
    }

    async Task<(StepMemo? Memo, bool IsGood)> EnterAsync(string name, StepOptions options)
    {
        if (Names.FaultOfPart(name, "step name") is { } misnamed) throw new JobFaultException($"Job '{attempt.Job.Name}': {misnamed}");
        if (options.Fault is { } fault) throw new JobFaultException($"Step '{name}': {fault}");
        lock (used)
        {
            if (!used.Add(name)) throw new JobFaultException($"Job '{attempt.Job.Name}' has two steps named '{name}'. Steps are remembered by name: give each its own.");
        }
        attempt.ThrowIfStopped();
        var memory = await attempt.RecallAsync();
        var memo = Array.Find(memory.Steps, step => step.Name == name);
        return (memo, memo is not null && !(memo.ExpiresAt <= attempt.Parts.Time.GetUtcNow()));
    }

    // A run after the memo's time asks for something new. Its key comes from the memo that it replaces, so that every try of it has the same.
    StepContext ContextOf(string name, StepMemo? expired) => new(name, expired?.ExpiresAt is { } at
        ? $"{attempt.IdempotencyKey}/{name}@{at.ToUnixTimeMilliseconds()}"
        : $"{attempt.IdempotencyKey}/{name}");

    async Task SaveAsync(string name, byte[] result, StepOptions options)
    {
        var parts = attempt.Parts;
        var saved = new StepMemo { Name = name, Result = result, ExpiresAt = options.ValidFor is { } valid ? parts.Time.GetUtcNow() + valid : null };
        attempt.Obey(await StoreCalls.PersistAsync(attempt, () => parts.Store.SaveMemoAsync(attempt.Lease, saved)));
        attempt.Saved(progress: true);
        attempt.NoteProgress();
    }

    Task<TResult> RunBodyAsync<TResult>(StepContext context, Func<StepContext, CancellationToken, Task<TResult>> body, StepOptions options)
    {
        if (options is { TimeLimit: null, NoProgressLimit: null }) return body(context, attempt.Abort);
        var limits = new CallLimits($"Step '{context.Name}'", options.TimeLimit, "StepOptions.TimeLimit", options.NoProgressLimit, "StepOptions.NoProgressLimit");
        return LimitedCall.RunAsync(attempt, limits, token => body(context, token));
    }
}
