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
    public async Task One_seed_gives_one_story_in_another_process()
    {
        const int Seed = 3;
        var told = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true, UseShellExecute = false };
            foreach (var argument in new[] { "-noColor", "-method", $"{typeof(SimulationTests).FullName}.{nameof(SimulationTests.One_seed_keeps_every_promise)}" }) start.ArgumentList.Add(argument);
            start.Environment["TIDEMARK_SEED"] = Seed.ToString(CultureInfo.InvariantCulture);
            start.Environment["TIDEMARK_TOLD"] = told;
            using var process = Process.Start(start)!;
            var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.True(process.ExitCode == 0, output);
            Assert.Equal($"{Simulation.Run(Seed)}", await File.ReadAllTextAsync(told, TestContext.Current.CancellationToken));
        }
        finally
        {
            File.Delete(told);
        }
    }
}
