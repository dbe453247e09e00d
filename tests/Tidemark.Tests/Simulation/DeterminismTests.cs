using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace Tidemark.Tests.Simulation;

public sealed class DeterminismTests
{
    [Fact]
    public void One_seed_gives_one_story()
    {
        for (var seed = 1; seed <= 10; seed++) Assert.Equal(Simulation.Run(seed), Simulation.Run(seed));
    }

    [Fact]
    public void Another_seed_gives_another_story() => Assert.Equal(10, Enumerable.Range(1, 10).Select(seed => Simulation.Run(seed).Hash).Distinct().Count());

    [Fact]
    public void One_seed_with_schedules_and_a_lock_gives_one_story()
    {
        var seeds = Enumerable.Range(1, 200).Where(seed => new Plan(new(seed), seed) is { Nodes: > 1, Lockers: > 0, Ticks.Count: > 0 }).Take(4).ToList();
        Assert.Equal(4, seeds.Count);
        foreach (var seed in seeds) Assert.Equal(Simulation.Run(seed), Simulation.Run(seed));
    }

    [Theory]
    [InlineData(3)]
    [InlineData(12)] // with schedules and a lock
    public async Task One_seed_gives_one_story_in_another_process(int seed)
    {
        var told = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, UseShellExecute = false };
            foreach (var argument in new[] { "-noColor", "-method", $"{typeof(SimulationTests).FullName}.{nameof(SimulationTests.One_seed_keeps_every_promise)}" }) start.ArgumentList.Add(argument);
            start.Environment["TIDEMARK_SEED"] = seed.ToString(CultureInfo.InvariantCulture);
            start.Environment["TIDEMARK_TOLD"] = told;
            using var process = Process.Start(start)!;
            var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, output);
            Assert.Equal($"{Simulation.Run(seed)}", await File.ReadAllTextAsync(told, TestContext.Current.CancellationToken));
        }
        finally
        {
            File.Delete(told);
        }
    }
}
