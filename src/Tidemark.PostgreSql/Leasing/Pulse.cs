using System.Diagnostics;
using Npgsql;
using Tidemark.Leasing;
using Tidemark.PostgreSql.Connections;

namespace Tidemark.PostgreSql.Leasing;

/// <summary>
/// The beat, for the pulse thread, which it blocks. A line gives it; if that has not answered in time, another line is asked the same, and whichever answers first has answered: one connection that
/// has died on the way, one answer that is left lying, or one server behind a name that has just gone costs a part of the lease, and not the lease.
/// </summary>
/// <remarks>
/// A line may answer when it is no longer asked: a beat more, whose answer nobody wants. It may also be carried out late, after one that was sent later; the next one sets right what it says.
/// </remarks>
internal sealed class Pulse(Database database) : IDisposable
{
    const int MostLines = 3;
    const int AskedALease = 4; // so often a line can be asked while a lease lasts
    static readonly TimeSpan ShortestPatience = TimeSpan.FromMilliseconds(250); // a busy machine is as slow as that

    readonly Lock turn = new(); // workers of one store beat one after another rather than with a connection each
    readonly object sync = new(); // waited on, by whoever asks and by the lines
    readonly List<PulseLine> lines = [];
    bool isClosed;

    /// <summary>How long a line may take: half the lease, in whole seconds, as the driver counts. Shorter, a server that stands still for a while would cost its workers their connections, which are signs of life.</summary>
    static TimeSpan LimitOf(TimeSpan lease) => TimeSpan.FromSeconds(Math.Ceiling(lease.TotalSeconds / 2));

    /// <summary>Connects, if it is not: what a worker needs to beat it has before it is given anything. Blocks its thread.</summary>
    public void Connect(TimeSpan lease)
    {
        lock (sync)
        {
            if (lines.Exists(line => line.IsConnected)) return; // and a beat that is under way is not waited for
        }
        Ask(line => line.Connect(), lease);
    }

    /// <exception cref="StoreException">Every line that was asked has failed.</exception>
    public BeatReply Beat(Beat beat, bool rests, Witness witness, TimeSpan lease) => Ask(line => line.Beat(beat, rests, witness, LimitOf(lease)), lease);

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

    BeatReply Ask(Func<PulseLine, BeatReply> what, TimeSpan lease)
    {
        var patience = TimeSpan.FromTicks(Math.Max(lease.Ticks / AskedALease, ShortestPatience.Ticks));
        lock (turn)
        {
            lock (sync)
            {
                var question = new PulseQuestion(what);
                for (var lastAsked = 0L; question.IsOpen;)
                {
                    if (isClosed) throw new StoreException($"The store of {database.Place} has been closed. Stop its workers before it is disposed.");
                    var left = question.IsAsked ? patience - Stopwatch.GetElapsedTime(lastAsked) : TimeSpan.Zero;
                    if (left > TimeSpan.Zero) Monitor.Wait(sync, left);
                    else if (FreeLine() is not { } line) Monitor.Wait(sync);
                    else
                    {
                        line.Asked = question.Asked();
                        lastAsked = Stopwatch.GetTimestamp();
                        Monitor.PulseAll(sync);
                    }
                }
                return question.Answer;
            }
        }
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
        try
        {
            while (Next(line) is { } question && IsWantedAfter(line, question, question.PutTo(line))) continue;
        }
        finally
        {
            Close(line);
            lock (sync)
            {
                lines.Remove(line);
                Monitor.PulseAll(sync);
            }
        }
    }

    // On a thread of its own: what goes wrong would be the end of the process.
    static void Close(PulseLine line)
    {
        try
        {
            line.Dispose();
        }
        catch (NpgsqlException)
        {
            return; // it was closed already
        }
    }

    PulseQuestion? Next(PulseLine line)
    {
        lock (sync)
        {
            while (line.Asked is null && !isClosed) Monitor.Wait(sync);
            return line.Asked;
        }
    }

    // Where another is free it ends, and is not free meanwhile.
    bool IsWantedAfter(PulseLine line, PulseQuestion question, PulseOutcome outcome)
    {
        lock (sync)
        {
            question.Take(outcome);
            var isWanted = !lines.Exists(other => other.Asked is null);
            if (isWanted) line.Asked = null;
            Monitor.PulseAll(sync);
            return isWanted;
        }
    }
}
