namespace Tidemark.Tests.Simulation;

/// <summary>The job of a schedule: each of its runs is for one occurrence, which is written down.</summary>
internal sealed class TickScript(int index) : Script(index)
{
    readonly SortedDictionary<DateTimeOffset, JobId> ran = [];

    public required int Seconds { get; init; }
    public required TimeSpan Nap { get; init; }
    public required Overlap Overlap { get; init; }
    public required Misfire Misfire { get; init; }

    /// <summary>No occurrence after this.</summary>
    public required DateTimeOffset Until { get; init; }

    public string Schedule => $"schedule-{Index}";

    // A schedule learns of the end of its job by looking, some seconds later.
    public override TimeSpan Work => (Nap + TimeSpan.FromSeconds(4)) * ((Until - Sim.Epoch) / TimeSpan.FromSeconds(Seconds));

    /// <param name="random">Drawn from.</param>
    /// <param name="index">Of the script.</param>
    /// <param name="busyness">So long from the beginning.</param>
    /// <param name="clocksJump">An hour may pass at once: so many occurrences as fit into it.</param>
    public static TickScript Draw(Random random, int index, TimeSpan busyness, bool clocksJump) => new(index)
    {
        Seconds = random.Next(2, 15) * (clocksJump ? 30 : 1),
        Nap = TimeSpan.FromMilliseconds(random.Next(2) == 0 ? random.Next(100) : random.Next(6_000)),
        Overlap = (Overlap)random.Next(3), // cancelled ones are another story: nobody says that they ran
        Misfire = (Misfire)random.Next(3),
        Until = Sim.Epoch + busyness,
    };

    public void Declare(TidemarkBuilder tidemark) => tidemark.AddSchedule(Schedule, new JobKey<int>(Name), Index, Every.Seconds(Seconds).Until(Until)).Overlap(Overlap).Misfire(Misfire, limit: 1_000);

    public override async Task RunAsync(Stage stage)
    {
        var occurrence = stage.Job.Occurrence;
        if (occurrence?.Schedule != Schedule) stage.Sim.Fail($"job {stage.Job.Id} of '{Schedule}' is told that it is for {occurrence}");
        else if (ran.TryGetValue(occurrence.At, out var other) && other != stage.Job.Id) stage.Sim.Fail($"the occurrence of '{Schedule}' at {occurrence.At:T} was run by job {other}, and by job {stage.Job.Id}");
        else ran[occurrence.At] = stage.Job.Id;
        await stage.DelayAsync(Nap, stage.Abort);
    }

    public bool Ran(DateTimeOffset at, JobId job) => ran.TryGetValue(at, out var by) && by == job;

    public override string? FaultAtEnd(JobId job, Ending ending) => null; // judged as a whole: Occurrences

    public override string ToString() => $"{base.ToString()} each {Seconds} s, {Overlap}, {Misfire}";
}
