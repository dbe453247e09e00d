using Xunit;

namespace Tidemark.Tests.Simulation;

/// <summary>Without these, green means little: builds that are broken on purpose must turn the simulation red.</summary>
public sealed class BrokenBuildTests
{
    const int Seeds = 300;

    [Fact]
    public void A_store_that_ignores_the_fence_is_caught() => Caught("fence");

    [Fact]
    public void A_checkpoint_acknowledged_early_is_caught() => Caught("early-save");

    [Fact]
    public void A_worker_that_only_believes_it_beats_is_caught() => Caught("beats");

    [Fact]
    public void A_store_that_drops_the_keys_settled_ahead_is_caught() => Caught("done-set");

    [Fact]
    public void A_store_that_forgets_the_dedup_key_is_caught() => Caught("dedup");

    [Fact]
    public void A_schedule_that_moves_on_without_its_jobs_is_caught() => Caught("occurrences");

    [Fact]
    public void A_lock_that_everybody_gets_is_caught() => Caught("locks");

    [Fact]
    public void A_crash_budget_that_nobody_keeps_is_caught() => Caught("crash-budget");

    // Some seed must name the promise that the flaw breaks; what else it breaks on the way there may differ.
    static void Caught(string flaw)
    {
        var (make, names) = Flaws.ByName[flaw];
        var told = new List<string>();
        for (var seed = 1; seed <= Seeds; seed++)
        {
            if (Simulation.Run(seed, make()).Breach is not { } breach) continue;
            if (breach.Contains(names, StringComparison.Ordinal)) return;
            told.Add($"seed {seed}: {breach}");
        }
        Assert.Fail($"None of {Seeds} seeds has noticed it. What they noticed: {string.Join("\n", told.Take(10))}");
    }
}
