using Npgsql;
using Tidemark.PostgreSql.Storage;
using Tidemark.PostgreSql.Writing;

namespace Tidemark.PostgreSql.Upkeep;

/// <summary>Makes the history's coming days, or drops the emptied ones; false: not now.</summary>
/// <param name="emptiedBefore">How old a day must be to be dropped; null: the coming ones are made.</param>
/// <param name="patience">How long it may wait for the table, and every outcome behind it.</param>
internal sealed class DaysOperation(TimeSpan? emptiedBefore, TimeSpan patience) : WriteOperation<bool>
{
    const int Ahead = 3; // today, tomorrow, and one to spare: the chore comes more often
    static readonly Sql WaitBrieflySql = Sql.Load("Connections/WaitBriefly");
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
        transaction.Prepare(WaitBrieflySql).Bind(1, (long)patience.TotalMilliseconds).Any();
        if (emptiedBefore is { } before) transaction.Prepare(DropSql).Bind(1, (long)before.TotalMilliseconds).Any();
        else transaction.Prepare(AddSql).Bind(1, Ahead).Any();
    }
}
