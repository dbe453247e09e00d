using System.CommandLine;
using Tidemark.Cli.Reports;
using Tidemark.Reading;

namespace Tidemark.Cli.Commands.Queue;

/// <summary><c>tidemark queue list</c>.</summary>
internal static class List
{
    static readonly Field<QueueReading>[] Fields =
    [
        new("queue", "QUEUE", queue => queue.Name),
        new("paused", "PAUSED", queue => queue.Paused),
        new("pending", "PENDING", queue => queue.Pending),
        new("running", "RUNNING", queue => queue.Running),
        new("parked", "PARKED", queue => queue.Parked),
        new("failed", "FAILED", queue => queue.Failed),
        new("oldest_due_at", "WAITING SINCE", queue => queue.OldestDueAt),
        new("reason", "REASON", queue => queue.Reason),
    ];

    internal static Command Create() => new Command("list", "Lists queues and what waits in them").Acting(async scene =>
    {
        var queues = await scene.Store.ListQueuesAsync();
        scene.Report.Rows("queue", queues, Fields);
        if (queues.Length == 0) scene.Report.Say("No queue has live jobs.");
        return ExitCode.Done;
    });
}
