using Xunit;

namespace Tidemark.Tests.Conventions;

/// <summary>What a law was broken by: one line each, then the way to mend it.</summary>
internal static class Breaches
{
    public static void None(IEnumerable<string> breaches, string mend)
    {
        var lines = breaches.Distinct().ToList();
        if (lines.Count > 0) Assert.Fail($"{string.Join('\n', lines)}\nMend: {mend}");
    }
}

/// <summary>An exception to a law: where (a name, or the start of one up to a dot), what, and why it is right there.</summary>
internal sealed record Excuse(string Where, string What, string Why)
{
    public bool Covers(string where, string what) =>
        (where == Where || where.StartsWith(Where + ".", StringComparison.Ordinal)) && what.StartsWith(What, StringComparison.Ordinal);
}
