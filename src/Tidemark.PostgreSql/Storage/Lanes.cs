using System.Collections.Immutable;
using Tidemark.PostgreSql.Connections;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Storage;

/// <summary>
/// A queue and a job name that have met, as a number. Rows are only ever added, so what is known stays true while the server runs: a backup may be put back between two of its runs. One that is new is committed at
/// once on a connection of its own: inside a user's transaction it would make every other enqueue of that lane wait for its end.
/// </summary>
internal sealed class Lanes(Database database)
{
    static readonly Sql AllSql = Sql.Load("Storage/Lanes");
    static readonly Sql AddSql = Sql.Load("Storage/AddLane");

    sealed record Known(int Run, ImmutableDictionary<(string Queue, string Name), long> Ids, ImmutableDictionary<long, (string Queue, string Name)> Names);

    static readonly Known None = new(-1, ImmutableDictionary<(string, string), long>.Empty, ImmutableDictionary<long, (string, string)>.Empty);
    volatile Known known = None;

    Known Current => known.Run == database.History.Run ? known : None;

    public long FindOrAdd(string queue, string name)
    {
        if (Current.Ids.TryGetValue((queue, name), out var id)) return id;
        using var connection = database.Open();
        using var statements = new StatementCache(connection, database, prepare: false);
        statements.Get(AddSql).Bind(1, queue).Bind(2, name).Run();
        return Remember(statements).Ids[(queue, name)];
    }

    public (string Queue, string Name) NameOf(long id)
    {
        if (Current.Names.TryGetValue(id, out var name)) return name;
        using var connection = database.Open();
        using var statements = new StatementCache(connection, database, prepare: false);
        return Remember(statements).Names[id];
    }

    // Two threads may read at a time: each sees all that was committed before, and the next look-up of what one has missed reads anew.
    Known Remember(StatementCache statements)
    {
        var run = database.History.Run;
        var all = statements.Get(AllSql).All(row => (Id: row.Int64(0), Lane: (row.Text(1)!, row.Text(2)!)));
        return known = new(run, all.ToImmutableDictionary(lane => lane.Lane, lane => lane.Id), all.ToImmutableDictionary(lane => lane.Id, lane => lane.Lane));
    }
}
