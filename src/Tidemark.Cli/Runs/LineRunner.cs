using Tidemark.Cli.Output;
using Tidemark.Cli.Spawning;

namespace Tidemark.Cli.Runs;

/// <summary>The item handler of a run: one command for one line, and what its ending means. Its output is out before it counts as done.</summary>
internal sealed class LineRunner(CommandPool pool, RunTracker tracker, int? parkExit, TimeProvider time)
{
    internal async Task RunAsync(StreamItem<InputLine> item)
    {
        tracker.Started();
        try
        {
            var result = await pool.RunAsync(new CommandRequest(item.Value.Bytes, item.IdempotencyKey, item.Attempt));
            if (result.Ending.IsSuccess) tracker.Succeeded();
            else throw Meaning(result, item);
        }
        catch (OutputClosedException closed)
        {
            // No item's fault: the run stops, and this one is done again when somebody reads.
            tracker.OutputClosed = closed.Message;
            throw Park.UntilWoken(closed.Message);
        }
        finally
        {
            tracker.Ended();
        }
    }

    Exception Meaning(CommandResult result, StreamItem<InputLine> item)
    {
        var ending = result.Ending;
        if (ending.Kind == EndingKind.Aborted)
        {
            tracker.Aborted();
            return new OperationCanceledException("The run was aborted while the command ran.");
        }
        if (ending.Kind == EndingKind.Exited && ending.Code == parkExit) return Parked(result);
        var error = $"line {item.Value.Number}: {result.Error}";
        tracker.Failed(new LastFailure($"line {item.Value.Number}", result.Error, time.GetUtcNow()));
        // A line that no command can be given will be no better next time.
        return ending.Kind == EndingKind.LineRefused ? new QuarantineItemException(error) : new CommandFailedException(error);
    }

    ParkJobException Parked(CommandResult result)
    {
        var reason = result.ErrorText.Length > 0 ? result.ErrorText : $"the command asked for it (exit {result.Ending.Code})";
        var until = result.Hint switch
        {
            { At: { } at } => at,
            { After: { } after } => time.GetUtcNow() + after,
            _ => (DateTimeOffset?)null,
        };
        return until is { } instant ? Park.Until(instant, reason) : Park.UntilWoken(reason);
    }
}
