using System.Runtime.ExceptionServices;
using Tidemark.Leasing;

namespace Tidemark.PostgreSql.Leasing;

/// <summary>What the lines of a pulse are asked: open until one has answered, or each that was asked has failed. Guarded by the pulse, but for what a line's thread does.</summary>
internal sealed class PulseQuestion(Func<PulseLine, BeatReply> what)
{
    int outstanding;
    BeatReply? answer;
    ExceptionDispatchInfo? fault;
    volatile bool isOver;

    /// <summary>Nobody waits for an answer any more: one that comes now says how things were. For any thread.</summary>
    public bool IsOver
    {
        get => isOver;
        set => isOver = value;
    }

    public bool IsAsked => outstanding > 0;

    public bool IsOpen => answer is null && (fault is null || outstanding > 0);

    /// <summary>Null: there was none, and nothing has failed yet.</summary>
    public BeatReply? Answer
    {
        get
        {
            if (answer is null) fault?.Throw();
            return answer;
        }
    }

    /// <summary>One line more is asked.</summary>
    public void Put() => outstanding++;

    /// <summary>On the line's thread, which it blocks.</summary>
    public PulseOutcome AnswerOf(PulseLine line)
    {
        try
        {
            return new(what(line), null);
        }
        catch (Exception error) // whatever it is, it belongs to whoever asked
        {
            return new(default, ExceptionDispatchInfo.Capture(error));
        }
    }

    /// <summary>The first answer counts. Why the first line failed is told if no other answers.</summary>
    public void Take(PulseOutcome outcome)
    {
        outstanding--;
        if (outcome.Fault is { } error) fault ??= error;
        else answer ??= outcome.Answer;
    }
}

/// <summary>How a line has fared.</summary>
/// <param name="Answer">If it has not failed.</param>
/// <param name="Fault">If it has.</param>
internal readonly record struct PulseOutcome(BeatReply Answer, ExceptionDispatchInfo? Fault);
