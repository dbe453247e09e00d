namespace Tidemark.Running;

/// <summary>The steps of one attempt: matched by name, run once, answered from the memo after that.</summary>
internal sealed class AttemptSteps(Attempt attempt)
{
    readonly HashSet<string> used = new(StringComparer.Ordinal);

    public async Task<TResult> RunAsync<TResult>(string name, Func<StepContext, CancellationToken, Task<TResult>> body, StepOptions options)
    {
        Names.Validate(name, "step name");
        if (options.Fault is { } fault) throw new JobFaultException($"Step '{name}': {fault}");
        lock (used)
        {
            if (!used.Add(name)) throw new JobFaultException($"Job '{attempt.Job.Name}' has two steps named '{name}'. Steps are remembered by name: give each its own.");
        }
        attempt.ThrowIfStopped();
        var parts = attempt.Parts;
        var memory = await attempt.RecallAsync();
        var memo = Array.Find(memory.Steps, step => step.Name == name);
        if (memo is not null && !(memo.ExpiresAt <= parts.Time.GetUtcNow()))
            return parts.FromJson<TResult>(memo.Result, $"The memo of step '{name}' of job {attempt.Job.Id}");

        var result = await RunBodyAsync(name, body, options);
        var saved = new StepMemo
        {
            Name = name,
            Result = parts.ToJson(result, parts.Options.MaxPayloadBytes, $"The result of step '{name}' of job {attempt.Job.Id}"),
            ExpiresAt = options.ValidFor is { } valid ? parts.Time.GetUtcNow() + valid : null,
        };
        attempt.Obey(await StoreCalls.PersistAsync(attempt, () => parts.Store.SaveMemoAsync(attempt.Lease, saved)));
        attempt.Saved(progress: true);
        attempt.NoteProgress();
        return result;
    }

    Task<TResult> RunBodyAsync<TResult>(string name, Func<StepContext, CancellationToken, Task<TResult>> body, StepOptions options)
    {
        var context = new StepContext(name, $"{attempt.IdempotencyKey}/{name}");
        if (options is { TimeLimit: null, NoProgressLimit: null }) return body(context, attempt.Abort);
        var limits = new CallLimits($"Step '{name}'", options.TimeLimit, "StepOptions.TimeLimit", options.NoProgressLimit, "StepOptions.NoProgressLimit");
        return LimitedCall.RunAsync(attempt, limits, token => body(context, token));
    }
}
