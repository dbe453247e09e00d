using System.Collections.Immutable;
using Tidemark.Sqlite.Writing;

namespace Tidemark.Sqlite.Storage;

/// <summary>
/// A queue and a job name that have met, as a number. Rows are only ever added, so what is known stays true; other processes add too, so
/// what is not known is looked up. Known ids come from committed rows only.
/// </summary>
internal sealed class Lanes
{
    static readonly string AllSql = Sql.Load("Storage/Lanes");
    static readonly string AddSql = Sql.Load("Storage/AddLane");

    internal readonly record struct Known(ImmutableDictionary<(string Queue, string Name), long> Ids, ImmutableDictionary<long, (string Queue, string Name)> Names, long Last);

    sealed record Box(Known Value);

    volatile Box known = new(new(ImmutableDictionary<(string, string), long>.Empty, ImmutableDictionary<long, (string, string)>.Empty, 0));

    /// <summary>The lane's id, made if it is new. The new one is remembered only when it is read again, after its commit.</summary>
    public long FindOrAdd(WriteTransaction transaction, string queue, string name)
    {
        if (known.Value.Ids.TryGetValue((queue, name), out var id)) return id;
        var all = Refresh(transaction);
        if (all.Ids.TryGetValue((queue, name), out id)) return id;
        transaction.HasAddedLanes = true;
        transaction.Prepare(AddSql).Bind(1, queue).Bind(2, name).Run();
        return transaction.LastRowId;
    }

    /// <summary>All lanes of a queue, by the names that the worker knows.</summary>
    public IEnumerable<long> Of(string queue, IEnumerable<string> names)
    {
        var ids = known.Value.Ids;
        foreach (var name in names)
        {
            if (ids.TryGetValue((queue, name), out var id)) yield return id;
        }
    }

    public (string Queue, string Name) NameOf(StatementCache statements, long id)
    {
        return known.Value.Names.TryGetValue(id, out var name) ? name : Refresh(statements.Get(AllSql)).Names[id];
    }

    public (string Queue, string Name) NameOf(WriteTransaction transaction, long id) =>
        known.Value.Names.TryGetValue(id, out var name) ? name : Refresh(transaction).Names[id];

    /// <summary>Reads what others have added, and remembers it unless this transaction has added some itself: they may be rolled back.</summary>
    public Known Refresh(WriteTransaction transaction)
    {
        var all = Read(transaction.Prepare(AllSql), known.Value);
        if (!transaction.HasAddedLanes) known = new(all);
        return all;
    }

    Known Refresh(Statement all)
    {
        var read = Read(all, known.Value);
        known = new(read);
        return read;
    }

    static Known Read(Statement all, Known known)
    {
        all.Bind(1, known.Last);
        while (all.Step())
        {
            var (id, queue, name) = (all.Int64(0), all.Text(1)!, all.Text(2)!);
            known = new(known.Ids.SetItem((queue, name), id), known.Names.SetItem(id, (queue, name)), Math.Max(known.Last, id));
        }
        all.Reset();
        return known;
    }
}
