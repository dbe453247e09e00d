namespace SimReconciliation.Carrier;

/// <summary>Noise without state: the same seed, topic and number give the same value on every machine and in every run.</summary>
internal static class Noise
{
    /// <summary>SplitMix64's finaliser: cheap, and good enough to look random.</summary>
    public static ulong At(long seed, Topic topic, long number)
    {
        var z = unchecked((ulong)seed * 0x9E3779B97F4A7C15UL + (ulong)topic * 0xD1B54A32D192ED03UL + (ulong)number * 0x8CB92BA72F3D8DD7UL);
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EBUL);
        return z ^ (z >> 31);
    }

    /// <summary>A number in [0, 1).</summary>
    public static double Fraction(long seed, Topic topic, long number) => (At(seed, topic, number) >> 11) * (1.0 / (1UL << 53));

    /// <summary>What the noise is for: two topics never share their values.</summary>
    public enum Topic { Account = 1, Msisdn, Plan, Status, DataUsed, Activation, Malformed, Blink, LostAnswer, Slow }
}
