using System.CommandLine;
using System.Globalization;
using Tidemark.Cli.Reports;
using Tidemark.Cli.Stores;
using Tidemark.Storage;

namespace Tidemark.Cli.Commands;

/// <summary>What an operator's command is given: an open store, a place to report to, and who asks.</summary>
internal sealed record OperatorScene(ParseResult Parsed, IExaminedStore Store, Report Report)
{
    /// <summary>For the audit.</summary>
    internal static string By => $"{Environment.UserName}@{Environment.MachineName} (tidemark)";
}

/// <summary>The shape of every operator's command: open the store, which must be there, act, report, close.</summary>
internal static class OperatorCommand
{
    /// <summary>A job's id, as <c>tidemark jobs</c> shows it.</summary>
    internal static Argument<long> Id(string what = "The job's number, as tidemark jobs shows it") => new("ID") { Description = what, CustomParser = Values.Id };

    internal static Option<int> Limit { get; } = new("--limit")
    {
        Description = "Rows at most",
        HelpName = "N",
        DefaultValueFactory = _ => 50,
        CustomParser = Values.Number(1, StoreLimits.LargestPage, "--limit 100"),
    };

    internal static Option<string?> Reason { get; } = new("--reason") { Description = "Why: kept with the action and shown to others", HelpName = "TEXT" };

    /// <summary>Makes the command act on an existing store.</summary>
    internal static Command Acting(this Command command, Func<OperatorScene, Task<int>> act)
    {
        command.SetAction(async (parsed, _) =>
        {
            var place = GlobalOptions.StoreOf(parsed, Environment.GetEnvironmentVariable);
            var (output, error) = (parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error);
            await using var opened = await StoreDoor.OpenExistingAsync(place);
            if (opened is null)
            {
                await error.WriteLineAsync(
                    $"tidemark: there is no store {StorePlace.Read(place).Shown}. Name the one that is meant with --store PATH|CONNECTION or {GlobalOptions.StoreVariable}; tidemark run makes one.");
                return ExitCode.NotFound;
            }
            return await act(new OperatorScene(parsed, opened.Store, new Report(output, error, parsed.GetValue(GlobalOptions.Json))));
        });
        return command;
    }

    /// <summary>As the other, for an action: a program gets its object.</summary>
    internal static int NotFound(this OperatorScene scene, string what, Acted acted)
    {
        scene.Report.Did(acted, Unknown(what));
        return ExitCode.NotFound;
    }

    internal static int NotFound(this OperatorScene scene, string what)
    {
        scene.Report.Say(Unknown(what));
        return ExitCode.NotFound;
    }

    static string Unknown(string what) => $"tidemark: there is no {what} in this store. Jobs that it knows: tidemark jobs";

    /// <summary>An instant as <c>2026-11-21T05:00:00Z</c>, or so long from now: <c>2h</c>. The answer is in UTC, whatever offset was said.</summary>
    internal static DateTimeOffset? Instant(string? text, DateTimeOffset now)
    {
        if (text is null) return null;
        if (Durations.Parse(text) is { } time)
        {
            return time <= DateTimeOffset.MaxValue - now
                ? now + time
                : throw new UsageException($"--until '{text}' from now is later than the last instant that can be said, {DateTimeOffset.MaxValue:yyyy-MM-dd}. Examples: 2h, 2026-11-21T05:00:00Z.");
        }
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)
            ? instant
            : throw new UsageException($"--until '{text}' is neither a time from now nor an instant. Examples: 2h, 2026-11-21T05:00:00Z.");
    }
}
