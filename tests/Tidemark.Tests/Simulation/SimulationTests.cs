using System.Globalization;
using Tidemark.Tests.Conventions;
using Xunit;

namespace Tidemark.Tests.Simulation;

/// <summary>
/// TIDEMARK_SEEDS (1,000) says how many seeds, TIDEMARK_FIRST_SEED (1) from where; for long runs, and for what happened in a seed, there is
/// tests/Tidemark.Simulator. A seed that has once found a defect goes to Seeds.txt: it means another run after a change of the drawing, but never a dull one.
/// </summary>
public sealed class SimulationTests
{
    const string SeedsFile = "tests/Tidemark.Tests/Simulation/Seeds.txt";

    [Fact]
    public void No_seed_breaks_a_promise() => Run(Enumerable.Range(Number("TIDEMARK_FIRST_SEED", 1), Number("TIDEMARK_SEEDS", 1_000)));

    [Fact]
    public void No_seed_that_once_found_a_defect_finds_one_again() =>
        Run(Repository.Lines(SeedsFile).Where(line => line.Length > 0 && line[0] != '#').Select(line => int.Parse(line.Split(' ')[0], CultureInfo.InvariantCulture)));

    [Fact]
    public void One_seed_keeps_every_promise()
    {
        var result = Simulation.Run(Number("TIDEMARK_SEED", 1));
        if (Environment.GetEnvironmentVariable("TIDEMARK_TOLD") is { } told) File.WriteAllText(told, $"{result}");
        Assert.Null(result.Breach);
    }

    static void Run(IEnumerable<int> seeds)
    {
        const int EnoughToSee = 10;
        var broken = seeds.Select(seed => Simulation.Run(seed)).Where(result => result.Breach is not null).Take(EnoughToSee)
            .Select(result => $"seed {result.Seed}: {result.Breach}\n  its story: dotnet run --project tests/Tidemark.Simulator -c Release -- --seed {result.Seed} --story story.txt").ToList();
        Assert.True(broken.Count == 0, string.Join("\n", broken));
    }

    static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
