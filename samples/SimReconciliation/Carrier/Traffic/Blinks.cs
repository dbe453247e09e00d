namespace SimReconciliation.Carrier;

/// <summary>What goes wrong with one request.</summary>
/// <param name="Fault">The fault, if any.</param>
/// <param name="Delay">How much later the carrier begins to work on it.</param>
/// <param name="Status">The status of an <see cref="Fault.Error"/>.</param>
internal sealed record Blink(Fault Fault, TimeSpan Delay, int Status);

internal enum Fault { None, Error, CutBefore, CutAfter, Hang }

/// <summary>The carrier's bad luck: decided by the seed and the number of the request, so a run can be told again.</summary>
internal sealed class Blinks(CarrierOptions options)
{
    /// <summary>Slowness comes in spells of so many requests, so that a rate really drops.</summary>
    public const int Spell = 50;
    private static readonly int[] Statuses = [500, 502, 503];
    private long requests;

    /// <summary>Goes on after the requests that an earlier process has seen.</summary>
    public void Skip(long count) => Interlocked.Add(ref requests, count);

    public Blink Next() => At(Interlocked.Increment(ref requests));

    public Blink At(long request)
    {
        var slow = Noise.Fraction(options.Seed, Noise.Topic.Slow, request / Spell) < options.Slow;
        var noise = Noise.At(options.Seed, Noise.Topic.LostAnswer, request);
        var fault = Noise.Fraction(options.Seed, Noise.Topic.Blink, request) switch
        {
            var luck when luck < options.Errors => Fault.Error,
            var luck when luck < options.Errors + options.Cuts => noise % 2 == 0 ? Fault.CutBefore : Fault.CutAfter,
            var luck when luck < options.Errors + options.Cuts + options.Hangs => Fault.Hang,
            _ => Fault.None,
        };
        return new Blink(fault, slow ? options.SlowBy : TimeSpan.Zero, Statuses[noise % (ulong)Statuses.Length]);
    }
}
