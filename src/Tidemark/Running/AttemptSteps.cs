namespace Tidemark.Running;

/// <summary>The steps of one attempt: matched by name, run once, answered from the memo after that.</summary>
internal sealed class AttemptSteps(Attempt attempt)
{
    readonly HashSet<string> used = new(StringComparer.Ordinal);

    public async Task<TResult> RunAsync<TResult>(string name, Func<StepContext, CancellationToken, Task<TResult>> body, StepOptions options)
    {
        Names.Validate(name, "step name");
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
        attempt.NoteProgress();
        return result;
    }

    async Task<TResult> RunBodyAsync<TResult>(string name, Func<StepContext, CancellationToken, Task<TResult>> body, StepOptions options)
    {
        var context = new StepContext(name, $"{attempt.IdempotencyKey}/{name}");
        if (options.TimeLimit is not { } limit) return await body(context, attempt.Abort);
        using var timer = new CancellationTokenSource(limit, attempt.Parts.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, attempt.Abort);
        try
        {
            return await body(context, both.Token);
        }
        catch (OperationCanceledException cut) when (timer.IsCancellationRequested && !attempt.Abort.IsCancellationRequested)
        {
            throw new TimeoutException($"Step '{name}' took longer than its limit of {limit}. Raise StepOptions.TimeLimit if that is normal.", cut);
        }
    }
}
