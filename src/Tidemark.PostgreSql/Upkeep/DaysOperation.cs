using Npgsql;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Upkeep;

/// <summary>
/// Makes the history's coming days, and drops the emptied ones; false: not now. Both need the table for themselves for a moment, and whoever reads it for hours, as a dump does, keeps them from it:
/// to wait for that would hold up every outcome behind. What ends on a day that is not there yet lies in the default partition.
/// </summary>
/// <param name="emptiedBefore">How old a day must be to be dropped; null: none is.</param>
internal sealed class DaysOperation(TimeSpan? emptiedBefore) : WriteOperation<bool>
{
    const int Ahead = 3; // today, tomorrow, and one to spare: the chore comes more often
    static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);
    static readonly Sql WaitBrieflySql = Sql.Load("Upkeep/WaitBriefly");
    static readonly Sql AddSql = Sql.Load("Upkeep/AddDays");
    static readonly Sql DropSql = Sql.Load("Upkeep/DropDays");

    bool isPutOff;

    public override bool RunsAlone => true;

    public override bool GoesAboutItOtherwise(Exception refusal) =>
        !isPutOff && refusal is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable } && (isPutOff = true);

    public override void Execute(WriteTransaction transaction)
    {
        Answer = !isPutOff;
        if (isPutOff) return;
        transaction.Prepare(WaitBrieflySql).Bind(1, (long)Patience.TotalMilliseconds).Any();
        transaction.Prepare(AddSql).Bind(1, Ahead).Any();
        if (emptiedBefore is { } before) transaction.Prepare(DropSql).Bind(1, (long)before.TotalMilliseconds).Any();
    }
}
