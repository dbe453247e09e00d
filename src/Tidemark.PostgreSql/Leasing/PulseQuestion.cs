using System.Runtime.ExceptionServices;
using Tidemark.Leasing;

namespace Tidemark.PostgreSql.Leasing;

/// <summary>What the lines of a pulse are asked: open until one has answered, or each that was asked has failed. All but <see cref="PutTo"/> is guarded by the pulse.</summary>
internal sealed class PulseQuestion(Func<PulseLine, BeatReply> what)
{
    int outstanding;
    BeatReply? answer;
    ExceptionDispatchInfo? fault;

    public bool IsAsked => outstanding > 0;

    public bool IsOpen => answer is null && (fault is null || outstanding > 0);

    /// <summary>Once it is no longer open.</summary>
    public BeatReply Answer
    {
        get
        {
            if (answer is null) fault?.Throw();
            return answer!.Value;
        }
    }

    /// <summary>One line more is asked.</summary>
    public PulseQuestion Asked()
    {
        outstanding++;
        return this;
    }

    /// <summary>On the line's thread, which it blocks.</summary>
    public PulseOutcome PutTo(PulseLine line)
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

    /// <summary>The first answer counts. Why a line failed is told if no other answers.</summary>
    public void Take(PulseOutcome outcome)
    {
        outstanding--;
        if (outcome.Fault is { } error) fault = error;
        else answer ??= outcome.Answer;
    }
}

/// <summary>How a line has fared.</summary>
/// <param name="Answer">If it has not failed.</param>
/// <param name="Fault">If it has.</param>
internal readonly record struct PulseOutcome(BeatReply Answer, ExceptionDispatchInfo? Fault);
