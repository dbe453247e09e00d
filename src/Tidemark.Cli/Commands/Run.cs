using System.CommandLine;
using Tidemark.Cli.Input;
using Tidemark.Cli.Output;

namespace Tidemark.Cli.Commands;

/// <summary><c>tidemark run</c>: one run of a command per input line, which an interruption does not end.</summary>
internal static class Run
{
    static readonly Option<string?> Name = new("--name", "-n")
    {
        Description = "The run's name; the same name resumes (default: derived from command and input)",
        HelpName = "NAME",
        CustomParser = Values.Name,
    };

    static readonly Option<string> In = new("--in")
    {
        Description = "The input, a line an item; - is standard input",
        HelpName = "FILE|-",
        DefaultValueFactory = _ => InputFile.StandardInput,
    };

    static readonly Option<ResumeCost?> Cost = new("--resume-cost")
    {
        Description = "The most that an interruption may make us do again: 10items (default), 30s, or both: 100items,30s; the default grows to -j",
        HelpName = "N|DUR",
        CustomParser = Values.ResumeCost,
    };

    static readonly Option<int> Parallel = new("-j")
    {
        Description = "Commands that run at once",
        HelpName = "N",
        DefaultValueFactory = _ => 1,
        CustomParser = Values.Number(1, 1_000, "-j 4"),
    };

    static readonly Option<int?> Retries = new("--retries")
    {
        Description = "Tries again after a failure, with growing pauses, before a line is set aside (default 2)",
        HelpName = "N",
        CustomParser = result => Values.Number(0, 1_000, "--retries 2")(result),
    };

    static readonly Option<int?> QuarantineAfter = new("--quarantine-after")
    {
        Description = "The same limit counted in failed tries, the first included: 3 is --retries 2",
        HelpName = "N",
        CustomParser = result => Values.Number(1, 1_001, "--quarantine-after 3")(result),
    };

    static readonly Option<FailureLimit?> MaxFailed = new("--max-failed")
    {
        Description = "Fail the run once more lines than this are set aside: a number, or a percentage of all",
        HelpName = "N|P%",
        CustomParser = Values.FailureLimit,
    };

    static readonly Option<int> ParkExit = new("--park-exit")
    {
        Description = "The exit code by which a command parks the run, as when a quota is used up; or none",
        HelpName = "CODE",
        DefaultValueFactory = _ => 75,
        CustomParser = Values.ExitCode,
    };

    static readonly Option<TimeSpan?> MaxDuration = new("--max-duration")
    {
        Description = "Stop cleanly after so long, at most 49d, with exit code 75",
        HelpName = "DUR",
        CustomParser = Values.Duration,
    };

    static readonly Option<int> MaxLine = new("--max-line")
    {
        Description = "The longest line that is taken for one: 65536, 64KiB, at most 64MiB",
        HelpName = "BYTES",
        DefaultValueFactory = _ => new LineOptions().MaxLineBytes,
        CustomParser = Values.Bytes,
    };

    static readonly Option<bool> Wait = new("--wait") { Description = "Sleep through parks in place of leaving with 75" };
    static readonly Option<bool> Restart = new("--restart") { Description = "Forget what was done under this name and start over" };
    static readonly Option<bool> DryRun = new("--dry-run") { Description = "Say what would be run, and run nothing" };
    static readonly Option<bool> Quiet = new("--quiet") { Description = "No progress and no talk; what commands say on standard error stays" };
    static readonly Option<bool> NoColor = new("--no-color") { Description = "No colours (NO_COLOR does the same)" };
    static readonly Option<bool> Yes = new("--yes") { Description = "Accept an input that has lost most of what was done" };

    /// <summary>What its help says besides the options.</summary>
    internal const string More = """
        COMMAND runs once for each line of the input; empty lines are passed over. {} in its arguments is the line; without {} the line
        comes on its standard input. Stop it whenever you like; the same command line goes on where it was.

        Each command is told TIDEMARK_ITEM_KEY, which names its line, the same on every try, and TIDEMARK_ATTEMPT, from 1.
        A command that ends with the code of --park-exit parks the run; a line "retry-after: SECONDS" or "retry-at: INSTANT" on its
        standard error says until when.

        Exit: 0 done, 1 lines were set aside or the run failed, 2 usage, 3 another input, 5 running elsewhere, 70 a fault of its own or the
        store's, 75 stopped, run it again, 130 or 143 aborted by a second signal.
        """;

    /// <summary>The command, with what to do once it is understood.</summary>
    internal static Command Create(Func<ParseResult, CancellationToken, Task<int>> execute)
    {
        var command = new Command("run", "Runs a command once for each line of the input, and goes on where it was stopped")
        {
            Name, In, Cost, Parallel, Retries, QuarantineAfter, MaxFailed, ParkExit, MaxDuration, MaxLine, Wait, Restart, DryRun, Quiet, NoColor, Yes,
        };
        command.SetAction(execute);
        return command;
    }

    /// <summary>What was asked, checked as a whole.</summary>
    /// <exception cref="UsageException">It contradicts itself, or there is no command.</exception>
    internal static RunOptions Read(ParseResult parsed, string[]? command, Func<string, string?> environment)
    {
        if (command is not [{ Length: > 0 }, ..])
            throw new UsageException("there is no command to run. Put it after two dashes: tidemark run --in items.txt -- ./process.sh {}");
        var input = parsed.GetRequiredValue(In);
        var parallel = parsed.GetValue(Parallel);
        return new RunOptions
        {
            Command = command,
            Name = parsed.GetValue(Name) ?? RunName.Derive(command, input),
            Input = input,
            ResumeCost = Bound(parsed.GetValue(Cost), parallel),
            Parallel = parallel,
            Tries = Tries(parsed.GetValue(Retries), parsed.GetValue(QuarantineAfter)),
            MaxFailed = parsed.GetValue(MaxFailed),
            ParkExit = parsed.GetValue(ParkExit) is var code and not 0 ? code : null,
            MaxDuration = parsed.GetValue(MaxDuration),
            Wait = parsed.GetValue(Wait),
            Restart = parsed.GetValue(Restart),
            DryRun = parsed.GetValue(DryRun),
            Yes = parsed.GetValue(Yes),
            MaxLine = parsed.GetValue(MaxLine),
            Talk = Talk(parsed),
            Store = GlobalOptions.StoreOf(parsed, environment),
        };
    }

    static TalkOptions Talk(ParseResult parsed)
    {
        var talk = new TalkOptions
        {
            Json = parsed.GetValue(GlobalOptions.Json),
            Quiet = parsed.GetValue(Quiet),
            NoColor = parsed.GetValue(NoColor),
        };
        return talk is { Json: true, Quiet: true } ? throw new UsageException("--json and --quiet contradict each other: give one of the two.") : talk;
    }

    /// <summary>What runs at once is in flight at once: the bound cannot be smaller. Left out, it grows with <c>-j</c>.</summary>
    static ResumeCost Bound(ResumeCost? said, int parallel)
    {
        if (said is null) return ResumeCost.AtMost(Math.Max(ResumeCost.Default.Items, parallel));
        return said.Items >= parallel
            ? said
            : throw new UsageException(
                $"-j {parallel} has {parallel} items in flight, more than --resume-cost {said.Items}items allows to be done again. "
                + $"Use -j {said.Items} or --resume-cost {parallel}items.");
    }

    static int Tries(int? retries, int? quarantineAfter)
    {
        if (retries is { } again && quarantineAfter is { } tries && tries != again + 1)
            throw new UsageException(
                $"--retries {again} sets a line aside after {again + 1} failed tries, --quarantine-after {tries} after {tries}: give one of the two.");
        return quarantineAfter ?? (retries ?? 2) + 1;
    }
}
