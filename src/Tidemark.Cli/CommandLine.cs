using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Tidemark.Cli.Commands;

namespace Tidemark.Cli;

/// <summary>The whole command line: the tree of commands, and what each way of ending becomes as an exit code.</summary>
internal sealed class CommandLine(TextWriter output, TextWriter error, Func<string, string?> environment)
{
    // Everything after the first -- is the user's command and none of ours to understand: it never passes through the parser,
    // which would read @file arguments and drop empty ones.
    const string CommandFollows = "--";

    static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    /// <summary>Does what the arguments ask.</summary>
    /// <param name="arguments">As the process was given them.</param>
    /// <param name="run">What <c>tidemark run</c> does once it is understood.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    internal async Task<int> InvokeAsync(string[] arguments, Func<RunOptions, CancellationToken, Task<int>> run)
    {
        try
        {
            var (ours, command) = Split(arguments);
            var parsed = Tree((result, stop) => run(Run.Read(result, command, environment), stop)).Parse(ours, Parsing);
            if (parsed.Action is ParseErrorAction) return Refuse(parsed);
            return await parsed.InvokeAsync(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null, // signals are ours: the first drains
            });
        }
        catch (UsageException mistake)
        {
            await error.WriteLineAsync($"tidemark: {mistake.Message}");
            return ExitCode.Usage;
        }
        catch (TidemarkException known)
        {
            await error.WriteLineAsync($"tidemark: {known.Message}");
            return ExitCode.Internal;
        }
        catch (Exception unknown)
        {
            await error.WriteLineAsync($"tidemark: a fault of its own; nothing that was saved is lost. {unknown}");
            return ExitCode.Internal;
        }
    }

    /// <summary>Ours, and the user's command: null if there is no <c>--</c>.</summary>
    internal static (string[] Ours, string[]? Command) Split(string[] arguments)
    {
        var at = Array.IndexOf(arguments, CommandFollows);
        return at < 0 ? (arguments, null) : (arguments[..at], arguments[(at + 1)..]);
    }

    static RootCommand Tree(Func<ParseResult, CancellationToken, Task<int>> run)
    {
        var root = AllCommands(run);
        foreach (var help in root.Options.OfType<HelpOption>()) help.Action = new HelpText((HelpAction)help.Action!);
        return root;
    }

    static RootCommand AllCommands(Func<ParseResult, CancellationToken, Task<int>> run) =>
        new("Long work that survives interruptions: what a stop costs is a number you choose.")
        {
            GlobalOptions.Store,
            GlobalOptions.Json,
            Run.Create(run),
            Jobs.Create(),
            new Command("job", "Shows and steers one job")
            {
                Commands.Job.Show.Create(), Commands.Job.Cancel.Create(), Commands.Job.Retry.Create(), Commands.Job.Park.Create(), Commands.Job.Wake.Create(),
            },
            new Command("quarantine", "Items that were set aside")
            {
                Commands.Quarantine.List.Create(), Commands.Quarantine.Replay.Create(), Commands.Quarantine.Drop.Create(),
            },
            new Command("queue", "Queues, and whether they are claimed from")
            {
                Commands.Queue.List.Create(), Commands.Queue.Pause.Create(), Commands.Queue.Resume.Create(),
            },
            new Command("schedule", "What runs when, and what does not")
            {
                Commands.Schedule.List.Create(), Commands.Schedule.Show.Create(), Commands.Schedule.Next.Create(), Commands.Schedule.Pause.Create(),
                Commands.Schedule.Resume.Create(), Commands.Schedule.Trigger.Create(), Commands.Schedule.CatchUp.Create(),
            },
            new Command("lock", "Who holds what, and who waits for it") { Commands.Lock.List.Create(), Commands.Lock.Break.Create() },
            new Command("dead", "Failed jobs") { Commands.Dead.List.Create(), Commands.Dead.Replay.Create() },
            Doctor.Create(),
            new Command("schema", "The database's own statements") { Commands.Schema.Script.Create(), Commands.Schema.Roles.Create() },
        };

    int Refuse(ParseResult parsed)
    {
        var path = string.Join(' ', Path(parsed.CommandResult.Command));
        var command = parsed.CommandResult.Command;
        if (command.Subcommands.Count > 0 && parsed.UnmatchedTokens.Count == 0)
            error.WriteLine($"{path}: say what to do: {string.Join(", ", command.Subcommands.Select(sub => sub.Name))}.");
        else
        {
            foreach (var mistake in Mistakes(parsed)) error.WriteLine($"{path}: {mistake}");
        }
        if (parsed.UnmatchedTokens is [{ } first, ..] && !first.StartsWith('-') && parsed.CommandResult.Command.Name == "run")
            error.WriteLine($"{path}: put two dashes before the command: tidemark run [options] -- {string.Join(' ', parsed.UnmatchedTokens)}");
        error.WriteLine($"Its options: {path} --help");
        return ExitCode.Usage;
    }

    // A word that is not understood is the mistake: that nothing else was said follows from it.
    static List<string> Mistakes(ParseResult parsed)
    {
        var all = parsed.Errors.Select(mistake => mistake.Message).ToList();
        var ofWords = all.FindAll(message => parsed.UnmatchedTokens.Any(word => message.Contains($"'{word}'", StringComparison.Ordinal)));
        return ofWords.Count > 0 ? ofWords : all;
    }

    static Stack<string> Path(Command command)
    {
        var names = new Stack<string>();
        for (Symbol? at = command; at is not null; at = at.Parents.FirstOrDefault()) names.Push(at is RootCommand ? "tidemark" : at.Name);
        return names;
    }
}
