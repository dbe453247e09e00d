using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Upkeep;

/// <summary>Makes the history's coming days, and drops the emptied ones.</summary>
/// <param name="emptiedBefore">How old a day must be to be dropped; null: none is.</param>
internal sealed class DaysOperation(TimeSpan? emptiedBefore) : WriteOperation<bool>
{
    const int Ahead = 3; // today, tomorrow, and one to spare: the chore comes more often
    static readonly Sql AddSql = Sql.Load("Upkeep/AddDays");
    static readonly Sql DropSql = Sql.Load("Upkeep/DropDays");

    public override bool RunsAlone => true;

    public override void Execute(WriteTransaction transaction)
    {
        transaction.Prepare(AddSql).Bind(1, Ahead).Any();
        if (emptiedBefore is { } before) transaction.Prepare(DropSql).Bind(1, (long)before.TotalMilliseconds).Any();
        Answer = true;
    }
}
