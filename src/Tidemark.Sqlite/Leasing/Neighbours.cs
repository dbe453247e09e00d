using Tidemark.Sqlite.Files;

namespace Tidemark.Sqlite.Leasing;

/// <summary>
/// Notices that another process has committed: SQLite counts foreign commits for each connection. A look costs microseconds, so a job that
/// a web process enqueues starts here within one look instead of one poll.
/// </summary>
internal sealed class Neighbours : IDisposable
{
    static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(25);

    readonly ManualResetEventSlim stop = new();
    readonly Thread thread;

    public Neighbours(SqliteFile file, Action committed)
    {
        thread = new(() => Look(file, committed)) { IsBackground = true, Name = "tidemark-neighbours" };
        thread.Start();
    }

    public void Dispose()
    {
        stop.Set();
        thread.Join();
        stop.Dispose();
    }

    void Look(SqliteFile file, Action committed)
    {
        using var connection = file.Connect(ConnectionRole.Reader);
        var database = connection.Handle!;
        var seen = Pragma.Number(database, "data_version");
        while (!stop.Wait(LookEvery))
        {
            try
            {
                var now = Pragma.Number(database, "data_version");
                if (now != seen) committed();
                seen = now;
            }
            catch (SqliteError)
            {
                // A hint only: the poll is the truth, and the writer reports what is wrong with the file.
            }
        }
    }
}
