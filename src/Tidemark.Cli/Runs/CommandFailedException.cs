namespace Tidemark.Cli.Runs;

/// <summary>A command ended otherwise than with success. What it did says more than where we stood: there is no stack in its text.</summary>
internal sealed class CommandFailedException(string message) : TidemarkException(message)
{
    public override string? StackTrace => null;

    /// <summary>The error as kept in the store, without what only a programmer asks for.</summary>
    internal static string Shown(string stored)
    {
        var line = stored.AsSpan();
        var end = line.IndexOf('\n');
        if (end >= 0) line = line[..end];
        foreach (var type in Types)
        {
            if (line.StartsWith(type)) return line[type.Length..].ToString();
        }
        return line.ToString();
    }

    /// <summary>The whole error of a run's line but for where we stood when we met it: a command has no stack of ours.</summary>
    internal static string WithoutStack(string stored)
    {
        var stack = stored.IndexOf("\n   at ", StringComparison.Ordinal);
        return stack < 0 ? stored : stored[..stack];
    }

    // Errors that carry a sentence for people; of any other the type is a part of what happened.
    static readonly string[] Types =
        [$"{nameof(CommandFailedException)}: ", $"{nameof(QuarantineItemException)}: ", $"{nameof(JobFaultException)}: ", $"{nameof(ParkJobException)}: "];
}
