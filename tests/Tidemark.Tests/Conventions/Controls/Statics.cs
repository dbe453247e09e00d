using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Tidemark.Tests.Conventions.Controls;

/// <summary>Every static here must be reported.</summary>
internal static class MutableStatics
{
    public static int Assignable = 1;
    public static readonly List<int> Collection = [];
    public static readonly int[] Array = [1];
    public static readonly object Gate = new();
    public static readonly ImmutableArray<List<int>> OuterFixedOnly = [];
    public static readonly Settings Reached = new();
    public static readonly Shape Derived = new Circle();
    [ThreadStatic] public static string? PerThread;
    public static string Property { get; set; } = "";
    public static event EventHandler? Happened;
    public static void Happen() { PerThread = ""; Happened?.Invoke(null, EventArgs.Empty); }

    public sealed record Settings { public TimeSpan[] Delays { get; init; } = []; }
    public abstract record Shape;
    public sealed record Circle : Shape { public int Radius { get; set; } }
}

/// <summary>None of these may be reported.</summary>
internal static class FixedStatics
{
    public const int Constant = 1;
    public static readonly FrozenDictionary<(DayOfWeek, int), string?> Table = new Dictionary<(DayOfWeek, int), string?>().ToFrozenDictionary();
    public static readonly ImmutableArray<string> Names = ["a"];
    public static readonly Func<List<int>> Make = static () => [];
    public static Choice Default { get; } = new();
    public static ReadOnlySpan<byte> Bytes => [1, 2, 3];
    public static int Cached(int[] numbers) => numbers.Count(static number => number > 1) + numbers.Count(int.IsEvenInteger);

    public sealed record Choice { public TimeSpan Delay { get; init; } public Choice? Next { get; init; } }
}
