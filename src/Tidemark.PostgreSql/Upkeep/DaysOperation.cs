using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Upkeep;

/// <summary>Makes the history's coming days, and drops the emptied ones.</summary>
internal sealed class DaysOperation(TimeSpan emptiedBefore) : WriteOperation<bool>
{
    const int Ahead = 4;
    static readonly Sql AddSql = Sql.Load("Upkeep/AddDays");
    static readonly Sql DropSql = Sql.Load("Upkeep/DropDays");

    public override bool RunsAlone => true;

    public override void Execute(WriteTransaction transaction)
    {
        transaction.Prepare(AddSql).Bind(1, Ahead).Any();
        transaction.Prepare(DropSql).Bind(1, (long)emptiedBefore.TotalMilliseconds).Any();
        Answer = true;
    }
}
