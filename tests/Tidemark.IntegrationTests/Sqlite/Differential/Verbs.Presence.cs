namespace Tidemark.IntegrationTests.Sqlite.Differential;

/// <summary>What a worker writes of itself, from where a rescue reads it.</summary>
internal static partial class Verbs
{
    static void Enter(Bench bench, Step step)
    {
        if (bench.Holding(step.A) is not { Slot: null } holding) return;
        holding.Slot = bench.Store.PresenceOf(holding.Job.Worker).Enter(holding.Job.Id, holding.Job.Fence);
    }

    static void Leave(Bench bench, Step step)
    {
        if (bench.Holding(step.A) is not { Slot: { } slot } holding) return;
        bench.Store.PresenceOf(holding.Job.Worker).Leave(slot);
        bench.Held.Remove(holding);
    }

    static void OpenStream(Bench bench, Step step)
    {
        if (bench.Holding(step.A) is not { Slot: { } slot } holding) return;
        bench.Store.PresenceOf(holding.Job.Worker).OpenStream(slot, Streams[step.B % 2]);
        holding.IsInStream = true;
        holding.Places.Clear();
    }

    static void StartItem(Bench bench, Step step)
    {
        if (bench.Holding(step.A) is not { Slot: { } slot, IsInStream: true } holding) return;
        // Untimed: a file goes by the machine's own clock, which does not stand still.
        holding.Places.Add(bench.Store.PresenceOf(holding.Job.Worker).ItemStarted(slot, Keys[step.B % Keys.Length], timed: false));
    }

    static void EndItem(Bench bench, Step step)
    {
        if (bench.Holding(step.A) is not { Slot: { } slot, Places: [.., var last] } holding) return;
        bench.Store.PresenceOf(holding.Job.Worker).ItemEnded(slot, last, settled: step.B % 3 != 0, handlerMs: step.C % 50);
        holding.Places.RemoveAt(holding.Places.Count - 1);
    }
}
