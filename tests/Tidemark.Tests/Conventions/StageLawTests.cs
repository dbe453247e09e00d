using Tidemark.Tests.Conventions.Compiled;
using Tidemark.Tests.Conventions.Controls;
using Xunit;

namespace Tidemark.Tests.Conventions;

public sealed class StageLawTests
{
    static readonly Excuse[] Backward =
    [
        new("Tidemark", "Tidemark.Leasing.WorkerLease", "the right to write, carried along the whole walk: whoever acts for a job asks whether it is still good"),
    ];

    /// <summary>Effects and time are outside the law of transitions.</summary>
    static readonly string[] Impure =
        ["System.IO.", "System.Threading.", "System.Net.", "System.Data.", "System.Diagnostics.", "System.TimeProvider", "System.Random", "System.Console", "System.Environment", "Microsoft."];

    static readonly StageLaw Core = new(CompiledAssembly.Load("Tidemark"), "Tidemark");

    [Fact]
    public void No_stage_calls_an_earlier_one() => Breaches.None(
        from arrow in Core.Backward()
        where !Backward.Any(excuse => excuse.Covers(arrow.From.Source, arrow.To.Source))
        select $"{arrow.Where()}: {Core.StageOf(arrow.From)} knows {arrow.To.Source}, of the earlier {Core.StageOf(arrow.To)}",
        "hand the data forward (a record or struct may cross), move what both need to the root or to Storage/, or add a row with its reason to StageLawTests.Backward.");

    [Fact]
    public void Every_excuse_still_excuses_something() => Breaches.None(
        Backward.Where(excuse => !Core.Backward().Any(arrow => excuse.Covers(arrow.From.Source, arrow.To.Source))).Select(excuse => excuse.ToString()),
        "remove the row: what it excused is gone.");

    [Fact]
    public void A_backward_call_is_found_and_data_may_cross()
    {
        var arrow = Assert.Single(new StageLaw(CompiledAssembly.Load("Tidemark.Tests"), typeof(WaysOut).Namespace!).Backward().DistinctBy(arrow => arrow.To));
        Assert.Equal("Claimer", arrow.To.Source.Split('.')[^1]);
        Assert.EndsWith("Upkeep.Rescuer.Rescue", arrow.Where(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_namespace_of_the_core_is_a_stage_of_the_walk() => Breaches.None(
        Core.Types.Where(type => !type.IsGenerated).Where(type => !StageLaw.Walk.Contains(Core.StageOf(type)) && !StageLaw.Shared.Contains(Core.StageOf(type)))
            .Select(type => $"{type.Source} is in {type.Namespace}"),
        $"give it a room on the walk: {string.Join(", ", StageLaw.Walk.Concat(StageLaw.Shared).Where(room => room.Length > 0))}, or the root for a public noun.");

    [Fact]
    public void The_law_of_transitions_is_pure()
    {
        var law = Core.Types.Where(type => Core.StageOf(type) == "Lifecycle").SelectMany(type => type.References()).ToList();
        Assert.Contains(law, reference => reference.Type == "Tidemark.JobState");
        var rooms = Core.Types.ToDictionary(type => type.FullName, Core.StageOf);
        Breaches.None(
            from reference in law
            where Impure.Any(prefix => reference.Type.StartsWith(prefix, StringComparison.Ordinal))
                || rooms.GetValueOrDefault(reference.Type, "") is not ("" or "Lifecycle")
            select $"{reference.Where()} knows {reference.Type}",
            "Lifecycle/ is (state, event, now) → state: pass in what it needs as data.");
    }
}
