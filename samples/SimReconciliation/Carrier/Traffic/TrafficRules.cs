namespace SimReconciliation.Carrier;

/// <summary>What every request passes before the carrier works on it: bad luck, the rate limit, the quota.</summary>
internal sealed class TrafficRules(CarrierBooks books, QuotaWindow quota, RateLimit rate, Blinks blinks, TimeProvider time)
{
    /// <summary>A hanging request is dropped at last, so that a client without a time-out cannot pile them up.</summary>
    private static readonly TimeSpan LongestHang = TimeSpan.FromSeconds(30);
    private readonly TrafficTally tally = new();

    public TrafficCounts Counts => tally.Read();

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        // The audit is the sample's own window into the carrier, not a part of what a carrier offers.
        if (context.Request.Path.StartsWithSegments("/audit", StringComparison.Ordinal))
        {
            await next(context);
            return;
        }

        var blink = blinks.Next();
        tally.Count(blink);
        if (blink.Delay > TimeSpan.Zero)
            await Task.Delay(blink.Delay, time, context.RequestAborted);
        if (await SpoilAsync(context, blink) || await RefuseAsync(context))
            return;
        if (blink.Fault == Fault.CutAfter)
            LoseAnswer(context);
        await next(context);
    }

    /// <summary>True for a request whose answer this carrier will lose after the work.</summary>
    public static bool LosesAnswer(HttpContext context) => context.Items.ContainsKey(nameof(LosesAnswer));

    private static void LoseAnswer(HttpContext context)
    {
        context.Items[nameof(LosesAnswer)] = true;
        context.Response.OnStarting(() =>
        {
            context.Abort();
            return Task.CompletedTask;
        });
    }

    private async Task<bool> SpoilAsync(HttpContext context, Blink blink)
    {
        switch (blink.Fault)
        {
            case Fault.Error:
                context.Response.StatusCode = blink.Status;
                return true;
            case Fault.Hang:
                await Task.WhenAny(Task.Delay(LongestHang, time, context.RequestAborted));
                context.Abort();
                return true;
            case Fault.CutBefore:
                context.Abort();
                return true;
            default:
                return false;
        }
    }

    private async Task<bool> RefuseAsync(HttpContext context)
    {
        if (!rate.TryTake())
        {
            tally.Throttled();
            context.Response.Headers.RetryAfter = "1";
            await Refusal.WriteAsync(context, new(Problem.Throttled, "Too many requests", 429, "Wait as long as Retry-After says."));
            return true;
        }

        if (!quota.TryTake(out var resetsAt))
        {
            tally.QuotaRefused();
            var detail = $"The day's requests are used up; the next day begins at {resetsAt:O}.";
            await Refusal.WriteAsync(context, new(Problem.QuotaExhausted, "Quota exhausted", 429, detail) { ResetsAt = resetsAt });
            return true;
        }

        books.Charge();
        return false;
    }
}
