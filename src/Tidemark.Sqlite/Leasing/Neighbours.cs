using Tidemark.Sqlite.Files;
using Tidemark.Sqlite.Storage;
using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite.Leasing;

/// <summary>
/// Notices that another process has committed: SQLite counts foreign commits for each connection. A look costs microseconds, so a job that
/// a web process enqueues starts here within one look instead of one poll.
/// </summary>
internal sealed class Neighbours : IDisposable
{
    static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(25);

    static readonly string VersionSql = Sql.Load("Storage/DataVersion");

    readonly ManualResetEventSlim stop = new(initialState: false, spinCount: 0); // forty waits a second: none may spin
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
        using var version = new Statement(connection.Handle!, VersionSql);
        var seen = Read(version);
        while (!stop.Wait(LookEvery))
        {
            try
            {
                var now = Read(version);
                if (now != seen) committed();
                seen = now;
            }
            catch (SqliteError)
            {
                // A hint only: the poll is the truth, and the writer reports what is wrong with the file.
            }
        }
    }

    static long Read(Statement version)
    {
        version.Step();
        var number = version.Int64(0);
        version.Reset();
        return number;
    }
}
