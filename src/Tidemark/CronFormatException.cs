namespace Tidemark;

/// <summary>A cron expression that says nothing that can be done. The message names the field, the value at hand, and what may stand there.</summary>
public sealed class CronFormatException : FormatException
{
    internal CronFormatException(string message, string expression, int position) : base($"{message} (character {position + 1} of '{expression}')")
    {
        Expression = expression;
        Position = position;
    }

    /// <summary>What was given.</summary>
    public string Expression { get; }

    /// <summary>Where the fault is: the index of a character, from 0 to the expression's length.</summary>
    public int Position { get; }
}
