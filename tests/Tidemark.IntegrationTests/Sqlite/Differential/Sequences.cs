using FsCheck;
using FsCheck.Fluent;

namespace Tidemark.IntegrationTests.Sqlite.Differential;

/// <summary>Sequences of calls, and how a failing one is made small: whole pieces go first, then single calls.</summary>
internal static class Sequences
{
    public static Arbitrary<Step[]> Arbitrary { get; } = Arb.From(Many(), Shrink);

    static Gen<Step[]> Many()
    {
        var verbs = Gen.Frequency(Verbs.All.Select(verb => (verb.Value.Weight, Gen.Constant(verb.Key))).ToArray());
        var steps = from verb in verbs
                    from a in Gen.Choose(0, 99)
                    from b in Gen.Choose(0, 99)
                    from c in Gen.Choose(0, 99)
                    select new Step(verb, a, b, c);
        return from size in Gen.Choose(20, 120)
               from all in Gen.ArrayOf(steps, size)
               select all;
    }

    static IEnumerable<Step[]> Shrink(Step[] steps)
    {
        for (var piece = steps.Length / 2; piece > 0; piece /= 2)
        {
            for (var start = 0; start + piece <= steps.Length; start += piece) yield return [.. steps[..start], .. steps[(start + piece)..]];
        }
    }
}
