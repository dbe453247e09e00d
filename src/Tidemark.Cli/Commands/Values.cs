using System.CommandLine.Parsing;
using System.Globalization;
using Tidemark.Cli.Runs;

namespace Tidemark.Cli.Commands;

/// <summary>Readers of option values. Each says, of a value that is none, what it is, what would be one, and an example.</summary>
internal static class Values
{
    /// <summary>A whole number within a range.</summary>
    internal static Func<ArgumentResult, int> Number(int least, int most, string example) => result =>
    {
        var text = result.Tokens[0].Value;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most) return number;
        return Refuse<int>(result, text, $"a whole number from {least} to {most:N0}", example);
    };

    /// <summary>A job's number.</summary>
    internal static long Id(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        return Refuse<long>(result, text, "a job's number, as tidemark jobs shows it", "7");
    }

    internal static long? IdOrNone(ArgumentResult result) => result.Tokens.Count == 0 ? null : Id(result);

    /// <summary>An instant; one without an offset is in UTC.</summary>
    internal static DateTimeOffset Instant(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var instant)) return instant;
        return Refuse<DateTimeOffset>(result, text, "an instant, in UTC unless it has an offset", "2026-03-01T02:00Z, 2026-03-01T02:00+05:45");
    }

    /// <summary>Jobs' or items' numbers.</summary>
    internal static long[] Ids(ArgumentResult result)
    {
        var ids = new long[result.Tokens.Count];
        for (var at = 0; at < ids.Length; at++)
        {
            if (!long.TryParse(result.Tokens[at].Value, NumberStyles.None, CultureInfo.InvariantCulture, out ids[at]))
                return Refuse<long[]>(result, result.Tokens[at].Value, "a number, as the lists show it", "7");
        }
        return ids;
    }

    /// <summary>States, each by its name, with commas or as options of their own.</summary>
    internal static JobState[] States(ArgumentResult result)
    {
        var states = new List<JobState>();
        foreach (var name in result.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.TrimEntries)))
        {
            var state = Array.Find(Enum.GetValues<JobState>(), state => state.ToString().Equals(name, StringComparison.OrdinalIgnoreCase));
            if (!state.ToString().Equals(name, StringComparison.OrdinalIgnoreCase))
                return Refuse<JobState[]>(result, name, "a state: " + string.Join(", ", Enum.GetNames<JobState>()).ToLowerInvariant(), "--state failed, --state parked,failed");
            states.Add(state);
        }
        return [.. states];
    }

    /// <summary>A time for which a timer can be set.</summary>
    internal static TimeSpan? Duration(ArgumentResult result)
    {
        const int mostDays = 49; // the runtime's timers take 2^32 milliseconds, half a day more
        var text = result.Tokens[0].Value;
        if (Durations.Parse(text) is not { } time || time <= TimeSpan.Zero)
            return Refuse<TimeSpan?>(result, text, "a time with its unit (ms, s, m, h, d)", "90s, 2h, 1h30m");
        return time <= TimeSpan.FromDays(mostDays) ? time : Refuse<TimeSpan?>(result, text, $"a time of at most {mostDays}d", "90s, 2h, 1h30m");
    }

    /// <summary><c>10items</c> (or <c>10</c>), <c>30s</c>, or both with a comma between: whichever is reached first.</summary>
    internal static ResumeCost? ResumeCost(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        int? items = null;
        TimeSpan? time = null;
        foreach (var part in text.Split(','))
        {
            if (Items(part) is { } number && items is null) items = number;
            else if (Durations.Parse(part) is { } limit && time is null) time = limit;
            else return Refuse<ResumeCost?>(result, text, "a number of items, a time, or both with a comma between", "10items, 30s, 100items,30s");
        }
        try
        {
            return (items, time) switch
            {
                ({ } most, { } limit) => Tidemark.ResumeCost.AtMost(most, limit),
                (null, { } limit) => Tidemark.ResumeCost.AtMost(limit),
                _ => Tidemark.ResumeCost.AtMost(items!.Value),
            };
        }
        catch (ArgumentOutOfRangeException)
        {
            return Refuse<ResumeCost?>(result, text, "from 1 to 1,000,000 items and from 1ms to 1d", "10items, 30s");
        }
    }

    /// <summary><c>5</c>, or <c>1.5%</c> of all lines.</summary>
    internal static FailureLimit? FailureLimit(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (text.EndsWith('%') && decimal.TryParse(text[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent <= 100)
            return new FailureLimit(null, percent / 100);
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return new FailureLimit(number, null);
        return Refuse<FailureLimit?>(result, text, "a number of lines or a percentage of all", "5, 1%");
    }

    /// <summary>An exit code a command may have, 0 for <c>none</c>: 0 is success and cannot be meant.</summary>
    internal static int ExitCode(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (text == "none") return 0;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code is >= 1 and <= 255) return code;
        return Refuse<int>(result, text, "an exit code from 1 to 255, or none", "75");
    }

    /// <summary>Bytes: <c>65536</c>, <c>64KiB</c>, <c>16MiB</c>.</summary>
    internal static int Bytes(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        var (digits, unit) = text switch
        {
            _ when text.EndsWith("KiB", StringComparison.OrdinalIgnoreCase) => (text[..^3], 1L << 10),
            _ when text.EndsWith("MiB", StringComparison.OrdinalIgnoreCase) => (text[..^3], 1L << 20),
            _ when text.EndsWith("GiB", StringComparison.OrdinalIgnoreCase) => (text[..^3], 1L << 30),
            _ => (text, 1L),
        };
        if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number * unit is >= 1 and <= RunEngine.LongestLine) return (int)(number * unit);
        return Refuse<int>(result, text, $"a size from 1 byte to {RunEngine.LongestLine >> 20}MiB", "65536, 64KiB, 16MiB");
    }

    internal static string? Name(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (Names.Fault(text, "run's name") is { } fault) result.AddError(fault);
        return text;
    }

    static int? Items(string text)
    {
        var digits = text.EndsWith("items", StringComparison.Ordinal) ? text[..^5] : text.EndsWith("item", StringComparison.Ordinal) ? text[..^4] : text;
        return int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    internal static T Refuse<T>(ArgumentResult result, string text, string what, string example)
    {
        var option = result.Parent is OptionResult parent ? parent.IdentifierToken?.Value ?? parent.Option.Name : result.Argument.Name;
        result.AddError($"{option} '{text}' is not {what}. Examples: {example}.");
        return default!;
    }
}
