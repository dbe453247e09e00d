using System.Diagnostics;

namespace Tidemark.Benchmarks;

/// <summary>Rates by name over the rounds; prints the median with its spread, and its ratio to another.</summary>
internal sealed class Rates
{
    readonly Dictionary<string, List<double>> all = new(StringComparer.Ordinal);

    public void Add(string name, int count, Stopwatch watch) => Add(name, Bench.PerSecond(count, watch.Elapsed));

    public void Add(string name, double rate)
    {
        if (!all.TryGetValue(name, out var rates)) all[name] = rates = [];
        rates.Add(rate);
    }

    public void Print(string name, string unit, string? against = null, string? goal = null)
    {
        var rates = all[name].Order().ToArray();
        var ratio = against is null ? "" : $"   ratio {Median(name) / Median(against):0.00} of '{against}'";
        Console.WriteLine($"{name,-46} {Median(name),12:N0} {unit} [{rates[0]:N0}..{rates[^1]:N0}]{ratio}{(goal is null ? "" : $"   goal {goal}")}");
    }

    double Median(string name)
    {
        var rates = all[name].Order().ToArray();
        return rates[rates.Length / 2];
    }
}
