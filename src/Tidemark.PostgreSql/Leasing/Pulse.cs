using System.Diagnostics;
using Tidemark.Leasing;
using Tidemark.PostgreSql.Connections;

namespace Tidemark.PostgreSql.Leasing;

/// <summary>
/// The beat, for the pulse thread, which it blocks. A line gives it; if that has not answered in time, another line is asked the same, and whichever answers first has answered: one connection that
/// has died on the way, one answer that is left lying, or one server behind a name that has just gone costs a part of the lease, and not the lease.
/// </summary>
/// <remarks>
/// A line that is late may still answer: nobody hears it. What it was asked may even be carried out after what was asked later; so for a lease no rest is granted, and the next beat, which follows soon,
/// sets right what the row says.
/// </remarks>
internal sealed class Pulse(Database database) : IDisposable
{
    const int MostLines = 3;
    const int AskedALease = 8; // all of them have been asked before a beat is given up
    static readonly TimeSpan ShortestPatience = TimeSpan.FromMilliseconds(250); // a busy machine is as slow as that
    static readonly TimeSpan LongestConnect = TimeSpan.FromSeconds(30); // what waits for it holds nothing yet

    readonly Lock turn = new(); // workers of one store beat one after another rather than with a connection each
    readonly object sync = new(); // waited on, by whoever asks and by the lines
    readonly List<PulseLine> lines = []; // that are asked, or free and connected
    long? lastLate;
    bool isClosed;

    /// <summary>Connects, if it is not: what a worker needs to beat it has before it is given anything. Blocks its thread.</summary>
    public void Connect(TimeSpan lease)
    {
        lock (sync)
        {
            if (lines.Exists(line => line.IsConnected)) return; // and a beat that is under way is not waited for
        }
        Ask(line => line.Connect(LongestConnect), lease, LongestConnect);
    }

    /// <exception cref="StoreException">Every line that was asked has failed, or none has answered within half the lease.</exception>
    public BeatReply Beat(Beat beat, bool rests, Witness witness, TimeSpan lease)
    {
        var reply = Ask(line => line.Beat(beat, rests, witness, LimitOf(lease)), lease, LimitOf(lease));
        lock (sync)
        {
            return reply with { MayRest = reply.MayRest && !(lastLate is { } late && Stopwatch.GetElapsedTime(late) < lease) };
        }
    }

    /// <summary>The connections are closed. One of a line that has not answered is when its driver gives up, which is not waited for.</summary>
    public void Dispose()
    {
        lock (sync)
        {
            isClosed = true;
            Monitor.PulseAll(sync);
            while (lines.Exists(line => line.Asked is null)) Monitor.Wait(sync);
        }
    }

    // Half the lease, in whole seconds, as the driver counts: then whoever beats says anew how things are. Shorter, a server that stands still for a while would cost its workers their connections, which are signs of life.
    static TimeSpan LimitOf(TimeSpan lease) => TimeSpan.FromSeconds(Math.Ceiling(lease.TotalSeconds / 2));

    BeatReply Ask(Func<PulseLine, BeatReply> what, TimeSpan lease, TimeSpan longest)
    {
        var patience = TimeSpan.FromTicks(Math.Max(lease.Ticks / AskedALease, ShortestPatience.Ticks));
        lock (turn)
        {
            lock (sync)
            {
                var (question, began, asked) = (new PulseQuestion(what), Stopwatch.GetTimestamp(), 0L);
                while (question.IsOpen && longest - Stopwatch.GetElapsedTime(began) is { Ticks: > 0 } left)
                {
                    if (isClosed) throw new StoreException($"The store of {database.Place} has been closed. Stop its workers before it is disposed.");
                    var wait = question.IsAsked ? patience - Stopwatch.GetElapsedTime(asked) : TimeSpan.Zero;
                    if (wait > TimeSpan.Zero) Wait(wait < left ? wait : left);
                    else if (FreeLine() is not { } line) Wait(left);
                    else
                    {
                        if (question.IsAsked) lastLate = Stopwatch.GetTimestamp();
                        asked = Stopwatch.GetTimestamp();
                        Put(question, line);
                    }
                }
                question.IsOver = true;
                return question.Answer ?? throw new StoreException($"{database.Place} has not answered a beat within {longest.TotalSeconds:0} s, on whatever connection. Is the server overloaded, or the network down?");
            }
        }
    }

    // Rounded up: a wait of no time at all would be none.
    void Wait(TimeSpan time) => Monitor.Wait(sync, TimeSpan.FromMilliseconds(Math.Ceiling(time.TotalMilliseconds)));

    void Put(PulseQuestion question, PulseLine line)
    {
        question.Put();
        line.Asked = question;
        Monitor.PulseAll(sync);
    }

    PulseLine? FreeLine()
    {
        if (lines.Find(line => line.Asked is null) is { } free) return free;
        if (lines.Count == MostLines) return null;
        var made = new PulseLine(database);
        new Thread(() => Live(made)) { IsBackground = true, Name = "Tidemark pulse line", Priority = ThreadPriority.AboveNormal }.Start();
        lines.Add(made);
        return made;
    }

    void Live(PulseLine line)
    {
        while (Next(line) is { } question && IsWantedAfter(line, question, question.AnswerOf(line))) continue;
        try
        {
            line.Dispose();
        }
        catch (Exception) // on a thread of its own it would be the end of the process
        {
            return; // it is left to the driver, which has found it broken
        }
        finally
        {
            lock (sync)
            {
                lines.Remove(line);
                Monitor.PulseAll(sync);
            }
        }
    }

    // Null: the store is closed.
    PulseQuestion? Next(PulseLine line)
    {
        lock (sync)
        {
            while (line.Asked is null && !isClosed) Monitor.Wait(sync);
            return line.Asked;
        }
    }

    // One that has no connection ends, and one beside another that is free. Meanwhile it is not free.
    bool IsWantedAfter(PulseLine line, PulseQuestion question, PulseOutcome outcome)
    {
        lock (sync)
        {
            if (question.IsOver) lastLate = Stopwatch.GetTimestamp();
            question.Take(outcome);
            var isWanted = line.IsConnected && !lines.Exists(other => other.Asked is null);
            if (isWanted) line.Asked = null;
            Monitor.PulseAll(sync);
            return isWanted;
        }
    }
}
